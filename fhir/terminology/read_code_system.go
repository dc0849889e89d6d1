package terminology

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// ReadCodeSystem makes the row of a CodeSystem (https://hl7.org/fhir/R4/codesystem.html). A concept without a
// code, which no valid one is, is passed over with what stands below it.
func ReadCodeSystem(n element.Node) definition.CodeSystem {
	s := definition.CodeSystem{
		URL: text(n, "url"), Version: text(n, "version"), Name: text(n, "name"), Status: text(n, "status"), Content: text(n, "content"),
		Language: text(n, "language"), CaseInsensitive: text(n, "caseSensitive") == "false", HierarchyMeaning: text(n, "hierarchyMeaning"),
		Date: text(n, "date"), ValueSet: text(n, "valueSet"), Supplements: text(n, "supplements"),
	}
	each(n, "property", func(p element.Node) {
		s.Properties = append(s.Properties, definition.PropertyDefinition{Code: text(p, "code"), Type: text(p, "type")})
	})
	each(n, "filter", func(f element.Node) {
		s.Properties = append(s.Properties, definition.PropertyDefinition{Code: text(f, "code")})
	})
	readConcepts(&s, n, definition.NoParent)
	return s
}

func readConcepts(s *definition.CodeSystem, n element.Node, parent int32) {
	each(n, "concept", func(c element.Node) {
		one := readConcept(c)
		if one.Code == "" {
			return
		}
		one.Parent = parent
		s.Concepts = append(s.Concepts, one)
		readConcepts(s, c, int32(len(s.Concepts)-1))
	})
}

func readConcept(n element.Node) definition.Concept {
	var c definition.Concept
	for child := range n.Children() {
		switch child.Name() {
		case "code":
			c.Code = child.Text()
		case "display":
			c.Display = child.Text()
		case "definition":
			c.Definition = child.Text()
		case "designation":
			c.Designations = append(c.Designations, readDesignation(child))
		case "property":
			c.Properties = append(c.Properties, readProperty(child))
		}
	}
	return c
}

func readProperty(n element.Node) definition.ConceptProperty {
	value := n.Child("value")
	p := definition.ConceptProperty{Code: text(n, "code")}
	if value.IsZero() {
		return p
	}
	if p.Type = value.Structure().Name; p.Type == "Coding" {
		p.Value, p.System = text(value, "code"), text(value, "system")
		return p
	}
	p.Value = value.Text()
	return p
}
