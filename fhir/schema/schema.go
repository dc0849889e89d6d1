package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"hearken/fhir/definition"
)

// MediaType is that of a JSON Schema.
const MediaType = "application/schema+json"

// MaxCodes is how many codes a required binding may have to be written out.
const MaxCodes = 64

// Source is where the definitions that a profile refers to come from.
type Source struct {
	Set       *definition.Set                                        // FHIR's own types
	Structure func(canonical string) *definition.StructureDefinition // profiles with their snapshots; nil for one that is unknown
	Codes     func(valueSet string) (codes *definition.CodeList)     // nil for a value set that is unknown or cannot be listed
}

// ID is the $id of the schema of a profile: where a server publishes it.
func ID(profile *definition.StructureDefinition) string { return profile.URL + "/$json-schema" }

// Of writes the JSON Schema of a profile, or of a type, that has its snapshot: without spaces, and the same bytes each
// time. The error says why there can be none: no snapshot, or a type that the set does not have (a logical model).
func Of(source Source, profile *definition.StructureDefinition) ([]byte, error) {
	structure := source.Set.Structure(profile.Type)
	switch {
	case structure == nil || profile.Kind == definition.Logical:
		return nil, fmt.Errorf("schema: %s: %s is no type of FHIR %s", profile.URL, profile.Type, source.Set.Version())
	case len(profile.Elements) == 0:
		return nil, fmt.Errorf("schema: %s has no snapshot", profile.URL)
	}
	w := &writer{source: source, defs: map[string]keywords{}}
	root := keywords{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", ID(profile)},
		{"title", profile.Name},
		{"$comment", "Structure only: invariants, references and order are for a FHIR validator."},
	}
	if structure.Kind == definition.Primitive {
		root = append(root, w.primitive(structure)...)
	} else {
		root = append(root, w.object(structure, outlineOf(profile.Elements))...)
	}
	return appendJSON(nil, root.with("$defs", w.sortedDefs())), nil
}

// writer writes one schema.
type writer struct {
	source Source
	order  []string // of defs
	defs   map[string]keywords
}

// ref gives a reference to a definition, which make makes when it is asked for first.
func (w *writer) ref(name string, make func() keywords) keywords {
	if _, known := w.defs[name]; !known {
		w.order = append(w.order, name)
		w.defs[name] = nil // it may refer to itself
		w.defs[name] = make()
	}
	return keywords{{"$ref", "#/$defs/" + name}}
}

// sortedDefs are the definitions by name.
func (w *writer) sortedDefs() keywords {
	var all keywords
	for _, name := range sorted(w.order) {
		all = all.with(name, w.defs[name])
	}
	return all
}

// structure refers to a type or to a backbone element of the base.
func (w *writer) structure(s *definition.Structure) keywords {
	switch {
	case s.Kind == definition.Primitive:
		return w.ref(s.Name, func() keywords { return w.primitive(s) })
	case s.IsA("Resource"):
		return w.ref("Resource", w.anyResource)
	}
	return w.ref(s.Path, func() keywords { return join(w.object(s, nil), w.binding(s, s.Binding)) })
}

// anyResource is a resource in a resource: nothing is said of it but that it is one.
func (w *writer) anyResource() keywords {
	return keywords{
		{"type", "object"},
		{"properties", keywords{{"resourceType", keywords{{"enum", names(w.source.Set.Resources())}}}}},
		{"required", names{resourceType}},
	}
}

const resourceType = "resourceType"

// profile refers to a profile of a type that an element must conform to; nothing when it is unknown, or of a
// resource, which would need a schema of its own.
func (w *writer) profile(s *definition.Structure, canonical string) keywords {
	found := w.source.Structure(canonical)
	if found == nil || found.Type != s.Name || len(found.Elements) == 0 || s.Kind != definition.Complex {
		return nil
	}
	name := found.URL[strings.LastIndexByte(found.URL, '/')+1:]
	if !isPlain(name) || w.source.Set.StructureAt(name) != nil {
		return nil
	}
	return w.ref(name, func() keywords {
		o := outlineOf(found.Elements)
		return join(w.narrowed(s, o, false), match(o.row))
	})
}

// isPlain reports whether a name can stand in a reference without being escaped.
func isPlain(name string) bool {
	for _, c := range name {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return name != ""
}

func raw(text []byte) json.RawMessage { return json.RawMessage(text) }
