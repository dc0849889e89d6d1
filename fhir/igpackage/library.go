package igpackage

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// Library is the definitions of several packages, found by canonical. It never changes once NewLibrary has made
// it.
type Library struct {
	packages   []*Package
	structures map[string][]*definition.StructureDefinition // newest version first
	resources  map[string][]*Resource
}

// NewLibrary brings packages together. The outcome has a warning for each dependency that is not among them; the
// core definitions of FHIR, which a definition.Set has, are not missed.
func NewLibrary(packages ...*Package) (*Library, fhir.Outcome) {
	l := &Library{packages: packages, structures: map[string][]*definition.StructureDefinition{}, resources: map[string][]*Resource{}}
	for _, p := range packages {
		for i := range p.Structures {
			s := &p.Structures[i]
			l.structures[s.URL] = append(l.structures[s.URL], s)
		}
		for i := range p.Resources {
			r := &p.Resources[i]
			l.resources[r.URL] = append(l.resources[r.URL], r)
		}
	}
	for _, all := range l.structures {
		slices.SortStableFunc(all, func(a, b *definition.StructureDefinition) int {
			return definition.CompareVersions(b.Version, a.Version)
		})
	}
	for _, all := range l.resources {
		slices.SortStableFunc(all, func(a, b *Resource) int { return definition.CompareVersions(b.Version, a.Version) })
	}
	return l, l.missing()
}

func (l *Library) missing() fhir.Outcome {
	var outcome fhir.Outcome
	for _, p := range l.packages {
		for _, d := range p.Dependencies {
			if strings.HasSuffix(d.Name, ".core") && strings.HasPrefix(d.Name, "hl7.fhir.") || l.has(d) {
				continue
			}
			outcome = append(outcome, fhir.Issue{
				Severity: fhir.Warning, Code: fhir.CodeNotFound, Detail: "missing-dependency",
				Diagnostics: fmt.Sprintf("%s needs the package %s %s, which is not loaded", p.Name, d.Name, d.Version),
			})
		}
	}
	return outcome
}

// has reports whether a package is there in a version that will do: the one asked for, "x" standing for any
// number (https://hl7.org/fhir/R4/packages.html).
func (l *Library) has(d Dependency) bool {
	return slices.ContainsFunc(l.packages, func(p *Package) bool { return p.Name == d.Name && versionFits(d.Version, p.Version) })
}

func versionFits(asked, is string) bool {
	if asked == "" || asked == is || asked == "latest" || asked == "current" || asked == "dev" {
		return true
	}
	wanted, has := strings.Split(asked, "."), strings.Split(is, ".")
	for i, part := range wanted {
		if part == "x" || part == "*" {
			return true
		}
		if i >= len(has) || has[i] != part {
			return false
		}
	}
	return false
}

// Packages lists the packages in the order they were given.
func (l *Library) Packages() []*Package { return l.packages }

// Structure finds a structure by canonical. With "|version" that version or nil, without the newest.
func (l *Library) Structure(canonical string) *definition.StructureDefinition {
	url, version, _ := strings.Cut(canonical, "|")
	for _, s := range l.structures[url] {
		if version == "" || s.Version == version {
			return s
		}
	}
	return nil
}

// Resource finds a definition of any type by canonical. With "|version" that version or nil, without the newest.
func (l *Library) Resource(canonical string) *Resource {
	url, version, _ := strings.Cut(canonical, "|")
	for _, r := range l.resources[url] {
		if version == "" || r.Version == version {
			return r
		}
	}
	return nil
}
