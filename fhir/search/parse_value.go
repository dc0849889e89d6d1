package search

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Modifiers (https://hl7.org/fhir/R4/search.html#modifiers).
const (
	missingModifier    = "missing"
	notModifier        = "not"
	exactModifier      = "exact"
	containsModifier   = "contains"
	textModifier       = "text"
	identifierModifier = "identifier"
	ofTypeModifier     = "of-type"
	belowModifier      = "below"
	aboveModifier      = "above"
)

// publishedModifiers are those the specification has, so that one of them in the wrong place or not
// offered is told from a slip of the pen.
var publishedModifiers = []string{missingModifier, notModifier, exactModifier, containsModifier, textModifier,
	identifierModifier, ofTypeModifier, belowModifier, aboveModifier, inModifier, notInModifier}

// modifiersOf lists the modifiers each kind of parameter takes besides ":missing"; a reference takes types too.
var modifiersOf = map[query.Kind][]string{
	query.KindString:    {exactModifier, containsModifier},
	query.KindToken:     {notModifier, textModifier, ofTypeModifier},
	query.KindReference: {notModifier, identifierModifier},
	query.KindURI:       {notModifier, belowModifier, aboveModifier},
}

// Modifiers lists the modifiers a parameter takes, ":[type]" of references not included.
func (r *Registry) Modifiers(p *query.Parameter) []string {
	if p.Kind == query.KindComposite {
		return nil
	}
	if p.Intrinsic == query.IntrinsicID {
		return []string{missingModifier, notModifier}
	}
	modifiers := []string{missingModifier}
	for _, m := range modifiersOf[p.Kind] {
		if m != ofTypeModifier || r.offers[p] == nil || r.offers[p].datatypes.mayBe("Identifier") {
			modifiers = append(modifiers, m)
		}
	}
	return modifiers
}

// valueReader reads the values of one parameter.
type valueReader struct {
	*parse
	*offer
	whole    string
	modifier string
	target   fhir.Type // the type a reference's modifier names
	notKnown bool      // the value is well formed, and what it names is not known
}

// acceptModifier reports whether the parameter takes the modifier; if not, that is a fault.
func (v *valueReader) acceptModifier() bool {
	if v.modifier == "" {
		return true
	}
	p := v.parameter
	valid := v.withTerminology(v.Registry.Modifiers(p))
	if slices.Contains(valid, v.modifier) && v.modifier != missingModifier {
		return true
	}
	if p.Kind == query.KindReference {
		if slices.Contains(p.Targets, fhir.Type(v.modifier)) {
			v.target = fhir.Type(v.modifier)
			return true
		}
		valid = append(slices.Clone(valid), typeNames(p.Targets)...)
	}
	v.report(badModifier(v.whole, v.modifier, p.String(), valid))
	return false
}

// read reads one alternative of a value, escapes and all. problem says what is wrong with its form.
func (v *valueReader) read(raw string) (e query.Expr, problem string) {
	if v.asksTerminology() {
		return v.byTerminology(raw)
	}
	if v.parameter.Kind == query.KindURI && v.modifier != belowModifier && v.modifier != aboveModifier {
		if e, problem, ok := v.versionedURI(raw); ok {
			return e, problem
		}
	}
	t, problem := v.test(v.parameter, raw)
	switch {
	case problem != "":
		return nil, problem
	case t == nil:
		return query.Const(false), ""
	}
	if token, ok := t.(query.TokenTest); ok && v.mixesCase() && !token.AnyCode {
		lower := token
		lower.Code = strings.ToLower(token.Code)
		return query.Or{query.Match{Parameter: v.parameter, Test: token}, query.Match{Parameter: v.parameter, Test: lower}}, ""
	}
	return query.Match{Parameter: v.parameter, Test: t}, ""
}

// test reads one value of a parameter, which may be a component of the reader's own. A nil test never holds.
func (v *valueReader) test(p *query.Parameter, raw string) (t query.Test, problem string) {
	switch p.Kind {
	case query.KindString:
		return v.text(raw)
	case query.KindToken:
		return v.token(raw)
	case query.KindDate:
		return v.date(raw)
	case query.KindNumber:
		return v.number(raw)
	case query.KindQuantity:
		return v.quantity(raw)
	case query.KindReference:
		return v.reference(raw)
	case query.KindURI:
		return v.uri(raw)
	case query.KindComposite:
		return v.composite(raw)
	}
	return nil, "there is no search by a parameter of this kind"
}

const badEscape = `a backslash stands only before "," "|" "$" and another backslash`

// composite reads one value for each component, joined by "$" (https://hl7.org/fhir/R4/search.html#combining).
func (v *valueReader) composite(raw string) (t query.Test, problem string) {
	components := v.parameter.Components
	parts := splitEscaped(raw, '$')
	if len(parts) != len(components) {
		return nil, `a composite has one value for each of its parts, joined by "$"`
	}
	tests := make([]query.Test, len(parts))
	for i, part := range parts {
		if part == "" {
			return nil, "a part of a composite has no value"
		}
		of := valueReader{parse: v.parse, offer: v.Registry.offers[components[i]], whole: v.whole}
		if tests[i], problem = of.test(components[i], part); problem != "" {
			return nil, problem
		}
	}
	return query.CompositeTest{Parts: tests}, ""
}

// text reads the value of a string parameter.
func (v *valueReader) text(raw string) (query.Test, string) {
	text, ok := unescape(raw)
	if !ok {
		return nil, badEscape
	}
	t := query.TextTest{Text: text}
	switch v.modifier {
	case exactModifier:
		t.Mode = query.Exact
	case containsModifier:
		t.Mode = query.Contains
	}
	return t, ""
}
