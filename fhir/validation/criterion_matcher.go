package validation

import (
	"slices"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// criterion makes the matcher of a kind of discriminator at the end of its path; nil when the profile says
// nothing there.
func (p *rowPlanner) criterion(kind string, c criterion) matcher {
	switch kind {
	case "value", "pattern":
		return p.valueMatcher(c)
	case "type":
		return p.typeMatcher(c)
	case "profile":
		return p.profileMatcher(c)
	}
	return nil
}

// valueMatcher matches what is fixed at a row, and in what is in it, or else by a required binding.
func (p *rowPlanner) valueMatcher(c criterion) matcher {
	if c.outline != nil {
		if row := c.outline.Row; row.Fixed != nil {
			if fixed := p.value(row.Fixed, row.FixedType); !fixed.IsZero() {
				return func(_ *Visit, n element.Node) bool { return equal(fixed, n) }
			}
		}
	}
	if values := p.valuesAt(c); len(values) > 0 {
		return func(_ *Visit, n element.Node) bool {
			return slices.ContainsFunc(values, func(value element.Node) bool { return fits(value, n) })
		}
	}
	if c.outline == nil && c.profiles == nil {
		return nil
	}
	if c.outline != nil && c.outline.Row.Max == 0 {
		return nil // there is none: see existence
	}
	if inside := p.inside(c); inside != nil || c.outline == nil {
		return inside
	}
	return p.bindingMatcher(c)
}

// maxNesting bounds how far a discriminator looks into elements, whose profiles may be of each other.
const maxNesting = 8

// inside matches by what is fixed in the children of a row that must be there.
func (p *rowPlanner) inside(c criterion) matcher {
	if p.nesting == maxNesting {
		return nil
	}
	p.nesting++
	defer func() { p.nesting-- }()
	entered := p.entered(c)
	if entered.outline == nil || entered.at == nil {
		return nil
	}
	if entered.outline != c.outline {
		if m := p.valueOf(entered); m != nil {
			return m
		}
	}
	var all []matcher
	for _, child := range entered.outline.Children {
		e := entered.at.Element(child.Name)
		if e == nil {
			continue
		}
		for _, end := range append([]*definition.Outline{child}, child.Slices...) {
			if end.Row.Min == 0 {
				continue
			}
			m := p.valueMatcher(criterion{outline: end, element: e, at: typeOfRow(p.library.set, end.Row, e)})
			if m != nil {
				all = append(all, somewhere([]step{{kind: stepChild, name: e.NameID}}, m))
			}
		}
	}
	return allOf(all)
}

// valueOf matches what is fixed at the root of a type's profile.
func (p *rowPlanner) valueOf(c criterion) matcher {
	if values := p.valuesAt(c); len(values) > 0 {
		return func(_ *Visit, n element.Node) bool { return fits(values[0], n) }
	}
	return nil
}

// typeMatcher matches by the types of a row, or of what is referred to.
func (p *rowPlanner) typeMatcher(c criterion) matcher {
	var types []*definition.Structure
	if c.profiles != nil {
		for _, canonical := range c.profiles {
			if name, _ := p.library.typeOf(canonical); name != "" {
				types = append(types, p.library.set.Structure(name))
			}
		}
	} else if c.outline != nil {
		for i := range c.outline.Row.Types {
			types = append(types, p.library.set.Structure(c.outline.Row.Types[i].Code))
		}
	}
	if len(types) == 0 {
		return nil
	}
	return func(_ *Visit, n element.Node) bool {
		return slices.ContainsFunc(types, func(s *definition.Structure) bool {
			return s != nil && (n.Structure() == s || s.Abstract && n.Structure().IsA(s.Name))
		})
	}
}

// profileMatcher matches what conforms to one of the profiles of a row's types, or of what is referred to.
func (p *rowPlanner) profileMatcher(c criterion) matcher {
	canonicals := c.profiles
	if canonicals == nil && c.outline != nil {
		for i := range c.outline.Row.Types {
			canonicals = append(canonicals, c.outline.Row.Types[i].Profiles...)
		}
	}
	if len(canonicals) == 0 {
		return nil
	}
	return func(v *Visit, n element.Node) bool {
		return slices.ContainsFunc(canonicals, func(canonical string) bool {
			wanted := v.profile(canonical)
			v.unsure = v.unsure || wanted == nil
			return wanted != nil && v.conforms(n, wanted)
		})
	}
}
