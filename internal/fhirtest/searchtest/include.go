package searchtest

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
)

// includes lists what comes with the matches, each once and none that is a match itself
// (https://hl7.org/fhir/R4/search.html#include).
func (m *Memory) includes(q query.Query, matches []search.Document) []fhir.Key {
	seen := map[fhir.Key]bool{}
	for _, d := range matches {
		seen[d.Key] = true
	}
	var included []fhir.Key
	for fresh, first := matches, true; len(fresh) > 0; first = false {
		var next []search.Document
		for _, include := range q.Includes {
			if !first && !include.Iterate {
				continue
			}
			for _, d := range m.related(include, fresh) {
				if !seen[d.Key] && search.Match(include.Where, d, m) {
					seen[d.Key] = true
					next = append(next, d)
					included = append(included, d.Key)
				}
			}
		}
		fresh = next
	}
	return included
}

// related lists what one include brings for some resources.
func (m *Memory) related(include query.Include, of []search.Document) []search.Document {
	var found []search.Document
	for _, d := range of {
		if include.Reverse {
			for _, other := range m.documents {
				if other.Key.Type == include.Source && slices.Contains(targets(include, other), d.Key) &&
					(include.Target == "" || include.Target == d.Key.Type) {
					found = append(found, other)
				}
			}
			continue
		}
		for _, key := range targets(include, d) {
			if target, ok := m.Lookup(key); ok && (include.Target == "" || include.Target == key.Type) {
				found = append(found, target)
			}
		}
	}
	return found
}

// targets lists what a resource of the include's source refers to by its parameter.
func targets(include query.Include, d search.Document) []fhir.Key {
	if d.Key.Type != include.Source {
		return nil
	}
	var keys []fhir.Key
	for _, entry := range d.Index.Entries {
		link, ok := entry.Value.(query.Link)
		if ok && link.Key.ID != "" && (include.Parameter == nil || include.Parameter == entry.Parameter) {
			keys = append(keys, link.Key)
		}
	}
	return keys
}
