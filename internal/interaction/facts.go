package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/internal/careplan"
)

// factReading is what the server knows of facts about who may see what.
type factReading struct {
	reader *careplan.FactReader
	types  []fhir.Type
}

func newFactReading(set *definition.Set) factReading {
	return factReading{reader: careplan.NewFactReader(set), types: careplan.FactTypes()}
}

// bears reports whether resources of a type may be such facts.
func (f factReading) bears(t fhir.Type) bool { return slices.Contains(f.types, t) }
