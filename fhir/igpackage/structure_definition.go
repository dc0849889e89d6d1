package igpackage

import (
	"fmt"
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

var kinds = map[string]definition.Kind{
	"primitive-type": definition.Primitive, "complex-type": definition.Complex, "resource": definition.Resource, "logical": definition.Logical,
}

// StructureDefinition makes the row of a StructureDefinition, with its differential and, when there is one,
// its snapshot. What the rows have no place for (words for people, mappings, examples) is left out. The error
// names the path of a row that cannot be understood.
func StructureDefinition(n element.Node) (definition.StructureDefinition, error) {
	s := definition.StructureDefinition{
		URL: text(n, "url"), Version: text(n, "version"), Name: text(n, "name"), Type: text(n, "type"), Kind: kinds[text(n, "kind")],
		Abstract: text(n, "abstract") == "true", BaseDefinition: text(n, "baseDefinition"),
		Constraint: text(n, "derivation") == "constraint", Status: text(n, "status"),
	}
	var err error
	for c := range n.Children() {
		switch c.Name() {
		case "context":
			s.Context = append(s.Context, definition.ExtensionContext{Type: text(c, "type"), Expression: text(c, "expression")})
		case "contextInvariant":
			s.ContextInvariants = append(s.ContextInvariants, c.Text())
		case "snapshot":
			s.Elements, err = snapshot(&s, c)
		case "differential":
			s.Differential, err = differential(&s, c)
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func text(n element.Node, name string) string { return n.Child(name).Text() }

func snapshot(s *definition.StructureDefinition, n element.Node) ([]definition.ElementDefinition, error) {
	var rows []definition.ElementDefinition
	for c := range n.Children() {
		if c.Name() != "element" {
			continue
		}
		row, err := elementChange(s, c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row.ElementDefinition)
	}
	return rows, nil
}

func differential(s *definition.StructureDefinition, n element.Node) ([]definition.ElementChange, error) {
	var rows []definition.ElementChange
	for c := range n.Children() {
		if c.Name() != "element" {
			continue
		}
		row, err := elementChange(s, c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rowError says which row could not be understood.
func rowError(s *definition.StructureDefinition, path, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %s", s.URL, path, fmt.Sprintf(format, args...))
}

// withoutHash gives the path of a contentReference: what stands after "#".
func withoutHash(reference string) string {
	_, path, found := strings.Cut(reference, "#")
	if !found {
		return reference
	}
	return path
}
