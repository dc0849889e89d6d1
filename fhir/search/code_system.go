package search

import "hearken/fhir/definition"

// codeSystem says which system the codes of an element belong to: an element of type code has a value set in
// place of a system (https://hl7.org/fhir/R4/search.html#token, "implicit").
type codeSystem struct {
	single string               // when the value set draws on one system
	list   *definition.CodeList // when it draws on several
}

// specialValues is the system of true and false (https://hl7.org/fhir/R4/valueset-special-values.html).
const specialValues = "http://hl7.org/fhir/special-values"

// impliedSystems finds the systems of all elements of type code that are bound to a value set that can be expanded.
func impliedSystems(set *definition.Set) []codeSystem {
	systems := make([]codeSystem, len(set.Elements()))
	for _, element := range set.Elements() {
		if element.Binding == nil {
			continue
		}
		list := set.CodeList(element.Binding.ValueSet)
		switch {
		case list == nil || !list.Enumerable():
		case len(list.Systems) == 1:
			systems[element.Index].single = list.Systems[0].System
		default:
			systems[element.Index].list = list
		}
	}
	return systems
}

// of gives the system of a code; "" when it is not known.
func (s codeSystem) of(code string) string {
	if s.list == nil {
		return s.single
	}
	for i := range s.list.Systems {
		if system := s.list.Systems[i].System; s.list.Has(system, code) {
			return system
		}
	}
	return ""
}
