package validation

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// below are the criteria at a child: its row, with the slices of it that must be there, and what a value above has there. A row that is
// not walked into has the rows of the profile of its type.
func (p *rowPlanner) below(c criterion, name string) []criterion {
	values := valuesBelow(p.valuesAt(c), name)
	c = p.entered(c)
	if c.outline == nil || c.at == nil {
		if len(values) > 0 {
			return []criterion{{values: values}}
		}
		return nil
	}
	e := c.at.Element(name)
	child := c.outline.Child(name)
	if e == nil || child == nil {
		if len(values) > 0 {
			return []criterion{{values: values}}
		}
		return nil
	}
	ends := []criterion{{outline: child, at: typeOfRow(p.library.set, child.Row, e), values: values}}
	for _, s := range child.Slices {
		if s.Row.Min > 0 {
			ends = append(ends, criterion{outline: s, element: e, at: typeOfRow(p.library.set, s.Row, e)})
		}
	}
	return ends
}

// valuesAt is what is fixed at a criterion, by its row or above.
func (p *rowPlanner) valuesAt(c criterion) []element.Node {
	if c.outline != nil {
		for _, value := range [][2]string{{string(c.outline.Row.Fixed), c.outline.Row.FixedType}, {string(c.outline.Row.Pattern), c.outline.Row.PatternType}} {
			if n := p.value([]byte(value[0]), value[1]); !n.IsZero() {
				return []element.Node{n}
			}
		}
	}
	return c.values
}

func valuesBelow(values []element.Node, name string) []element.Node {
	var below []element.Node
	for _, n := range values {
		for c := range n.Children() {
			if c.Element().Name == name {
				below = append(below, c)
			}
		}
	}
	return below
}

// entered gives a criterion whose outline has children: that of the profile of its type, or of the resource referred to, where
// its own has none.
func (p *rowPlanner) entered(c criterion) criterion {
	if c.outline != nil && len(c.outline.Children) > 0 {
		return c
	}
	profiles := c.profiles
	if c.outline != nil && c.profiles == nil {
		for i := range c.outline.Row.Types {
			profiles = append(profiles, c.outline.Row.Types[i].Profiles...)
		}
	}
	if len(profiles) == 0 {
		return c
	}
	s, rows := p.library.rows(profiles[0])
	if s == nil || len(rows) == 0 {
		return c
	}
	outline := definition.OutlineOf(rows)
	if c.outline != nil && (c.outline.Row.Fixed != nil || c.outline.Row.Pattern != nil) {
		return c
	}
	return criterion{outline: outline, at: p.library.set.Structure(s.Type), values: c.values}
}

// resolved is the criterion of what a reference is to.
func (p *rowPlanner) resolved(c criterion) criterion {
	if c.outline == nil {
		return criterion{}
	}
	profiles := []string{}
	for i := range c.outline.Row.Types {
		profiles = append(profiles, c.outline.Row.Types[i].TargetProfiles...)
	}
	return criterion{profiles: profiles}
}

// extensionNamed is the slice of the extensions that has an url.
func (p *rowPlanner) extensionNamed(c criterion, url string) []criterion {
	c = p.entered(c)
	for _, name := range []string{"extension", "modifierExtension"} {
		for _, s := range c.outline.Child(name).SlicesOrNone() {
			if slices.Contains(profilesOf(s.Row), url) || unquoted(s.Child("url")) == url {
				return []criterion{{outline: s, at: p.library.set.Structure("Extension")}}
			}
		}
	}
	return nil
}

func profilesOf(row *definition.ElementDefinition) []string {
	var all []string
	for i := range row.Types {
		for _, canonical := range row.Types[i].Profiles {
			url, _, _ := strings.Cut(canonical, "|")
			all = append(all, url)
		}
	}
	return all
}

// unquoted is the text that is fixed or a pattern at a row.
func unquoted(o *definition.Outline) string {
	if o == nil {
		return ""
	}
	text := string(o.Row.Fixed)
	if text == "" {
		text = string(o.Row.Pattern)
	}
	return strings.Trim(text, `"`)
}

// ofType is a row of a choice seen as one type: the slice for that, where there is one.
func (p *rowPlanner) ofType(c criterion, s *definition.Structure) []criterion {
	if c.outline == nil || s == nil {
		return nil
	}
	for _, slice := range c.outline.Slices {
		if len(slice.Row.Types) == 1 && slice.Row.Types[0].Code == s.Name {
			return []criterion{{outline: slice, at: s}}
		}
	}
	return []criterion{{outline: c.outline, at: s, values: c.values}}
}

// criterion makes the matcher of a kind of discriminator at the end of its path; nil when the profile says nothing there.
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
