package validation

import (
	"bytes"
	"regexp"
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// values adds what a row asks of a value that what it is a slice of does not ask.
func (p *rowPlanner) values(plan *rowPlan, row *definition.ElementDefinition, s *definition.Structure, whole *definition.Outline) {
	said := &definition.ElementDefinition{}
	if whole != nil {
		said = whole.Row
	}
	v := &plan.values
	if row.Fixed != nil && !bytes.Equal(row.Fixed, said.Fixed) {
		v.fixed = p.value(row.Fixed, row.FixedType)
	}
	if row.Pattern != nil && !bytes.Equal(row.Pattern, said.Pattern) {
		v.pattern = p.value(row.Pattern, row.PatternType)
	}
	if row.MinValue != nil && !bytes.Equal(row.MinValue, said.MinValue) {
		v.least = p.comparison("<", row.MinValue, s)
	}
	if row.MaxValue != nil && !bytes.Equal(row.MaxValue, said.MaxValue) {
		v.greatest = p.comparison(">", row.MaxValue, s)
	}
	if row.MinLength != said.MinLength {
		v.minLength = row.MinLength
	}
	if row.MaxLength != said.MaxLength && (s == nil || row.MaxLength != s.MaxLength) {
		v.maxLength = row.MaxLength
	}
	v.mustHaveValue = row.MustHaveValue && !said.MustHaveValue && s != nil && s.Kind == definition.Primitive
	if row.Regex != "" && row.Regex != said.Regex && (s == nil || row.Regex != s.Regex) {
		// Other engines have more than RE2 does: what does not compile here is not checked.
		v.form, _ = regexp.Compile(`\A(?:` + row.Regex + `)\z`)
	}
}

// value reads a value of a profile as a node; the zero Node when it cannot be one. It is read as the value of
// a parameter: that may have every type that a profile can give a value of.
func (p *rowPlanner) value(source []byte, code string) element.Node {
	if len(source) == 0 || code == "" {
		return element.Node{}
	}
	text := `{"resourceType":"Parameters","parameter":[{"name":"value","value` + strings.ToUpper(code[:1]) + code[1:] + `":` + string(source) + `}]}`
	tree, _ := element.Parse(p.library.set, []byte(text), element.Limits{})
	if tree == nil {
		return element.Node{}
	}
	return tree.Root().Child("parameter").Child("value")
}

// comparison is the expression that compares a value with a limit; nil for a type without order.
func (p *rowPlanner) comparison(operator string, limit []byte, s *definition.Structure) *fhirpath.Expression {
	if s == nil {
		return nil
	}
	literal := ""
	if s.IsA("Quantity") {
		literal = quantityLiteral(p.value(limit, "Quantity"))
	} else {
		literal = literalOf(strings.Trim(string(limit), `"`), s)
	}
	if literal == "" {
		return nil
	}
	return p.planner.compileText("$this " + operator + " " + literal).expression
}

// literalOf writes a limit of a primitive type as FHIRPath (http://hl7.org/fhirpath/N1/#literals).
func literalOf(text string, s *definition.Structure) string {
	switch {
	case s.Name == "time":
		return "@T" + text
	case s.Name == "date":
		return "@" + text
	case s.Name == "dateTime" && !strings.Contains(text, "T"):
		return "@" + text + "T"
	case s.Name == "dateTime" || s.Name == "instant":
		return "@" + text
	case s.IsA("integer") || s.Name == "decimal":
		return "(" + text + ")"
	}
	return ""
}

// quantityLiteral writes a Quantity of UCUM, or one without unit, as FHIRPath; "" for another.
func quantityLiteral(n element.Node) string {
	value, system, code := n.Child("value").Text(), n.Child("system").Text(), n.Child("code").Text()
	switch {
	case value == "" || strings.ContainsAny(code, `'\`):
		return ""
	case code == "":
		return "(" + value + ")"
	case system == ucumSystem:
		return "(" + value + " '" + code + "')"
	}
	return ""
}
