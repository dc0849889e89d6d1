package fhirpath

import (
	"unsafe"

	"hearken/fhir/element"
	"hearken/fhir/xhtml"
)

// narrativeVerdict is the last answer of htmlChecks(): txt-1 and txt-2 ask the same of the same node.
type narrativeVerdict struct {
	node element.Node
	ok   bool
}

// htmlChecks tells whether the XHTML of a narrative has nothing but formatting
// (https://hl7.org/fhir/R4/narrative.html#Narrative). That it has content is asked by htmlChecks2,
// although R4 publishes txt-2 with htmlChecks too: its own examples have narratives without any.
func htmlChecks(env *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	if env.checked.node != in.node || in.node.IsZero() {
		text, err := lentText(env, c, in)
		if err != nil {
			return Item{}, err
		}
		env.checked = narrativeVerdict{in.node, text != nil && xhtml.Allowed(text)}
	}
	return OfBoolean(env.checked.ok), nil
}

// htmlChecks2 tells whether a narrative shows anything, as txt-2 says in words.
func htmlChecks2(env *Env, c *scalarCall, in Item, _ []Item) (Item, error) {
	text, err := lentText(env, c, in)
	return OfBoolean(text != nil && xhtml.HasContent(text)), err
}

// lentText is the XHTML of a narrative's div, nil for anything else. The checks only read, so that the
// bytes of the string may be lent to them.
func lentText(env *Env, c *scalarCall, in Item) ([]byte, error) {
	if in.kind != Element || !in.node.HasValue() {
		return nil, nil
	}
	text := in.node.Text()
	return unsafe.Slice(unsafe.StringData(text), len(text)), env.spend(1+len(text)/64, c.at)
}
