package conformance

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Types are the kinds of definition that guides are made of, which a server stores of them. Those of
// LiveTypes are in force when clients store them.
var Types = []fhir.Type{
	"CodeSystem", "ConceptMap", "ImplementationGuide", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet",
}

// LiveTypes are the kinds of definition that take effect when a client stores them.
var LiveTypes = []fhir.Type{"CodeSystem", "ConceptMap", "Questionnaire", "StructureDefinition", "ValueSet"}

// IsLive reports whether resources of the type take effect when they are stored.
func IsLive(typ fhir.Type) bool { return slices.Contains(LiveTypes, typ) }

// Refuse says why a client may not write a definition with a canonical under key (CodeConflict): what the
// guides bring is the server's, under its own key and under any other. nil when it may; "" is the canonical
// of a deletion.
func (g *Guides) Refuse(key fhir.Key, canonical string) error {
	if !slices.Contains(Types, key.Type) {
		return nil
	}
	if g.keys[key] {
		return fhir.Errorf(fhir.CodeConflict, "the definition comes with the server and cannot be changed or deleted").Detailed(DetailServerDefinition)
	}
	if canonical != "" && g.Has(canonical) {
		return fhir.Errorf(fhir.CodeConflict, "the canonical is that of a definition that comes with the server").
			At(string(key.Type) + ".url").Detailed(DetailServerDefinition)
	}
	return nil
}

// CanonicalOf is what a definition is found by: its url, "" when it has none.
func CanonicalOf(x *query.Index) string {
	for i := range x.Entries {
		if e := &x.Entries[i]; e.Parameter.Code == "url" {
			if uri, ok := e.Value.(query.URI); ok {
				return uri.URI
			}
		}
	}
	return ""
}
