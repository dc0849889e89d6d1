package schema

import (
	"strings"

	"hearken/fhir/definition"
)

// present asks for a field: for its value or, of a primitive, its extensions.
func present(f *definition.Field) keywords {
	if !hasSibling(f) {
		return has(f.JSONName)
	}
	return keywords{{"anyOf", list{has(f.JSONName), has("_" + f.JSONName)}}}
}

// oneOf asks for one type of a choice at most, or for just one (https://hl7.org/fhir/R4/formats.html#choice).
func oneOf(p place, fields []*definition.Field, required bool) keywords {
	var types list
	for _, f := range fields {
		types = append(types, present(f))
	}
	if !required {
		types = append(types, absent(p, fields))
	}
	return keywords{{"oneOf", types}}
}

// absent asks that no type of a choice is there.
func absent(p place, fields []*definition.Field) keywords {
	start := p.element.Name
	for _, other := range p.element.Parent.Elements {
		if other != p.element && strings.HasPrefix(other.Name, start) {
			return keywords{{"not", keywords{{"anyOf", presentAll(fields)}}}}
		}
	}
	return keywords{{"propertyNames", keywords{{"not", keywords{{"pattern", "^_?" + start + "[A-Z]"}}}}}}
}

func presentAll(fields []*definition.Field) list {
	var all list
	for _, f := range fields {
		all = append(all, present(f))
	}
	return all
}

// slicedAs finds the slice of a choice that is about one of its types, nil when there is none.
func slicedAs(p place, f *definition.Field) *definition.Outline {
	if !p.element.Choice {
		return nil
	}
	for _, s := range p.slices() {
		if len(s.Row.Types) == 1 && s.Row.Types[0].Code == f.Type.Name {
			return s
		}
	}
	return nil
}
