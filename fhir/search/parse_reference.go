package search

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

const referenceForm = "a reference is an id, Type/id or an absolute URL"

// reference reads the value of a reference parameter: an id, Type/id, or a URL
// (https://hl7.org/fhir/R4/search.html#reference). What contradicts the type its modifier names never holds.
func (v *valueReader) reference(raw string) (query.Test, string) {
	if v.modifier == identifierModifier {
		t, problem := tokenTest(raw)
		return query.LinkIdentifierTest{TokenTest: t}, problem
	}
	text, ok := unescape(raw)
	if !ok {
		return nil, badEscape
	}
	switch {
	case isAbsolute(text):
		return v.absolute(text), ""
	case strings.Contains(text, "/"):
		return v.relative(text)
	}
	key := fhir.Key{Type: v.target, ID: fhir.ID(text)}
	if targets := v.parameter.Targets; key.Type == "" && len(targets) == 1 {
		key.Type = targets[0]
	}
	return query.LinkTest{Key: key}, ""
}

// relative reads Type/id or Type/id/_history/version. An id that no resource can have is found nowhere; a
// type that does not exist is a fault.
func (v *valueReader) relative(text string) (query.Test, string) {
	ref := fhir.ParseReference(text, v.Registry.isType)
	if !ref.Key.IsZero() && ref.Base == "" && ref.Fragment == "" {
		return v.local(ref.Key, ref.Version), ""
	}
	typ, id, _ := strings.Cut(text, "/")
	if !v.Registry.isType(typ) || id == "" || strings.Contains(id, "/") {
		return nil, referenceForm
	}
	return v.local(fhir.Key{Type: fhir.Type(typ), ID: fhir.ID(id)}, 0), ""
}

// local is a test for a resource of this server; nil when the modifier names another type.
func (v *valueReader) local(key fhir.Key, version fhir.VersionID) query.Test {
	if v.target != "" && v.target != key.Type {
		return nil
	}
	return query.LinkTest{Key: key, Version: version}
}

// absolute is a test for a URL, which may be one of this server's own.
func (v *valueReader) absolute(text string) query.Test {
	link := linkTo(text, strings.TrimSuffix(v.Base, "/"), v.Registry.isType)
	if !link.Key.IsZero() {
		return v.local(link.Key, link.Version)
	}
	if v.target != "" {
		return nil // of a resource elsewhere the type is not known
	}
	return query.LinkTest{URL: link.URL, Version: link.Version}
}

// isAbsolute reports whether the text begins with a URI scheme.
func isAbsolute(text string) bool {
	scheme, _, found := strings.Cut(text, ":")
	return found && scheme != "" && nameLength(strings.NewReplacer("+", "a", "-", "a", ".", "a").Replace(scheme)) == len(scheme)
}

// uri reads the value of a uri parameter (https://hl7.org/fhir/R4/search.html#uri).
func (v *valueReader) uri(raw string) (query.Test, string) {
	text, ok := unescape(raw)
	if !ok {
		return nil, badEscape
	}
	t := query.URITest{URI: text}
	switch {
	case v.modifier == belowModifier:
		t.Mode = query.BelowURI
	case v.modifier == aboveModifier:
		t.Mode = query.AboveURI
	case v.datatypes.only("canonical") && !strings.Contains(text, "|"):
		t.Mode = query.PrefixURI
	}
	return t, ""
}

// versionCode is the parameter that holds the business version of a canonical resource.
const versionCode = "version"

// versionedURI reads url|version where the parameter is the canonical URL of a resource that has a business
// version: a search for both (https://hl7.org/fhir/R4/search.html#uri). ok is false for anything else.
func (v *valueReader) versionedURI(raw string) (e query.Expr, problem string, ok bool) {
	parts := splitEscaped(raw, '|')
	version := v.Registry.Parameter(v.parameter.Base, versionCode)
	if len(parts) != 2 || parts[1] == "" || version == nil || version.Kind != query.KindToken || !v.datatypes.only("uri") {
		return nil, "", false
	}
	url, okURL := unescape(parts[0])
	number, okNumber := unescape(parts[1])
	if !okURL || !okNumber {
		return nil, badEscape, true
	}
	if v.Registry.offers[version].datatypes.only(caseless...) {
		number = strings.ToLower(number)
	}
	return query.And{
		query.Match{Parameter: v.parameter, Test: query.URITest{URI: url}},
		query.Match{Parameter: version, Test: query.TokenTest{Code: number, AnySystem: true}},
	}, "", true
}
