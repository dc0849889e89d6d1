package search

import (
	"slices"

	"hearken/fhir/element"
)

// SummaryFilter says which elements of a match are answered, for element.WriteOptions.Keep
// (https://hl7.org/fhir/R4/search.html#summary and #elements). subsetted is whether it leaves anything to be
// left out: then the answer has to carry the tag SUBSETTED, see Subset. keep is nil when everything is
// answered.
func SummaryFilter(r *Request, root element.Node) (keep func(element.Node) bool, subsetted bool) {
	if len(r.Elements) > 0 && r.Summary <= SummaryFalse {
		return func(n element.Node) bool { return keepsElement(r.Elements, root, n) }, true
	}
	return IncludedFilter(r, root)
}

// IncludedFilter is SummaryFilter for an included resource, to which _elements does not apply.
func IncludedFilter(r *Request, root element.Node) (keep func(element.Node) bool, subsetted bool) {
	switch r.Summary {
	case SummaryTrue:
		return func(n element.Node) bool { return keepsSummary(root, n) }, true
	case SummaryText:
		return func(n element.Node) bool { return keepsElement(textElements, root, n) }, true
	case SummaryData:
		return func(n element.Node) bool { return n.Parent() != root || n.Name() != "text" }, true
	}
	return nil, false
}

// textElements are what _summary=text answers besides what is mandatory.
var textElements = []string{"text"}

// alwaysKept are answered whatever is asked: without them a resource cannot be told from another, nor be marked as
// incomplete.
var alwaysKept = []string{"id", "meta"}

// keepsElement keeps the named elements of the root, those always kept and the mandatory ones, whole.
func keepsElement(names []string, root, n element.Node) bool {
	if n.Parent() != root {
		return true
	}
	name := n.Name()
	return n.Element().Min > 0 || slices.Contains(names, name) || slices.Contains(alwaysKept, name)
}

// dataAbsentReason says why an element has no value (https://hl7.org/fhir/R4/extension-data-absent-reason.html).
const dataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

// keepsSummary keeps what the definitions mark as summary, at every level, and what is mandatory: that whole,
// because it would be invalid without its content.
func keepsSummary(root, n element.Node) bool {
	if n.Element().IsSummary || n.Element().Min > 0 {
		return true
	}
	for ; !n.IsZero() && n != root; n = n.Parent() {
		if n.Structure().Name == "Extension" && n.Child("url").Text() == dataAbsentReason {
			return true // it stands for the value, which would be there
		}
		if e := n.Element(); e != nil && e.Min > 0 && !e.IsSummary {
			return true
		}
	}
	return false
}
