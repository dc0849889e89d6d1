package terminology

import (
	"slices"

	"hearken/fhir/definition"
)

// supplementsOf gives the supplements that are loaded for a code system, in the order they came
// (https://hl7.org/fhir/R4/codesystem.html#supplements). One that names a version is for that version only.
func (l *Library) supplementsOf(s *codeSystem) []*codeSystem {
	all := l.supplements[s.URL]
	other := func(one *codeSystem) bool { return one.Supplements != s.URL && one.Supplements != s.URL+"|"+s.Version }
	if !slices.ContainsFunc(all, other) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), other)
}

// designations are those of a concept, and those that supplements give it; the display a supplement has is one, too.
func (l *Library) designations(s *codeSystem, c *definition.Concept) []definition.Designation {
	all := slices.Clip(c.Designations)
	for _, more := range l.supplementsOf(s) {
		i, ok := more.find(c.Code)
		if !ok {
			continue
		}
		if one := &more.Concepts[i]; one.Display != "" && one.Display != c.Display {
			all = append(all, definition.Designation{Language: more.Language, Value: one.Display})
		}
		all = append(all, more.Concepts[i].Designations...)
	}
	return all
}
