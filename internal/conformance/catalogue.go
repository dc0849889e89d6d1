package conformance

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// ImplementationGuides lists the canonicals of the guides, as far as they are ImplementationGuide resources, each once.
func (g *Guides) ImplementationGuides() []string {
	var found []string
	for _, pack := range g.library.Packages() {
		for i := range pack.Resources {
			if r := &pack.Resources[i]; r.Type == "ImplementationGuide" && !slices.Contains(found, r.URL) {
				found = append(found, r.URL)
			}
		}
	}
	return found
}

// ProfilesOf lists the canonicals of the guides' profiles of a resource type, sorted: neither abstract nor
// retired ones.
func (g *Guides) ProfilesOf(typ fhir.Type) []string {
	var found []string
	for _, pack := range g.library.Packages() {
		for i := range pack.Structures {
			s := &pack.Structures[i]
			if s.Constraint && s.Kind == definition.Resource && !s.Abstract && s.Status != "retired" && s.Type == string(typ) {
				found = append(found, s.URL)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
