package terminology

import (
	"slices"
	"strconv"
	"strings"

	"hearken/fhir/definition"
)

// filterOps are the operators of https://hl7.org/fhir/R4/valueset-filter-operator.html: which concepts of a system
// pass, or false where the filter means nothing.
var filterOps = map[string]func(x *selection, f definition.Filter) (bitset, bool){
	"=":             (*selection).equals,
	"is-a":          (*selection).isA,
	"descendent-of": (*selection).descendentOf,
	"is-not-a":      (*selection).isNotA,
	"generalizes":   (*selection).generalizes,
	"regex":         (*selection).regex,
	"in":            (*selection).in,
	"not-in":        (*selection).notIn,
	"exists":        (*selection).exists,
}

// selection is a code system while filters are evaluated on it, with what supplements add to its concepts.
type selection struct {
	*codeSystem
	supplements []*codeSystem
	spend       func(int) bool // counts work; false when there was too much of it
}

// size is about how much is looked at for one filter.
func (x *selection) size() int {
	n := len(x.Concepts) * (1 + len(x.supplements))
	for _, s := range x.supplements {
		n += len(s.Concepts)
	}
	return n
}

// selectConcepts gives the concepts that pass all filters, or the filter that cannot be evaluated.
func (x *selection) selectConcepts(filters []definition.Filter) (bitset, *definition.Filter) {
	var selected bitset
	for i, f := range filters {
		op := filterOps[f.Op]
		if op == nil {
			return nil, &filters[i]
		}
		passed, ok := op(x, f)
		switch {
		case !ok:
			return nil, &filters[i]
		case selected == nil:
			selected = passed
		default:
			selected.intersect(passed)
		}
	}
	return selected, nil
}

// where gives the concepts for which a condition holds.
func (x *selection) where(holds func(i int32) bool) bitset {
	found := newBitset(len(x.Concepts))
	for i := range int32(len(x.Concepts)) {
		if holds(i) {
			found.set(i)
		}
	}
	return found
}

// standard are the properties that every code system has, or may have without saying so
// (https://hl7.org/fhir/R4/codesystem.html#defined-props).
var standard = []string{"code", "concept", "display", "parent", "child", "inactive", "notSelectable", "status"}

// knows reports whether the system has a property: a filter on another one is a mistake, and selecting nothing by it
// would hide that.
func (x *selection) knows(name string) bool {
	if slices.Contains(standard, name) {
		return true
	}
	declares := func(s *codeSystem) bool {
		return slices.ContainsFunc(s.Properties, func(p definition.PropertyDefinition) bool { return p.Code == name }) ||
			slices.ContainsFunc(s.Concepts, func(c definition.Concept) bool { _, ok := property(&c, name); return ok })
	}
	return declares(x.codeSystem) || slices.ContainsFunc(x.supplements, declares)
}

// values calls f with each value of a property of a concept, until it returns true.
func (x *selection) values(i int32, name string, f func(value string) bool) bool {
	c := &x.Concepts[i]
	switch name {
	case "code", "concept":
		return f(c.Code)
	case "display":
		return f(c.Display)
	case "parent":
		return x.named(x.hierarchy().parents[i], f)
	case "child":
		return x.named(x.hierarchy().children[i], f)
	}
	found := false
	for _, p := range x.properties(c) {
		found = found || p.Code == name
		if p.Code == name && f(p.Value) {
			return true
		}
	}
	switch {
	case found:
		return false
	case name == "inactive":
		return f(strconv.FormatBool(isInactive(c)))
	case name == "notSelectable":
		return f("false")
	}
	return false
}

func (x *selection) named(concepts []int32, f func(string) bool) bool {
	return slices.ContainsFunc(concepts, func(i int32) bool { return f(x.Concepts[i].Code) })
}

// properties are those of a concept and those that supplements give it.
func (x *selection) properties(c *definition.Concept) []definition.ConceptProperty {
	all := c.Properties
	for _, s := range x.supplements {
		if i, ok := s.find(c.Code); ok && len(s.Concepts[i].Properties) > 0 {
			all = append(all[:len(all):len(all)], s.Concepts[i].Properties...)
		}
	}
	return all
}

func (x *selection) equals(f definition.Filter) (bitset, bool) {
	same := func(value string) bool { return value == f.Value }
	if f.Property == "code" || f.Property == "concept" {
		same = func(value string) bool { return x.fold(value) == x.fold(f.Value) }
	}
	return x.where(func(i int32) bool { return x.values(i, f.Property, same) }), x.knows(f.Property)
}

func (x *selection) isA(f definition.Filter) (bitset, bool) {
	i, ok := x.find(f.Value)
	if !ok {
		return nil, false
	}
	found := reach(i, x.hierarchy().children)
	found.set(i)
	return found, true
}

func (x *selection) descendentOf(f definition.Filter) (bitset, bool) {
	i, ok := x.find(f.Value)
	if !ok {
		return nil, false
	}
	return reach(i, x.hierarchy().children), true
}

func (x *selection) isNotA(f definition.Filter) (bitset, bool) {
	is, ok := x.isA(f)
	if !ok {
		return nil, false
	}
	return x.where(func(i int32) bool { return !is.has(i) }), true
}

func (x *selection) generalizes(f definition.Filter) (bitset, bool) {
	i, ok := x.find(f.Value)
	if !ok {
		return nil, false
	}
	found := reach(i, x.hierarchy().parents)
	found.set(i)
	return found, true
}

func (x *selection) regex(f definition.Filter) (bitset, bool) {
	p, ok := compilePattern(f.Value, x.spend)
	if !ok {
		return nil, false
	}
	matches := func(value string) bool { return x.spend(p.cost(value)) && p.MatchString(value) }
	return x.where(func(i int32) bool { return x.values(i, f.Property, matches) }), x.knows(f.Property)
}

// in takes the codes of a list separated by commas.
func (x *selection) in(f definition.Filter) (bitset, bool) {
	if x.URL == snomedSystem {
		return nil, false // there it is a reference set that concepts are in (https://hl7.org/fhir/R4/snomedct.html#filters)
	}
	wanted := map[string]bool{}
	isCode := f.Property == "code" || f.Property == "concept"
	for value := range strings.SplitSeq(f.Value, ",") {
		if value = strings.TrimSpace(value); isCode {
			value = x.fold(value)
		}
		wanted[value] = true
	}
	listed := func(value string) bool {
		if isCode {
			value = x.fold(value)
		}
		return wanted[value]
	}
	return x.where(func(i int32) bool { return x.values(i, f.Property, listed) }), x.knows(f.Property)
}

func (x *selection) notIn(f definition.Filter) (bitset, bool) {
	listed, ok := x.in(f)
	if !ok {
		return nil, false
	}
	return x.where(func(i int32) bool { return !listed.has(i) }), ok
}

func (x *selection) exists(f definition.Filter) (bitset, bool) {
	wanted, err := strconv.ParseBool(f.Value)
	any := func(string) bool { return true }
	return x.where(func(i int32) bool { return x.values(i, f.Property, any) == wanted }), err == nil && x.knows(f.Property)
}
