package validation

import "hearken/fhir/definition"

// settle links what a plan has by reference, and takes out whatever asks nothing. A plan that is reached
// again while it is being settled asks nothing beyond what it asks the first time.
func settle(p *rowPlan) {
	if p == nil || p.settling {
		return
	}
	p.settling = true
	kept := p.children[:0]
	for _, c := range p.children {
		settle(c.whole)
		if c.whole.asksNothing() {
			c.whole = nil
		}
		settleSlicing(c.slicing)
		if c.slicing != nil && c.slicing.asksNothing() {
			c.slicing = nil
		}
		if c.min > 0 || c.max != definition.Unbounded || c.whole != nil || c.slicing != nil {
			kept = append(kept, c)
		}
	}
	p.children = kept
}

// says reports whether a plan asks anything, looking through what is not settled yet.
func says(p *rowPlan, seen map[*rowPlan]bool) bool {
	if p == nil || seen[p] {
		return false
	}
	seen[p] = true
	if p.types != nil || !p.values.asksNothing() || len(p.bindings)+len(p.invariants) > 0 {
		return true
	}
	for _, c := range p.children {
		if c.min > 0 || c.max != definition.Unbounded || says(c.whole, seen) || slicingSays(c.slicing, seen) {
			return true
		}
	}
	return false
}

func slicingSays(p *slicingPlan, seen map[*rowPlan]bool) bool {
	if p == nil {
		return false
	}
	for _, s := range p.slices {
		if s.min > 0 || s.max != definition.Unbounded || says(s.row, seen) || slicingSays(s.inner, seen) {
			return true
		}
	}
	return p.closed || p.ordered || p.atEnd
}

func settleSlicing(p *slicingPlan) {
	if p == nil {
		return
	}
	for _, s := range append(p.slices[:len(p.slices):len(p.slices)], p.rest) {
		if s == nil {
			continue
		}
		settle(s.row)
		settleSlicing(s.inner)
		if s.inner != nil && s.inner.asksNothing() {
			s.inner = nil
		}
		if s.match != nil && s.row.asksNothing() {
			s.row = nil
		}
	}
	p.number()
}
