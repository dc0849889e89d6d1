package search

import (
	"strings"

	"hearken/fhir/search/query"
)

// mayBe reports whether some element of the parameter may be of a datatype, as far as is known.
func (d datatypes) mayBe(name string) bool { return d.names[name] || d.names[unknownDatatype] }

// caseless are the datatypes whose tokens are compared without regard to case; extraction writes them in lower case.
var caseless = []string{"string", "markdown", "ContactPoint"}

// mixesCase reports whether a parameter has caseless values among others.
func (v *valueReader) mixesCase() bool {
	if v.parameter.Kind != query.KindToken || v.datatypes.only(caseless...) {
		return false
	}
	for _, name := range caseless {
		if v.datatypes.mayBe(name) {
			return true
		}
	}
	return false
}

// token reads the value of a token parameter: code, system|code, |code or system|
// (https://hl7.org/fhir/R4/search.html#token).
func (v *valueReader) token(raw string) (query.Test, string) {
	switch v.modifier {
	case textModifier:
		text, ok := unescape(raw)
		if !ok {
			return nil, badEscape
		}
		return query.DisplayTest{Text: text}, ""
	case ofTypeModifier:
		return v.typedIdentifier(raw)
	}
	if v.parameter.Intrinsic == query.IntrinsicID {
		id, ok := unescape(raw)
		if !ok || strings.ContainsAny(id, "/|") {
			return nil, "an id is given without type and system"
		}
		return query.TokenTest{Code: id, AnySystem: true}, "" // what no resource can have is found nowhere
	}
	t, problem := tokenTest(raw)
	switch {
	case v.datatypes.only("ContactPoint"):
		t.Code = contactCode(t.Code)
	case v.datatypes.only(caseless...):
		t.Code = strings.ToLower(t.Code)
	}
	// A code or boolean has no system property, although its value set implies one.
	if t.System == "" && v.datatypes.only("code", "boolean") {
		t.AnySystem = true
	}
	return t, problem
}

// tokenTest reads code, system|code, |code or system|.
func tokenTest(raw string) (t query.TokenTest, problem string) {
	parts := splitEscaped(raw, '|')
	for i := range parts {
		var ok bool
		if parts[i], ok = unescape(parts[i]); !ok {
			return t, badEscape
		}
	}
	switch {
	case len(parts) == 1:
		return query.TokenTest{Code: parts[0], AnySystem: true}, ""
	case len(parts) == 2 && (parts[0] != "" || parts[1] != ""):
		return query.TokenTest{System: parts[0], Code: parts[1], AnyCode: parts[1] == ""}, ""
	}
	return t, "a token is code, system|code, |code or system|"
}

// typedIdentifier reads the value of ":of-type": system|code|value, none of them empty.
func (v *valueReader) typedIdentifier(raw string) (query.Test, string) {
	parts := splitEscaped(raw, '|')
	if len(parts) != 3 {
		return nil, "with :of-type a value is system|code|value"
	}
	for i := range parts {
		var ok bool
		if parts[i], ok = unescape(parts[i]); !ok {
			return nil, badEscape
		}
		if parts[i] == "" {
			return nil, "with :of-type system, code and value all have to be given"
		}
	}
	return query.TypedIdentifierTest{System: parts[0], Code: parts[1], Value: parts[2]}, ""
}
