package interaction

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/bundle"
	"hearken/fhir/element"
)

// linkKind is the kind of a place in a resource that points at another entry.
type linkKind uint8

const (
	plainLink       linkKind = iota // a whole value: Reference.reference, or an element of type uri or url
	conditionalLink                 // Reference.reference by search
	narrativeLink                   // href and src in the narrative
)

// linkage is one place of an entry's resource that may be rewritten.
type linkage struct {
	node element.Node
	kind linkKind
}

// findLinks collects the places that point at entries of the Bundle, or are references by search. The issues are
// references to a urn: that no entry has.
//
// "Servers SHALL replace all matching links in the bundle, whether they are found in the resource ids,
// resource references, elements of type uri, url, oid, uuid, and <a href="" & <img src="" in the narrative.
// Elements of type canonical are not replaced." (https://hl7.org/fhir/R4/http.html#trules) Not links but
// names, and so left alone, are: Extension.url; a system; and a resource's own url, which for a CodeSystem or
// ValueSet is often its fullUrl as well. The specification asks for elements of type oid and uuid as well,
// but what a link becomes, "Patient/123", is neither an oid nor a uuid: the resource would not be valid any
// more, and such elements stay as they are. What is inside a Bundle that is stored as a resource refers to
// that Bundle's entries.
func (t *transaction) findLinks(e *entry) fhir.Outcome {
	var dangling fhir.Outcome
	walk(e.node, func(n element.Node) bool {
		if n.IsResource() {
			return n.Structure().Name != "Bundle"
		}
		if !n.HasValue() {
			return true
		}
		switch kind := placeKind(n); {
		case kind == reference:
			if l, ok := t.referenceLink(e, n); ok {
				e.links = append(e.links, l)
			} else if isURN(n.Text()) {
				line, column := n.LineColumn()
				dangling = append(dangling, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeInvalid, Detail: "dangling-urn",
					Diagnostics: "no entry of the Bundle has the fullUrl that is referenced", Expression: []string{n.Location()}, Line: line, Column: column})
			}
		case kind == uri && t.target(e, n.Text()) != nil:
			e.links = append(e.links, linkage{n, plainLink})
		case kind == narrative && t.rewriteNarrative(e, n.Text()) != n.Text():
			e.links = append(e.links, linkage{n, narrativeLink})
		}
		return true
	})
	return dangling
}

// The kinds of primitive that may hold links.
type primitiveKind uint8

const (
	other primitiveKind = iota
	reference
	uri
	narrative
)

func placeKind(n element.Node) primitiveKind {
	switch n.Structure().Name {
	case "string":
		if n.Name() == "reference" && n.Parent().Structure().Name == "Reference" {
			return reference
		}
	case "uri", "url":
		isName := n.Name() == "system" || n.Name() == "url" && (n.Parent().IsResource() || n.Parent().Structure().Name == "Extension")
		if !isName {
			return uri
		}
	case "xhtml":
		return narrative
	}
	return other
}

func (t *transaction) referenceLink(e *entry, n element.Node) (linkage, bool) {
	if t.target(e, n.Text()) != nil {
		return linkage{n, plainLink}, true
	}
	_, _, conditional := t.server.conditionalParts(n.Text(), t.call.Base)
	return linkage{n, conditionalLink}, conditional
}

func isURN(text string) bool {
	return strings.HasPrefix(text, "urn:uuid:") || strings.HasPrefix(text, "urn:oid:")
}

// target is the entry a link means, by the rule of package bundle. Version and fragment do not matter: what
// is written has no version yet.
func (t *transaction) target(e *entry, text string) *entry {
	return t.names[bundle.FullURL(text, e.root, t.server.Definitions.IsResource)]
}
