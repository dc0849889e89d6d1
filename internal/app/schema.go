package app

import (
	"sync"

	"hearken/fhir"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/schema"
	"hearken/internal/conformance"
)

// schemaOf gives the JSON Schema of one of our profiles by the id of its StructureDefinition, nil when there is none.
func schemaOf(id fhir.ID) []byte { return schemas()[id] }

// schemas are those of our guide, written when the first of them is asked for, in some tens of milliseconds.
var schemas = sync.OnceValue(func() map[fhir.ID][]byte {
	guide := conformance.Guide()
	library, _ := igpackage.NewLibrary(guide)
	source := schema.FromLibrary(r4.Definitions(), library)
	all := map[fhir.ID][]byte{}
	for i := range guide.Resources {
		r := &guide.Resources[i]
		profile := source.Structure(r.URL)
		if r.Type != "StructureDefinition" || profile == nil {
			continue
		}
		if text, err := schema.Of(source, profile); err == nil { // a test holds that there is one of each
			all[r.ID] = text
		}
	}
	return all
})
