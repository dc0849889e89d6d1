package validation

import (
	"strings"

	"hearken/fhir/definition"
)

// slicing makes the plan of the slices of an element. Slices of a slice ("a/b") become a slicing of that.
func (p *rowPlanner) slicing(o *definition.Outline, e *definition.Element, by *definition.Slicing, slices []*definition.Outline) *slicingPlan {
	plan := &slicingPlan{profile: p.profile, name: nameOf(o.Row)}
	if by != nil {
		plan.closed, plan.ordered, plan.atEnd = by.Rules == "closed", by.Ordered, by.Rules == "openAtEnd"
	}
	discriminators := discriminatorsOf(e, by)
	for _, s := range slices {
		if outer, _, inner := cutSlice(s.Row.SliceName); inner && named(slices, outer) {
			continue
		}
		made := p.slice(o, s, e, discriminators)
		if inner := slicesOf(slices, s.Row.SliceName); len(inner) > 0 {
			made.inner = p.slicing(s, e, s.Row.Slicing, inner)
		}
		if s.Row.SliceName == "@default" {
			plan.rest = made
		} else {
			plan.slices = append(plan.slices, made)
		}
	}
	return plan
}

// cutSlice takes the name of a slice of a slice apart.
func cutSlice(name string) (outer, last string, inner bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

func named(slices []*definition.Outline, name string) bool {
	for _, s := range slices {
		if s.Row.SliceName == name {
			return true
		}
	}
	return false
}

// slicesOf are the slices right in a slice, and those in them.
func slicesOf(slices []*definition.Outline, name string) []*definition.Outline {
	var inner []*definition.Outline
	for _, s := range slices {
		if strings.HasPrefix(s.Row.SliceName, name+"/") {
			inner = append(inner, s)
		}
	}
	return inner
}

// discriminatorsOf are those given, or those an element has of itself: extensions are told apart by url, and
// choices by type.
func discriminatorsOf(e *definition.Element, by *definition.Slicing) []definition.Discriminator {
	switch {
	case by != nil && len(by.Discriminators) > 0:
		return by.Discriminators
	case len(e.Fields) > 0 && e.Fields[0].Type.Name == "Extension":
		return []definition.Discriminator{{Type: "value", Path: "url"}}
	case e.Choice:
		return []definition.Discriminator{{Type: "type", Path: "$this"}}
	}
	return nil
}

// slice makes the plan of one slice.
func (p *rowPlanner) slice(whole, o *definition.Outline, e *definition.Element, by []definition.Discriminator) *slicePlan {
	s := typeOfRow(p.library.set, o.Row, e)
	made := &slicePlan{name: nameOf(o.Row), short: o.Row.SliceName, min: o.Row.Min, max: o.Row.Max, match: p.matcher(o, s, by)}
	made.row = p.row(o, s, e, whole)
	return made
}

// matcher tells items of a slice by all discriminators; nil when there is none. A slice that says nothing
// where any of them looks has no items.
func (p *rowPlanner) matcher(o *definition.Outline, s *definition.Structure, by []definition.Discriminator) matcher {
	var all []matcher
	for _, d := range by {
		if m := p.discriminator(o, s, d); m != nil {
			all = append(all, m)
		}
	}
	if len(by) > 0 && len(all) == 0 {
		return never
	}
	return allOf(all)
}
