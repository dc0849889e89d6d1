package schema

import (
	"strings"

	"hearken/fhir/definition"
)

// sliced is what the slices of an array ask of it (https://hl7.org/fhir/R4/profiling.html#slicing): of the
// items that are of a slice what the slice says, and how many there may be. A slice whose items a schema
// cannot tell from others is left out.
func (w *writer) sliced(p place, f *definition.Field) keywords {
	var rules, marks list
	for _, s := range p.slices() {
		mark := w.mark(p, f, s)
		if mark == nil {
			continue
		}
		marks = append(marks, mark)
		if rule := w.slice(s, f, mark); len(rule) > 0 {
			rules = append(rules, rule)
		}
	}
	closed := p.row.Slicing != nil && p.row.Slicing.Rules == "closed"
	if closed && len(marks) > 0 && len(marks) == len(p.slices()) {
		rules = append(rules, keywords{{"items", anyOf(marks)}})
	}
	if len(rules) == 0 {
		return nil
	}
	return keywords{{"allOf", rules}}
}

// slice is what one slice asks of an array.
func (w *writer) slice(s *definition.Outline, f *definition.Field, mark keywords) keywords {
	if s.Row.Max == 0 {
		return keywords{{"items", keywords{{"not", mark}}}}
	}
	var k keywords
	if then := w.item(s, f, true); len(then) > 0 && !equal(then, mark) {
		k = k.with("items", keywords{{"if", mark}, {"then", then}})
	}
	if s.Row.Min == 0 && s.Row.Max == definition.Unbounded {
		return k
	}
	k = k.with("contains", mark).with("minContains", s.Row.Min)
	if s.Row.Max != definition.Unbounded {
		k = k.with("maxContains", s.Row.Max)
	}
	return k
}

// mark tells the items of a slice from others, by all its discriminators; nil when a schema cannot.
func (w *writer) mark(p place, f *definition.Field, s *definition.Outline) keywords {
	var discriminators []definition.Discriminator
	if p.row.Slicing != nil {
		discriminators = p.row.Slicing.Discriminators
	}
	if len(discriminators) == 0 && f.Type.Name == "Extension" {
		discriminators = []definition.Discriminator{{Type: "value", Path: "url"}}
	}
	var marks []keywords
	for _, d := range discriminators {
		mark := w.discriminated(d, f.Type, s)
		if mark == nil {
			return nil
		}
		marks = append(marks, mark)
	}
	return join(marks...)
}

// discriminated is what an item of a slice has where a discriminator looks; nil when a schema cannot say it.
func (w *writer) discriminated(d definition.Discriminator, s *definition.Structure, slice *definition.Outline) keywords {
	if s.Name == "Extension" && d.Path == "url" && slice.Child("url") == nil {
		return extensionURL(slice.Row)
	}
	path, at := strings.Split(d.Path, "."), slice
	if d.Path == "$this" {
		path = nil
	}
	return w.follow(path, s, at, func(at *definition.Outline, s *definition.Structure) keywords {
		switch d.Type {
		case "value", "pattern":
			return w.marked(s, at)
		case "type":
			return resourceTypes(s, at.Row)
		}
		return nil
	}, d.Type == "exists")
}

// follow asks for what end says at the end of a path, or, where just presence counts, for what the slice says of it.
func (w *writer) follow(path []string, s *definition.Structure, at *definition.Outline, end func(*definition.Outline, *definition.Structure) keywords, presence bool) keywords {
	if len(path) == 0 {
		return end(at, s)
	}
	e, next := s.Element(path[0]), at.Child(path[0])
	if e == nil || next == nil {
		return nil
	}
	fields := newPlace(e, next).fields()
	if presence && len(path) == 1 {
		return existing(next.Row, fields)
	}
	if len(fields) != 1 {
		return nil
	}
	inner := w.follow(path[1:], fields[0].Type, next, end, presence)
	return member(e, fields[0], inner)
}

// member asks for a member of an object that is what inner says, or has such an item; nil when inner is.
func member(e *definition.Element, f *definition.Field, inner keywords) keywords {
	if inner == nil {
		return nil
	}
	if e.Array {
		inner = keywords{{"contains", inner}}
	}
	return keywords{{"properties", keywords{{f.JSONName, inner}}}, {"required", names{f.JSONName}}}
}

// marked is all that is fixed or has a pattern at an element and in what is in it: what need not be there is so if it
// is there. It is nil when nothing is sure to be there.
func (w *writer) marked(s *definition.Structure, at *definition.Outline) keywords {
	sure, rest := []keywords{match(at.Row)}, []keywords(nil)
	for _, c := range at.Children {
		e := s.Element(c.Name)
		if e == nil {
			continue
		}
		fields := newPlace(e, c).fields()
		if len(fields) != 1 {
			continue
		}
		mark := member(e, fields[0], w.marked(fields[0].Type, c))
		switch {
		case mark == nil:
		case c.Row.Min > 0:
			sure = append(sure, mark)
		default:
			rest = append(rest, keywords{{"properties", mark.properties()}})
		}
	}
	if len(join(sure...)) == 0 {
		return nil
	}
	return join(append(sure, rest...)...)
}

// existing asks that an element is there, or that it is not; nil when the slice says neither.
func existing(row *definition.ElementDefinition, fields []*definition.Field) keywords {
	switch {
	case len(fields) == 0:
		return nil
	case row.Max == 0:
		return keywords{{"not", anyOf(presentAll(fields))}}
	case row.Min > 0:
		return anyOf(presentAll(fields))
	}
	return nil
}

// resourceTypes asks for a resource of the types of a row.
func resourceTypes(s *definition.Structure, row *definition.ElementDefinition) keywords {
	if !s.IsA("Resource") || len(row.Types) == 0 {
		return nil
	}
	var types names
	for _, ref := range row.Types {
		if ref.Code == "Resource" || ref.Code == "DomainResource" {
			return nil
		}
		types = append(types, ref.Code)
	}
	return keywords{{"properties", keywords{{resourceType, keywords{{"enum", types}}}}}, {"required", names{resourceType}}}
}

// extensionURL tells an extension by the url of its profile (https://hl7.org/fhir/R4/extensibility.html#Extension).
func extensionURL(row *definition.ElementDefinition) keywords {
	if len(row.Types) != 1 || len(row.Types[0].Profiles) != 1 {
		return nil
	}
	url, _, _ := strings.Cut(row.Types[0].Profiles[0], "|")
	return keywords{{"properties", keywords{{"url", keywords{{"const", url}}}}}, {"required", names{"url"}}}
}
