package validation

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// below are the criteria at a child: its row, with the slices of it that must be there, and what a value
// above has there. A row that is not walked into has the rows of the profile of its type.
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

// entered gives a criterion whose outline has children: that of the profile of its type, or of the resource
// referred to, where its own has none.
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
