package redaction

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// Judge says what is wrong with a resource, by the definitions that its readers will judge it by.
type Judge func(*element.Tree) fhir.Outcome

// way is how it is tried to leave something valid.
type way uint8

const (
	gaps    way = iota // leaving out what may be left out
	masks              // masking that as well
	nothing            // telling nothing but that the resource is there
)

// maxRounds is how often what breaks a rule is withheld too, before it is tried with masks instead of gaps.
const maxRounds = 6

// Resource writes a resource without the elements that are withheld, tagged REDACTED, and SUBSETTED unless it
// is returnable: unless nothing is lost when it is written back as it is. judge may be nil: then nothing is
// asked. The resource is the root of its tree.
func Resource(root element.Node, limits element.Limits, judge Judge, returnable bool, withheld func(element.Node) bool) []byte {
	var out []byte
	for _, way := range []way{gaps, masks, nothing} {
		p := newPlan(root, way == masks)
		for i := range root.Tree().Len() {
			if n := root.Tree().Node(i); withheld(n) || way == nothing && n == root {
				p.withhold(n)
			}
		}
		p.settle()
		out = p.write(returnable)
		if judge == nil {
			return out
		}
		r := repair{judge: judge, limits: limits, before: root.Tree(), returnable: returnable}
		var valid bool
		if out, valid = r.run(out); valid {
			return out
		}
	}
	return out
}

// repair withholds what breaks a rule because of what is missing.
type repair struct {
	judge  Judge
	limits element.Limits
	before *element.Tree
	known  fhir.Outcome // what was wrong before anything was withheld

	returnable bool
	asked      bool
}

func (r *repair) run(body []byte) (out []byte, valid bool) {
	for range maxRounds {
		tree, faults := element.Parse(r.before.Set(), body, r.limits)
		if faults.Failed() {
			return body, false
		}
		broken := r.broken(tree)
		if len(broken) == 0 {
			return body, true
		}
		p := newPlan(tree.Root(), false)
		for _, issue := range broken {
			p.widen(issue)
		}
		p.settle()
		next := p.write(r.returnable)
		if string(next) == string(body) {
			return body, false
		}
		body = next
	}
	return body, false
}

// broken are the errors that were not there before.
func (r *repair) broken(tree *element.Tree) (broken fhir.Outcome) {
	for _, issue := range r.judge(tree) {
		if issue.Severity != fhir.SeverityError && issue.Severity != fhir.Fatal {
			continue
		}
		if !r.asked {
			r.known, r.asked = r.judge(r.before), true
		}
		if !slices.ContainsFunc(r.known, func(k fhir.Issue) bool {
			return k.Severity == issue.Severity && k.Detail == issue.Detail && slices.Equal(k.Elements(), issue.Elements())
		}) {
			broken = append(broken, issue)
		}
	}
	return broken
}

// widen withholds what an issue is about: what a rule reads of the element it is broken at, or the element
// itself. Of the resource as a whole it takes back the claim to a profile.
func (p *plan) widen(issue fhir.Issue) {
	for _, place := range issue.Elements() {
		at := p.at(place)
		if at.IsZero() {
			continue
		}
		for at != p.root && at.Element().Min > 0 && untold(at) {
			at = at.Parent() // it is masked, and that is not enough
		}
		switch {
		case issue.Code == fhir.CodeInvariant && p.withholdRead(at, issue.Diagnostics, false):
		case at != p.root:
			p.withhold(at)
		case issue.Code == fhir.CodeInvariant && p.withholdRead(at, issue.Diagnostics, true):
		default:
			for claim := range at.Child("meta").Children() {
				if claim.Name() == "profile" {
					p.withhold(claim)
				}
			}
		}
	}
}

// withholdRead withholds the children of an element that a rule reads, by its text: those that may be left
// out, or all. It reports whether there was one.
func (p *plan) withholdRead(n element.Node, rule string, all bool) (some bool) {
	for child := range n.Children() {
		e, name := child.Element(), child.Name()
		if name == "extension" || name == "id" || name == "meta" || !mentions(rule, name) || !all && (e.Min > 0 || e.IsModifier) {
			continue
		}
		p.withhold(child)
		some = true
	}
	return some
}

// at is the element at a location.
func (p *plan) at(location string) element.Node {
	for i := range p.root.Tree().Len() {
		if n := p.root.Tree().Node(i); n.Location() == location {
			return n
		}
	}
	return element.Node{}
}

// untold reports whether of an element nothing is said but that it is masked.
func untold(n element.Node) bool {
	for child := range n.Children() {
		if child.Name() != "extension" {
			return false
		}
	}
	return !n.HasValue()
}

// mentions reports whether a name stands in a text as a word.
func mentions(text, name string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	}), name)
}
