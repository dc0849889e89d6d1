package fhirpath

import (
	"unsafe"

	"hearken/fhir/element"
	"hearken/fhir/xhtml"
)

// narrativeVerdict is the last answer of htmlChecks(): txt-1 and txt-2 are the same question.
type narrativeVerdict struct {
	node element.Node
	ok   bool
}

// htmlChecks tells whether the XHTML of a narrative has content, and nothing but formatting
// (https://hl7.org/fhir/R4/narrative.html#Narrative).
func htmlChecks(env *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	if in.kind != Element || !in.node.HasValue() {
		return OfBoolean(false), nil
	}
	if env.checked.node != in.node {
		text := in.node.Text()
		if err := env.spend(1+len(text)/64, c.at); err != nil {
			return Item{}, err
		}
		// The checks only read, so the bytes of the string may be lent to them.
		lent := unsafe.Slice(unsafe.StringData(text), len(text))
		env.checked = narrativeVerdict{in.node, xhtml.Allowed(lent) && xhtml.HasContent(lent)}
	}
	return OfBoolean(env.checked.ok), nil
}
