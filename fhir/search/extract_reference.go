package search

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// reference adds the values of a reference parameter (https://hl7.org/fhir/R4/search.html#reference).
func (e *extraction) reference(n element.Node) {
	switch {
	case n.IsResource():
		if id := n.Child("id"); id.HasValue() {
			e.add(query.Link{Key: fhir.Key{Type: fhir.Type(n.Structure().Name), ID: fhir.ID(id.Text())}})
		}
	case n.Structure().Name == "Reference":
		if literal := n.Child("reference"); literal.HasValue() {
			e.add(linkTo(literal.Text(), e.base, e.extractor.Registry.isType))
		}
		if identifier := n.Child("identifier"); !identifier.IsZero() {
			if token, _ := identifierToken(identifier); token != (query.Token{}) {
				e.add(query.LinkIdentifier{System: token.System, Code: token.Code})
			}
		}
	case n.Structure().Name == "canonical" && n.HasValue():
		e.canonical(n.Text())
	case n.IsPrimitive() && n.HasValue():
		e.add(query.Link{URL: n.Text()})
	}
}

// canonical adds a canonical reference, found with and without its version
// (https://hl7.org/fhir/R4/search.html#versions).
func (e *extraction) canonical(text string) {
	text, _, _ = strings.Cut(text, "#")
	url, _, versioned := strings.Cut(text, "|")
	if text == "" {
		return
	}
	e.add(linkTo(url, e.base, e.extractor.Registry.isType))
	if versioned {
		e.add(query.Link{URL: text})
	}
}

// linkTo says where a literal reference points: to a resource of this server when it is relative or below the
// server's own base, otherwise to a URL. A reference to a contained resource is its fragment.
func linkTo(text, base string, isType func(string) bool) query.Link {
	ref := fhir.ParseReference(text, isType)
	switch {
	case ref.Key.IsZero():
		return query.Link{URL: text}
	case ref.Base == "" || ref.Base == base:
		return query.Link{Key: ref.Key, Version: ref.Version}
	}
	return query.Link{URL: ref.Base + "/" + ref.Key.String(), Version: ref.Version}
}
