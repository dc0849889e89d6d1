package igpackage

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// notEvaluable is why a parameter is not offered that nothing can be evaluated for.
const notEvaluable = "published without an expression"

// SearchParameter makes the row of a SearchParameter. Whether its expression compiles is for fhir/search to find.
func SearchParameter(n element.Node) definition.SearchParameter {
	p := definition.SearchParameter{
		ID: text(n, "id"), URL: text(n, "url"), Version: text(n, "version"), Code: text(n, "code"), Type: text(n, "type"),
		Expression: text(n, "expression"), MultipleOr: text(n, "multipleOr") != "false", MultipleAnd: text(n, "multipleAnd") != "false",
	}
	for c := range n.Children() {
		switch c.Name() {
		case "base":
			p.Base = append(p.Base, c.Text())
		case "target":
			p.Targets = append(p.Targets, c.Text())
		case "component":
			p.Components = append(p.Components, definition.SearchComponent{Definition: text(c, "definition"), Expression: text(c, "expression")})
		}
	}
	if p.Expression == "" {
		p.NotSupported = notEvaluable
	}
	return p
}

// Operation makes the row of an OperationDefinition.
func Operation(n element.Node) definition.Operation {
	o := definition.Operation{
		ID: text(n, "id"), URL: text(n, "url"), Code: text(n, "code"), System: text(n, "system") == "true",
		Type: text(n, "type") == "true", Instance: text(n, "instance") == "true", AffectsState: text(n, "affectsState") == "true",
	}
	for c := range n.Children() {
		if c.Name() == "resource" {
			o.Resource = append(o.Resource, c.Text())
		}
	}
	return o
}
