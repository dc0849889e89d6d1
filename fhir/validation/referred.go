package validation

import (
	"strings"

	"hearken/fhir/element"
)

// containedReferred is dom-3, which stands on every resource that may contain others.
const containedReferred = "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical)" +
	" | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists()" +
	" or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()"

// allReferred is the invariant dom-3 in one walk: each contained resource is referred to from somewhere in the
// resource, or refers to it (https://hl7.org/fhir/R4/references.html#contained). One without an
// id passes here, as it does by the expression; checkContained refuses it.
func allReferred(v *Visit, n element.Node) bool {
	var fragments map[string]bool
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		id := containedID(n, c)
		if id == "" {
			continue
		}
		if fragments == nil {
			fragments = map[string]bool{}
			v.collectFragments(fragments, n, true)
		}
		if !fragments[id] && !v.refersToContainer(c) {
			return false
		}
	}
	return true
}

// containedID is the id of a child that is a contained resource, and "" of any other child.
func containedID(container, child element.Node) string {
	if child.IsResource() && container.IsResource() {
		return child.Child("id").Text()
	}
	return ""
}

// collectFragments notes what follows "#" in all references, canonicals, uris and urls below a node; right
// below the resource itself (top) an element that is only called "reference" does not count.
func (v *Visit) collectFragments(into map[string]bool, n element.Node, top bool) {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if id, ok := strings.CutPrefix(c.Text(), "#"); ok && (v.isURL(c) || !top && v.isReference(c)) {
			into[id] = true
		}
		v.collectFragments(into, c, false)
	}
}

// refersToContainer reports whether "#" alone stands somewhere below a contained resource.
func (v *Visit) refersToContainer(n element.Node) bool {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if !n.IsResource() && v.isReference(c) && c.Text() == "#" || c.Text() == "#" && c.Structure() == v.validator.canonical {
			return true
		}
		if v.refersToContainer(c) {
			return true
		}
	}
	return false
}

func (v *Visit) isReference(n element.Node) bool {
	return n.NameID() == v.validator.reference.reference
}

func (v *Visit) isURL(n element.Node) bool {
	switch n.Structure() {
	case v.validator.canonical, v.validator.uri, v.validator.url:
		return true
	}
	return false
}
