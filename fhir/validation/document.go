package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkDocument is the rule that a document or message holds what its first resource is about
// (https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/messaging.html#bundle): whatever
// the Composition refers to but other documents, and the focus of the MessageHeader. That they come first is
// said by bdl-11 and bdl-12.
func checkDocument(v *Visit, bundle element.Node) {
	switch bundleTypeOf(bundle) {
	case isDocument, isMessage:
		v.mustBeInside(bundle.Child("entry").Child("resource"))
	}
}

// mustBeInside reports each reference of a Composition or MessageHeader that no entry is found by.
func (v *Visit) mustBeInside(first element.Node) {
	below(first, func(n element.Node) bool {
		if n.Structure().Name != "Reference" || !mustBeInside(n, first) {
			return !n.IsResource()
		}
		reference := n.Child("reference").Text()
		if reference == "" || reference[0] == '#' || v.isPublished(reference) {
			return true
		}
		if found := v.env.Entry(reference, n); found.Count == 0 && found.Near.IsZero() {
			v.Report(n, fhir.SeverityError, fhir.CodeNotFound, DetailReferenceNotInside, "no entry of the Bundle matches this reference")
		}
		return true
	})
}

// mustBeInside reports whether what a reference of the first resource means is part of the document or message.
func mustBeInside(n, first element.Node) bool {
	name := typeOf(first)
	if n.Resource() != first {
		return false
	}
	for ; n != first; n = n.Parent() {
		switch path := n.Element().Path; {
		case name == "Composition" && path == "Composition.relatesTo", strings.HasSuffix(path, "xtension"):
			return false
		case name == "MessageHeader" && path == "MessageHeader.focus":
			return true
		}
	}
	return name == "Composition"
}

// isPublished reports whether a reference is the address of a definition, which is known by it wherever it is.
func (v *Visit) isPublished(reference string) bool {
	ref := fhir.ParseReference(reference, v.validator.isResource)
	if ref.Base == "" {
		return false
	}
	s := v.Set().Structure(string(ref.Key.Type))
	url := s.Element("url")
	return url != nil && len(url.Types) == 1 && url.Types[0].Code == "uri" && s.Element("status") != nil
}

// below calls visit with everything below a node, in document order; what it returns says whether to go on below that.
func below(n element.Node, visit func(element.Node) bool) {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if visit(c) {
			below(c, visit)
		}
	}
}
