package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// rowPlan is what one row of a profile, with the rows below it, asks of a node beyond the base. What is zero
// asks nothing.
type rowPlan struct {
	profile    *profile
	name       string // of the row in messages: its id, "Patient.identifier:nhsNumber.value"
	types      *typesPlan
	values     valuesPlan
	bindings   []*binding
	invariants []*invariant
	quick      bool // an invariant is told by which children are there
	children   []*childPlan
	content    string // the row whose children are these as well, by id; linked by settle
	linked     *rowPlan
	settling   bool
}

// childPlan is what a profile asks of the children of one name, together.
type childPlan struct {
	profile  *profile
	id       definition.NameID
	element  *definition.Element
	name     string // as rowPlan.name
	min, max int    // 0 and Unbounded where the base asks the same
	whole    *rowPlan
	slicing  *slicingPlan
}

// asksNothing reports whether a plan is satisfied by every node.
func (p *rowPlan) asksNothing() bool {
	return p == nil || p.types == nil && p.values.asksNothing() && len(p.bindings) == 0 && len(p.invariants) == 0 && len(p.children) == 0 && p.linked == nil
}

// row holds a node against a plan.
func (v *Visit) row(p *rowPlan, n element.Node) {
	if p == nil || v.enough() || !v.spend(n) {
		return
	}
	if p.types != nil && !v.types(p, n) {
		return
	}
	v.values(p, n)
	for _, b := range p.bindings {
		if b.shape == shapeOf(n.Structure()) {
			v.binding(b, n)
		}
	}
	if len(p.invariants) > 0 {
		v.rowInvariants(p, n)
	}
	for at := p; at != nil; at = at.linked {
		if len(at.children) > 0 {
			v.rowChildren(at, n)
		}
	}
}

func (v *Visit) rowInvariants(p *rowPlan, n element.Node) {
	var present presence
	if p.quick {
		for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
			present |= v.validator.fields[c.Field().Index].bit
		}
	}
	for _, i := range p.invariants {
		if v.enough() {
			return
		}
		v.invariant(i, n, present)
	}
}

// rowChildren goes through the children of a node once, and counts them by name and slice.
func (v *Visit) rowChildren(p *rowPlan, n element.Node) {
	start := v.counts.open(len(p.children))
	slices := start + len(p.children)
	for _, c := range p.children {
		if c.slicing != nil {
			v.counts.open(c.slicing.size)
		}
	}
	for child := n.FirstChild(); !child.IsZero() && !v.enough(); child = child.NextSibling() {
		id, at := child.NameID(), slices
		for i, c := range p.children {
			if c.id == id {
				v.child(c, child, start+i, at)
				break
			}
			if c.slicing != nil {
				at += c.slicing.size
			}
		}
	}
	v.childrenMissing(p, n, start, slices)
	v.counts.close(start)
}

// child holds one child against the plan of its name; count and slices are where it is counted.
func (v *Visit) child(c *childPlan, n element.Node, count, slices int) {
	if seen := v.counts.add(count); c.max != definition.Unbounded && seen == c.max+1 {
		v.reportWithin(n, fhir.SeverityError, fhir.CodeStructure, DetailTooMany, "%s may be there at most %d times (maximum cardinality, profile %s)", c.name, c.max, c.profile.canonical)
	}
	v.row(c.whole, n)
	if c.slicing != nil {
		v.slice(c.slicing, n, slices)
	}
}

// childrenMissing reports what there is too little of.
func (v *Visit) childrenMissing(p *rowPlan, n element.Node, start, slices int) {
	for i, c := range p.children {
		if v.enough() {
			return
		}
		if v.counts.at(start+i) < c.min {
			v.reportMissing(n, c.element.Name, DetailMissing, "%s (minimum cardinality, profile %s)", tooFew(c.name, c.min), c.profile.canonical)
		}
		if c.slicing != nil {
			v.slicesMissing(c.slicing, n, c.element, slices)
			slices += c.slicing.size
		}
	}
}

// counters is a stack of counts, so that counting allocates nothing.
type counters struct{ all []int32 }

func (c *counters) open(n int) (start int) {
	start = len(c.all)
	for range n {
		c.all = append(c.all, 0)
	}
	return start
}

func (c *counters) close(start int) { c.all = c.all[:start] }

func (c *counters) add(i int) int {
	c.all[i]++
	return int(c.all[i])
}

func (c *counters) at(i int) int { return int(c.all[i]) }

// enough reports whether nothing more needs to be looked at: the limit of issues is reached, or a question
// that is asked without a word is answered.
func (v *Visit) enough() bool { return v.full || v.quiet > 0 && v.faulty }

// spend counts a step of work. What profiles ask of one resource is bounded in proportion to its size:
// profiles that choose among profiles may multiply.
func (v *Visit) spend(n element.Node) bool {
	const least, perNode = 1_000_000, 1_000
	v.work++
	if v.work <= least+perNode*v.tree.Len() {
		return true
	}
	v.refuse(n, DetailTooMuchWork, "the profiles ask for more work than is done for one resource")
	return false
}

// refuse ends the validation with an error, however it was asked.
func (v *Visit) refuse(n element.Node, detail, format string, args ...any) {
	quiet := v.quiet
	v.quiet = 0
	v.Report(n, fhir.SeverityError, fhir.CodeTooCostly, detail, format, args...)
	v.quiet, v.full = quiet, true
}
