package redaction

import (
	"slices"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/search"
)

// fate is what becomes of an element.
type fate uint8

const (
	told   fate = iota
	left        // out
	masked      // there, and not told
)

// plan is what becomes of each element of a resource.
type plan struct {
	root  element.Node
	fates []fate // by Node.Index
	mask  bool   // masks what may be left out, too
}

func newPlan(root element.Node, mask bool) *plan {
	return &plan{root: root, fates: make([]fate, root.Tree().Len()), mask: mask}
}

// withhold marks an element. A resource itself, and its metadata, are withheld by withholding what is in
// them: what it is called and which version it is stays, because the caller knows that there is one.
func (p *plan) withhold(n element.Node) {
	switch {
	case n == p.root:
		for child := range n.Children() {
			p.withhold(child)
		}
	case n.Parent() == p.root && n.Name() == "meta":
		for child := range n.Children() {
			if name := child.Name(); name != "versionId" && name != "lastUpdated" {
				p.fates[child.Index()] = left
			}
		}
	case n.Parent() == p.root && n.Name() == "id":
	case n.Name() == "id" && n.Parent().IsResource(): // contained, and known by it
		p.withhold(n.Parent())
	default:
		p.fates[n.Index()] = left
	}
}

// settle masks what must be there, and leaves out what has become empty or cannot do without what is missing:
// from the innermost outwards.
func (p *plan) settle() {
	for i := len(p.fates) - 1; i >= 0; i-- {
		n := p.root.Tree().Node(i)
		if p.fates[i] == told && !n.FirstChild().IsZero() && !p.complete(n) && n != p.root {
			p.fates[i] = left
		}
	}
}

// complete masks the children of an element that must be there, and reports whether the element may stand.
func (p *plan) complete(n element.Node) bool {
	withheld, content, whole := false, n.HasValue(), true
	for child := range n.Children() {
		if p.fates[child.Index()] == left {
			withheld = true
			if p.wants(n, child) && !p.conceal(child) {
				whole = false
			}
		}
		content = content || p.fates[child.Index()] != left && child.Name() != "id"
	}
	return whole && (content || !withheld || n.IsResource())
}

// conceal masks an element, or where it has to have content what it has to have. It reports whether that can be done.
func (p *plan) conceal(n element.Node) bool {
	if !maskable(n) {
		return false
	}
	if !slices.ContainsFunc(n.Structure().Elements, func(e *definition.Element) bool { return e.Min > 0 && !e.XMLAttr }) {
		p.fates[n.Index()] = masked
		return true
	}
	p.fates[n.Index()] = told
	for child := range n.Children() {
		p.fates[child.Index()] = left
	}
	return p.complete(n)
}

// wants reports whether a child that is left out has to be there all the same.
func (p *plan) wants(n, child element.Node) bool {
	e := child.Element()
	if e.IsModifier || p.mask && maskable(child) {
		return true
	}
	if e.Min == 0 {
		return false
	}
	there := 0
	for sibling := range n.Children() {
		if sibling.Element() == e && p.fates[sibling.Index()] != left {
			there++
		}
	}
	return there < e.Min
}

// maskable reports whether an element can carry the extension that says it is masked.
func maskable(n element.Node) bool {
	e := n.Element()
	switch {
	case n.IsResource() || e.XMLAttr || n.Structure().Name == "xhtml" || n.Structure().Name == "Narrative":
		return false
	case n.Structure().Name == "Extension":
		return e.IsModifier
	}
	return n.Structure().Element("extension") != nil
}

// write gives the resource as planned.
func (p *plan) write(returnable bool) []byte {
	is := func(f fate) func(element.Node) bool {
		return func(n element.Node) bool { return p.fates[n.Index()] == f }
	}
	return search.Redact(p.root, func(n element.Node) bool { return p.fates[n.Index()] != left }, is(masked), returnable)
}
