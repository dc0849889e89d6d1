package terminology

import (
	"sync"

	"hearken/fhir/definition"
)

// conceptMap is the rows of a concept map with its mappings found by code, worked out when they are first asked for.
type conceptMap struct {
	*definition.ConceptMap
	sources func() map[string][]mappingAt
	targets func() map[string][]mappingAt
}

// mappingAt is where a mapping is.
type mappingAt struct{ group, mapping int32 }

func newConceptMap(def *definition.ConceptMap) *conceptMap {
	index := func(code func(*definition.Mapping) string) func() map[string][]mappingAt {
		return sync.OnceValue(func() map[string][]mappingAt {
			found := map[string][]mappingAt{}
			for g := range def.Groups {
				for m := range def.Groups[g].Mappings {
					key := code(&def.Groups[g].Mappings[m])
					found[key] = append(found[key], mappingAt{int32(g), int32(m)})
				}
			}
			return found
		})
	}
	return &conceptMap{
		def, index(func(m *definition.Mapping) string { return m.Code }), index(func(m *definition.Mapping) string { return m.Target }),
	}
}

// Map is one concept map, or several, to translate codes with: see Library.Map and Library.Maps.
type Map struct {
	library *Library
	maps    []*conceptMap
}

// Map gives a concept map by canonical, with or without "|version"; false when it is not loaded.
func (l *Library) Map(canonical string) (Map, bool) {
	m, ok, _ := l.conceptMaps.find(canonical, conceptMapVersion)
	return Map{l, []*conceptMap{m}}, ok
}

// MapOf gives a concept map by rows that need not be in the library.
func (l *Library) MapOf(def *definition.ConceptMap) Map {
	return Map{l, []*conceptMap{newConceptMap(def)}}
}

// Maps gives all concept maps from one value set to another, of each the newest version; "" for any.
func (l *Library) Maps(source, target string) Map {
	out := Map{library: l}
	for _, url := range l.mapURLs {
		m := l.conceptMaps[url][0]
		if (source == "" || sameCanonical(source, m.Source)) && (target == "" || sameCanonical(target, m.Target)) {
			out.maps = append(out.maps, m)
		}
	}
	return out
}

// sameCanonical compares two canonicals; one without a version is any.
func sameCanonical(a, b string) bool {
	return a == b || withoutVersion(a) == withoutVersion(b) && (withoutVersion(a) == a || withoutVersion(b) == b)
}
