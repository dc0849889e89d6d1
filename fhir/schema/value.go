package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"hearken/fhir/definition"
)

// value is one item of an element: its type, with what the profile says of it.
func (w *writer) value(p place, f *definition.Field) keywords {
	if p.outline == nil {
		return join(w.structure(f.Type), limits(f.Type, p.row), w.binding(f.Type, p.element.Binding))
	}
	k := w.item(p.outline, f, false)
	if s := slicedAs(p, f); s != nil {
		k = join(k, w.item(s, f, true))
	}
	return k
}

// item is what a row, and the rows below it, say of one item of a type. Inside a slice only what is more than
// the type says.
func (w *writer) item(o *definition.Outline, f *definition.Field, inSlice bool) keywords {
	var of keywords
	switch {
	case len(o.Children) > 0 && f.Type.Kind != definition.Primitive && !f.Type.IsA("Resource"):
		of = w.narrowed(f.Type, o, inSlice)
	case !inSlice:
		of = w.structure(f.Type)
	}
	return join(of, resourceTypes(f.Type, o.Row), w.profiles(o.Row, f), match(o.Row), limits(f.Type, o.Row), w.binding(f.Type, o.Row.Binding))
}

// profiles asks for one of the profiles that the row has for a type.
func (w *writer) profiles(row *definition.ElementDefinition, f *definition.Field) keywords {
	var any list
	for _, ref := range row.Types {
		if ref.Code != f.Type.Name {
			continue
		}
		for _, canonical := range ref.Profiles {
			k := w.profile(f.Type, canonical)
			if k == nil {
				return nil
			}
			any = append(any, k)
		}
	}
	if len(any) == 0 {
		return nil
	}
	return anyOf(any)
}

// match is the fixed value or the pattern of a row (https://hl7.org/fhir/R4/elementdefinition.html#fixed).
func match(row *definition.ElementDefinition) keywords {
	switch {
	case row.Fixed != nil:
		return keywords{{"const", raw(row.Fixed)}}
	case row.Pattern != nil:
		var pattern any
		decoder := json.NewDecoder(bytes.NewReader(row.Pattern))
		decoder.UseNumber()
		if decoder.Decode(&pattern) == nil {
			return including(pattern)
		}
	}
	return nil
}

// including asks for all that a pattern has; there may be more.
func including(pattern any) keywords {
	switch p := pattern.(type) {
	case map[string]any:
		members := slices.Sorted(maps.Keys(p))
		var properties keywords
		for _, name := range members {
			properties = properties.with(name, including(p[name]))
		}
		return keywords{{"properties", properties}, {"required", names(members)}}
	case []any:
		var items []keywords
		for _, item := range p {
			items = append(items, keywords{{"contains", including(item)}})
		}
		return join(items...)
	}
	text, err := json.Marshal(pattern)
	if err != nil {
		return nil // what was decoded can be encoded
	}
	return keywords{{"const", raw(text)}}
}

// binding is a required binding to a list of codes that is short enough
// (https://hl7.org/fhir/R4/terminologies.html#required).
func (w *writer) binding(s *definition.Structure, b *definition.Binding) keywords {
	if b == nil || b.Strength != "required" {
		return nil
	}
	codes := w.source.Codes(b.ValueSet)
	if codes == nil || !codes.Enumerable() || count(codes) == 0 || count(codes) > MaxCodes {
		return nil
	}
	switch {
	case s.Name == "code" || s.Name == "string" || s.Name == "uri":
		var all names
		for _, system := range codes.Systems {
			all = append(all, system.Codes...)
		}
		slices.Sort(all)
		return keywords{{"enum", slices.Compact(all)}}
	case s.Name == "Coding":
		return keywords{{"anyOf", append(codings(codes), keywords{{"required", names{"extension"}}, {"not", has("code")}})}}
	case s.Name == "CodeableConcept":
		in := join(keywords{{"properties", keywords{{"coding", keywords{{"contains", anyOf(codings(codes))}}}}}}, has("coding"))
		return keywords{{"anyOf", list{in, {{"required", names{"extension"}}, {"not", has("coding")}}}}}
	}
	return nil
}

func codings(codes *definition.CodeList) list {
	var systems list
	for _, s := range codes.Systems {
		systems = append(systems, keywords{
			{"properties", keywords{
				{"system", keywords{{"const", s.System}}},
				{"code", keywords{{"enum", names(s.Codes)}}},
			}},
			{"required", names{"system", "code"}},
		})
	}
	return systems
}

func count(codes *definition.CodeList) (n int) {
	for _, s := range codes.Systems {
		n += len(s.Codes)
	}
	return n
}
