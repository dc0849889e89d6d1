package terminology

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// Read takes the code systems, value sets and concept maps among resources to rows; others are passed over. The rows
// share the bytes of the resources they were read from.
func Read(resources ...element.Node) *definition.Terminology {
	rows := &definition.Terminology{}
	for _, n := range resources {
		switch n.Structure().Name {
		case "CodeSystem":
			rows.CodeSystems = append(rows.CodeSystems, ReadCodeSystem(n))
		case "ValueSet":
			rows.ValueSets = append(rows.ValueSets, ReadValueSet(n))
		case "ConceptMap":
			rows.ConceptMaps = append(rows.ConceptMaps, ReadConceptMap(n))
		}
	}
	return rows
}

func text(n element.Node, name string) string { return n.Child(name).Text() }

// each calls f with the children of one name.
func each(n element.Node, name string, f func(element.Node)) {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.Name() == name {
			f(c)
		}
	}
}

func readDesignation(n element.Node) definition.Designation {
	use := n.Child("use")
	return definition.Designation{
		Language: text(n, "language"), Value: text(n, "value"),
		Use: definition.Use{System: text(use, "system"), Code: text(use, "code"), Display: text(use, "display")},
	}
}
