package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// slicingPlan divides the children of one name (https://hl7.org/fhir/R4/profiling.html#slicing).
type slicingPlan struct {
	profile *profile
	name    string // of what is sliced, in messages
	closed  bool
	ordered bool
	atEnd   bool // what is of no slice comes after all that is
	slices  []*slicePlan
	rest    *slicePlan // @default: what is of no other slice
	size    int        // how many counters it needs: three of its own, one for each slice, and those of slices of slices
}

// slicePlan is one slice.
type slicePlan struct {
	name     string // "Patient.identifier:nhsNumber"
	short    string // "nhsNumber"
	min, max int
	match    matcher // whether a node is of the slice; nil when only measuring it tells
	row      *rowPlan
	inner    *slicingPlan
	counter  int // its own, from where those of the slicing begin
}

// matcher tells whether a node is of a slice.
type matcher func(v *Visit, n element.Node) bool

// The first counters of a slicing: one more than the last slice an item was of, how many items were of none,
// and of how many that cannot be told.
const (
	counterLast = iota
	counterNone
	counterUnsure
	counterSlices
)

// slice finds the slice of an item and holds it against that.
func (v *Visit) slice(p *slicingPlan, n element.Node, counters int) {
	found, outer := -1, v.unsure
	v.unsure = false
	for i, s := range p.slices {
		if v.enough() {
			v.unsure = outer
			return
		}
		if !v.inSlice(s, n) {
			continue
		}
		if found >= 0 {
			v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailSliceAmbiguous, "this is of the slice %s as well as of %s (profile %s)", s.name, p.slices[found].name, p.profile.canonical)
			break
		}
		found = i
	}
	unsure := v.unsure
	v.unsure = outer
	switch {
	case found >= 0:
		v.ofSlice(p, p.slices[found], n, counters, found)
	case unsure:
		v.counts.add(counters + counterUnsure)
	case p.rest != nil:
		v.ofSlice(p, p.rest, n, counters, len(p.slices))
	default:
		v.ofNoSlice(p, n, counters)
	}
}

func (v *Visit) inSlice(s *slicePlan, n element.Node) bool {
	if s.match != nil {
		return s.match(v, n)
	}
	return v.passes(s.row, n)
}

// passes holds a node against a plan without a word.
func (v *Visit) passes(p *rowPlan, n element.Node) bool {
	faulty := v.faulty
	v.faulty = false
	v.quiet++
	v.row(p, n)
	v.quiet--
	passed := !v.faulty
	v.faulty = faulty
	return passed
}

func (v *Visit) ofSlice(p *slicingPlan, s *slicePlan, n element.Node, counters, position int) {
	if last := v.counts.at(counters + counterLast); p.ordered && position+1 < last {
		v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailSliceOrder, "the slice %s stands after one that should follow it (profile %s)", s.name, p.profile.canonical)
	}
	v.counts.all[counters+counterLast] = int32(max(position+1, v.counts.at(counters+counterLast)))
	if p.atEnd && v.counts.at(counters+counterNone) > 0 && s != p.rest {
		v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailSliceEnd, "the slice %s stands after what is of no slice (profile %s)", s.name, p.profile.canonical)
	}
	if seen := v.counts.add(counters + s.counter); s.max != definition.Unbounded && seen == s.max+1 {
		v.reportWithin(n, fhir.SeverityError, fhir.CodeStructure, DetailSliceTooMany, "the slice %s may be there at most %d times (profile %s)", s.name, s.max, p.profile.canonical)
	}
	v.row(s.row, n)
	if s.inner != nil {
		v.slice(s.inner, n, counters+s.counter+1)
	}
}

func (v *Visit) ofNoSlice(p *slicingPlan, n element.Node, counters int) {
	v.counts.add(counters + counterNone)
	if p.closed {
		v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailSliceClosed, "this is of no slice of %s, and the slices are all there may be (profile %s)", p.name, p.profile.canonical)
	}
}

// slicesMissing reports slices there are too few items of.
func (v *Visit) slicesMissing(p *slicingPlan, parent element.Node, e *definition.Element, counters int) {
	for _, s := range p.slices {
		v.sliceMissing(p, s, parent, e, counters)
	}
	if p.rest != nil {
		v.sliceMissing(p, p.rest, parent, e, counters)
	}
}

func (v *Visit) sliceMissing(p *slicingPlan, s *slicePlan, parent element.Node, e *definition.Element, counters int) {
	seen := v.counts.at(counters + s.counter)
	if seen+v.counts.at(counters+counterUnsure) < s.min {
		v.reportMissing(parent, e.Name, DetailSliceMissing, "%s (profile %s)", tooFew("the slice "+s.name, s.min), p.profile.canonical)
	}
	if s.inner != nil && seen > 0 {
		v.slicesMissing(s.inner, parent, e, counters+s.counter+1)
	}
}

// number gives each slice its counter.
func (p *slicingPlan) number() {
	p.size = counterSlices
	all := p.slices
	if p.rest != nil {
		all = append(all[:len(all):len(all)], p.rest)
	}
	for _, s := range all {
		s.counter = p.size
		p.size++
		if s.inner != nil {
			s.inner.number()
			p.size += s.inner.size
		}
	}
}

// asksNothing reports whether every item passes whatever slice it is of.
func (p *slicingPlan) asksNothing() bool {
	if p.closed || p.ordered || p.atEnd {
		return false
	}
	for _, s := range p.slices {
		if !s.asksNothing() {
			return false
		}
	}
	return p.rest == nil || p.rest.asksNothing()
}

func (s *slicePlan) asksNothing() bool {
	return s.min == 0 && s.max == definition.Unbounded && s.row.asksNothing() && s.inner == nil
}
