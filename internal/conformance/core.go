package conformance

import (
	"strings"
	"sync"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
)

// coreURLs are the canonicals of everything that FHIR R4 publishes and this program has tables of.
var coreURLs = sync.OnceValue(func() map[string]bool {
	urls := map[string]bool{}
	facts := r4.Definitions().Facts()
	for _, list := range [][]definition.StructureDefinition{facts.Structures, r4.Extensions(), r4.Profiles()} {
		for i := range list {
			urls[list[i].URL] = true
		}
	}
	for i := range facts.SearchParameters {
		urls[facts.SearchParameters[i].URL] = true
	}
	for i := range facts.Operations {
		urls[facts.Operations[i].URL] = true
	}
	terms := r4.Terminology()
	for i := range terms.CodeSystems {
		urls[terms.CodeSystems[i].URL] = true
	}
	for i := range terms.ValueSets {
		urls[terms.ValueSets[i].URL] = true
	}
	for i := range terms.ConceptMaps {
		urls[terms.ConceptMaps[i].URL] = true
	}
	return urls
})

// IsCore reports whether a canonical, with or without "|version", is of a definition of FHIR itself. Nothing
// takes the place of those.
func IsCore(canonical string) bool {
	url, _, _ := strings.Cut(canonical, "|")
	return coreURLs()[url]
}
