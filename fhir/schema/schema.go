package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	w := &writer{source: source, defs: map[string]keywords{}, profileNames: map[string]string{}}
	root := keywords{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", ID(profile)},
		{"title", profile.Name},
		{"$comment", "Structure only: invariants, references and order are for a FHIR validator."},
	}
	if structure.Kind == definition.Primitive {
		root = append(root, w.primitive(structure)...)
	} else {
		root = append(root, w.object(structure, definition.OutlineOf(profile.Elements))...)
	}
	return appendJSON(nil, root.with("$defs", w.reached(root))), nil
}

// writer writes one schema.
type writer struct {
	source       Source
	defs         map[string]keywords
	profileNames map[string]string // in defs, by canonical
}

const refPrefix = "#/$defs/"

// ref gives a reference to a definition, which make makes when it is asked for first.
func (w *writer) ref(name string, make func() keywords) keywords {
	if _, known := w.defs[name]; !known {
		w.defs[name] = nil // it may refer to itself
		w.defs[name] = make()
	}
	return keywords{{"$ref", refPrefix + name}}
}

// reached are the definitions that a schema refers to, and those that they refer to, by name.
func (w *writer) reached(root keywords) keywords {
	seen := map[string]bool{}
	var visit func(value any)
	visit = func(value any) {
		switch v := value.(type) {
		case keywords:
			for _, k := range v {
				name, isText := k.value.(string)
				name, isRef := strings.CutPrefix(name, refPrefix)
				switch {
				case !isText:
					visit(k.value)
				case k.name == "$ref" && isRef && !seen[name]:
					seen[name] = true
					visit(w.defs[name])
				}
			}
		case list:
			for _, k := range v {
				visit(k)
			}
		}
	}
	visit(root)
	var all keywords
	for _, name := range slices.Sorted(maps.Keys(seen)) {
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
	return w.ref(w.profileName(found.URL), func() keywords {
		o := definition.OutlineOf(found.Elements)
		return join(w.narrowed(s, o, false), match(o.Row))
	})
}

// profileName is what a profile is called in the definitions: the end of its canonical, with a number where that is
// taken.
func (w *writer) profileName(url string) string {
	if name, known := w.profileNames[url]; known {
		return name
	}
	end := strings.Map(plain, url[strings.LastIndexByte(url, '/')+1:])
	name := end
	for n := 2; w.taken(name); n++ {
		name = end + "-" + strconv.Itoa(n)
	}
	w.profileNames[url] = name
	return name
}

// taken reports whether a name is that of a type, whether it is defined yet or not, or of another profile.
func (w *writer) taken(name string) bool {
	if name == "" || w.source.Set.StructureAt(name) != nil {
		return true
	}
	for _, other := range w.profileNames {
		if other == name {
			return true
		}
	}
	return false
}

// plain keeps what can stand in a reference without being escaped.
func plain(c rune) rune {
	if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
		return '_'
	}
	return c
}

func raw(text []byte) json.RawMessage { return json.RawMessage(text) }
