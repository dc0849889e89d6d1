package schema

import (
	"cmp"
	"slices"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/validation/snapshot"
)

// FromLibrary takes what a profile refers to from packages, and FHIR's own from a set. Snapshots that
// packages do not have are made; a profile of which none can be made is unknown. It is for one goroutine.
func FromLibrary(set *definition.Set, library *igpackage.Library) Source {
	find := snapshot.First(set.StructureDefinition, library.Structure)
	generator := snapshot.New(find, snapshot.Options{})
	return Source{
		Set: set,
		Structure: func(canonical string) *definition.StructureDefinition {
			found := find(canonical)
			if found == nil || len(found.Elements) > 0 {
				return found
			}
			rows, _ := generator.Generate(found) // what is wrong with it is for who loads it to tell
			if rows == nil {
				return nil
			}
			whole := *found
			whole.Elements = rows
			return &whole
		},
		Codes: func(valueSet string) *definition.CodeList {
			if codes := set.CodeList(valueSet); codes != nil {
				return codes
			}
			l := lister{library: library, codes: map[string][]string{}, seen: map[string]bool{}}
			if !l.valueSet(valueSet) {
				return nil
			}
			return l.list(valueSet)
		},
	}
}

// lister collects the codes of a value set that names all of them, or whole code systems
// (https://hl7.org/fhir/R4/valueset.html#compositions).
type lister struct {
	library *igpackage.Library
	codes   map[string][]string // by system
	seen    map[string]bool     // value sets
}

// valueSet adds the codes of a value set, and reports whether they could be told.
func (l *lister) valueSet(canonical string) bool {
	if l.seen[canonical] {
		return true // once is enough
	}
	l.seen[canonical] = true
	resource := l.library.Resource(canonical)
	if resource == nil || resource.Type != "ValueSet" {
		return false
	}
	for c := range resource.Node.Child("compose").Children() {
		if c.Name() == "exclude" || c.Name() == "include" && !l.include(c) {
			return false
		}
	}
	return true
}

// include adds what one include selects: codes, a whole system, or one other value set.
func (l *lister) include(n element.Node) bool {
	system, whole, imported := n.Child("system").Text(), true, 0
	for c := range n.Children() {
		switch c.Name() {
		case "filter":
			return false
		case "valueSet":
			if imported++; imported > 1 || system != "" || !l.valueSet(c.Text()) {
				return false // several have in common what none of them says
			}
		case "concept":
			whole = false
			l.codes[system] = append(l.codes[system], c.Child("code").Text())
		}
	}
	if !whole || imported > 0 {
		return true
	}
	resource := l.library.Resource(system)
	if resource == nil || resource.Type != "CodeSystem" || resource.Node.Child("content").Text() != "complete" {
		return false
	}
	l.concepts(system, resource.Node)
	return true
}

// concepts adds the codes below a code system or a concept.
func (l *lister) concepts(system string, n element.Node) {
	for c := range n.Children() {
		if c.Name() == "concept" {
			l.codes[system] = append(l.codes[system], c.Child("code").Text())
			l.concepts(system, c)
		}
	}
}

func (l *lister) list(canonical string) *definition.CodeList {
	all := &definition.CodeList{URL: canonical}
	for system, codes := range l.codes {
		slices.Sort(codes)
		all.Systems = append(all.Systems, definition.CodeSystemCodes{System: system, Codes: slices.Compact(codes)})
	}
	slices.SortFunc(all.Systems, func(a, b definition.CodeSystemCodes) int { return cmp.Compare(a.System, b.System) })
	return all
}
