package schema

import (
	"slices"

	"hearken/fhir/definition"
)

// object is a resource, datatype or backbone element with the elements a profile leaves it; the outline is
// nil for what the base says. Nothing else may be in it.
func (w *writer) object(s *definition.Structure, o *definition.Outline) keywords {
	b := &objectBuilder{w: w}
	if s.Kind == definition.Resource {
		b.properties = b.properties.with(resourceType, keywords{{"const", s.Name}})
		b.required = append(b.required, resourceType)
	}
	for _, e := range s.Elements {
		if p := newPlace(e, o.Child(e.Name)); p.row.Max != 0 {
			b.element(p)
		}
	}
	k := keywords{{"type", "object"}, {"properties", b.properties}, {"additionalProperties", false}}
	if len(b.required) > 0 {
		k = k.with("required", b.required)
	} else {
		k = k.with("minProperties", 1)
	}
	if len(b.rules) > 0 {
		k = k.with("allOf", b.rules)
	}
	return k
}

// place is one element of an object with what a profile says of it.
type place struct {
	element *definition.Element
	row     *definition.ElementDefinition
	outline *definition.Outline // nil where the base is all there is
}

func newPlace(e *definition.Element, o *definition.Outline) place {
	if o == nil {
		return place{e, e.Definition, nil}
	}
	return place{e, o.Row, o}
}

// slices are those the profile has of the element.
func (p place) slices() []*definition.Outline {
	if p.outline == nil {
		return nil
	}
	return p.outline.Slices
}

// fields are the types that are left of the element: only a choice has several to leave out.
func (p place) fields() []*definition.Field {
	if !p.element.Choice || len(p.row.Types) == 0 {
		return p.element.Fields
	}
	var left []*definition.Field
	for _, f := range p.element.Fields {
		if slices.ContainsFunc(p.row.Types, func(ref definition.TypeRef) bool { return ref.Code == f.Type.Name || f.Type.IsA(ref.Code) }) {
			left = append(left, f)
		}
	}
	return left
}

// hasSibling reports whether "_x" may stand beside "x".
func hasSibling(f *definition.Field) bool {
	return f.Type.Kind == definition.Primitive && !f.Element.XMLAttr
}

// objectBuilder collects what is said of an object, element by element.
type objectBuilder struct {
	w          *writer
	properties keywords
	required   names
	rules      list
}

func (b *objectBuilder) element(p place) {
	fields := p.fields()
	for _, f := range fields {
		b.field(p, f)
	}
	atLeast := p.min()
	switch {
	case len(fields) > 1:
		b.rules = append(b.rules, oneOf(p, fields, atLeast > 0))
	case atLeast > 0 && len(fields) == 1 && !hasSibling(fields[0]):
		b.required = append(b.required, fields[0].JSONName)
	case atLeast > 0 && len(fields) == 1:
		b.rules = append(b.rules, present(fields[0]))
	}
	for _, f := range fields {
		if s := slicedAs(p, f); s != nil && s.Row.Min > 0 && len(fields) > 1 {
			b.rules = append(b.rules, present(f))
		}
	}
}

func (b *objectBuilder) field(p place, f *definition.Field) {
	name, value := f.JSONName, b.w.value(p, f)
	switch {
	case !p.element.Array:
		b.properties = b.properties.with(name, value)
		if hasSibling(f) {
			b.properties = b.properties.with("_"+name, b.w.sibling(f.Type))
		}
	case hasSibling(f):
		lengths := p.lengths()
		b.properties = b.properties.with(name, join(b.w.nullable(value, lengths), b.w.sliced(p, f)))
		b.properties = b.properties.with("_"+name, b.w.nullable(b.w.sibling(f.Type), lengths))
		b.rules = append(b.rules, padding(name))
	default:
		array := join(keywords{{"type", "array"}, {"items", value}}, p.lengths())
		b.properties = b.properties.with(name, join(array, b.w.sliced(p, f)))
	}
}

// min is how often the element must be there: as often as its slices must together.
func (p place) min() int {
	sum := 0
	for _, s := range p.slices() {
		sum += s.Row.Min
	}
	if p.element.Choice {
		sum = min(sum, 1)
	}
	return max(p.row.Min, sum)
}

func (p place) lengths() keywords {
	k := keywords{{"minItems", max(p.min(), 1)}}
	if p.row.Max != definition.Unbounded {
		k = k.with("maxItems", p.row.Max)
	}
	return k
}

// narrowed is a datatype or backbone element that a profile walks into: all that is left of it, or what is
// more than the base says beside a reference to the base, whichever is shorter. Inside a slice the base is
// known to hold already.
func (w *writer) narrowed(s *definition.Structure, o *definition.Outline, inSlice bool) keywords {
	full, base := w.object(s, o), w.object(s, nil)
	more := difference(full, base)
	if inSlice {
		if size(full) < size(more) {
			return full
		}
		return more
	}
	if len(more) == 0 {
		return w.structure(s)
	}
	if s.Kind == definition.Backbone || size(full) < size(more) {
		return full
	}
	return join(w.structure(s), more)
}

// difference is what one schema of an object says that another one, of the same with fewer constraints, does not.
func difference(full, base keywords) keywords {
	var properties keywords
	for _, p := range base.properties() {
		if v := full.properties().get(p.name); v == nil {
			properties = properties.with(p.name, false)
		} else if !equal(v, p.value) {
			properties = properties.with(p.name, v)
		}
	}
	var k keywords
	if len(properties) > 0 {
		k = k.with("properties", properties)
	}
	required := slices.DeleteFunc(slices.Clone(full.required()), func(name string) bool { return slices.Contains(base.required(), name) })
	if len(required) > 0 {
		k = k.with("required", required)
	}
	rules := slices.DeleteFunc(slices.Clone(full.allOf()), func(rule keywords) bool {
		return slices.ContainsFunc(base.allOf(), func(other keywords) bool { return equal(rule, other) })
	})
	if len(rules) > 0 {
		k = k.with("allOf", rules)
	}
	return k
}
