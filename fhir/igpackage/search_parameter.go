package igpackage

import (
	"strconv"

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
		switch c.Name() {
		case "resource":
			o.Resource = append(o.Resource, c.Text())
		case "parameter":
			o.Parameters = append(o.Parameters, operationParameter(c))
		}
	}
	return o
}

func operationParameter(n element.Node) definition.OperationParameter {
	p := definition.OperationParameter{
		Name: text(n, "name"), Out: text(n, "use") == "out", Max: definition.Unbounded, Type: text(n, "type"), SearchType: text(n, "searchType"),
	}
	p.Min, _ = strconv.Atoi(text(n, "min"))
	if most, err := strconv.Atoi(text(n, "max")); err == nil {
		p.Max = most
	}
	for c := range n.Children() {
		if c.Name() == "part" {
			p.Parts = append(p.Parts, operationParameter(c))
		}
	}
	return p
}
