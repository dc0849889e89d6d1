package validation

import (
	"regexp"
	"unicode/utf8"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// valuesPlan is what a profile asks of a value itself (https://hl7.org/fhir/R4/elementdefinition.html).
type valuesPlan struct {
	fixed, pattern       element.Node
	least, greatest      *fhirpath.Expression // whether the value is less, or greater
	minLength, maxLength int
	form                 *regexp.Regexp
	mustHaveValue        bool
}

func (p *valuesPlan) asksNothing() bool {
	return p.fixed.IsZero() && p.pattern.IsZero() && p.least == nil && p.greatest == nil && p.minLength == 0 && p.maxLength == 0 && p.form == nil && !p.mustHaveValue
}

// values holds a value against the plan. Only the definitions are named: values are not repeated.
func (v *Visit) values(row *rowPlan, n element.Node) {
	p := &row.values
	if !p.fixed.IsZero() && !equal(p.fixed, n) {
		v.badValue(row, n, DetailFixed, "is not the fixed value")
	}
	if !p.pattern.IsZero() && !fits(p.pattern, n) {
		v.badValue(row, n, DetailPattern, "does not have what the pattern has")
	}
	if p.mustHaveValue && !n.HasValue() {
		v.badValue(row, n, DetailNoValue, "must have a value")
	}
	if p.least != nil && v.isTrue(p.least, n) {
		v.badValue(row, n, DetailLeast, "is less than the least value")
	}
	if p.greatest != nil && v.isTrue(p.greatest, n) {
		v.badValue(row, n, DetailGreatest, "is more than the greatest value")
	}
	if n.HasValue() && (p.minLength > 0 || p.maxLength > 0 || p.form != nil) {
		v.textValue(row, n)
	}
}

func (v *Visit) textValue(row *rowPlan, n element.Node) {
	p, text := &row.values, n.Text()
	if p.minLength > 0 && utf8.RuneCountInString(text) < p.minLength {
		v.badValue(row, n, DetailTooShort, "is shorter than it may be")
	}
	if p.maxLength > 0 && len(text) > p.maxLength && utf8.RuneCountInString(text) > p.maxLength {
		v.badValue(row, n, DetailTooLong, "is longer than it may be")
	}
	if p.form != nil && !p.form.MatchString(text) {
		v.badValue(row, n, DetailRegex, "does not have the form it must have")
	}
}

func (v *Visit) badValue(row *rowPlan, n element.Node, detail, words string) {
	if v.hushed(fhir.SeverityError) {
		return
	}
	v.Report(n, fhir.SeverityError, fhir.CodeValue, detail, "%s %s (profile %s)", row.name, words, row.profile.canonical)
}

// isTrue evaluates a comparison; what cannot be told (a date of another precision) is not true.
func (v *Visit) isTrue(e *fhirpath.Expression, n element.Node) bool {
	items, err := e.Evaluate(&v.env, fhirpath.Of(n))
	if err != nil || len(items) != 1 {
		return false
	}
	is, ok := items[0].Boolean()
	return is && ok
}

// equal reports whether a node is what is fixed: nothing less and nothing more, but for ids
// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_). Decimals are
// compared as written.
func equal(fixed, n element.Node) bool {
	if fixed.HasValue() != n.HasValue() || fixed.Text() != n.Text() {
		return false
	}
	wanted := 0
	for c := fixed.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if isID(c) {
			continue
		}
		wanted++
		found := sameChild(c, n)
		if found.IsZero() || !equal(c, found) {
			return false
		}
	}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if !isID(c) {
			wanted--
		}
	}
	return wanted == 0
}

func isID(n element.Node) bool { return n.Element().Name == "id" && !n.Parent().IsResource() }

// sameChild finds the child of n that stands where c stands in its parent.
func sameChild(c, n element.Node) element.Node {
	for other := n.FirstChild(); !other.IsZero(); other = other.NextSibling() {
		if other.NameID() == c.NameID() && other.Position() == c.Position() && other.Structure() == c.Structure() {
			return other
		}
	}
	return element.Node{}
}

// fits reports whether a node has all that a pattern has: each item of it somewhere among the items of the node
// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_).
func fits(pattern, n element.Node) bool {
	if pattern.HasValue() && pattern.Text() != n.Text() {
		return false
	}
	for c := pattern.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if !isID(c) && !hasFitting(c, n) {
			return false
		}
	}
	return true
}

func hasFitting(c, n element.Node) bool {
	for other := n.FirstChild(); !other.IsZero(); other = other.NextSibling() {
		if other.NameID() == c.NameID() && other.Structure() == c.Structure() && fits(c, other) {
			return true
		}
	}
	return false
}
