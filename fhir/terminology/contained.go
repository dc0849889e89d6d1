package terminology

import (
	"cmp"
	"strings"
	"unicode"

	"hearken/fhir/definition"
)

// contained is a member as the expansion shows it.
func (x *expander) contained(m *member) Contained {
	c := Contained{System: m.clause.system, Version: m.clause.version, Code: m.code}
	row := m.row()
	if row != nil {
		c.Code, c.Abstract, c.Inactive = row.Code, isAbstract(row), isInactive(row)
	}
	c.Display = x.display(m)
	if x.Designation == nil {
		return c
	}
	x.designations(m, func(d definition.Designation) {
		if x.Designation(d) {
			c.Designations = append(c.Designations, d)
		}
	})
	return c
}

// designations gives those of the value set first, then those of the code system.
func (x *expander) designations(m *member, yield func(definition.Designation)) {
	if m.reference != nil {
		for _, d := range m.reference.Designations {
			yield(d)
		}
	}
	if row := m.row(); row != nil {
		for _, d := range x.set.library.designations(m.clause.codes, row) {
			yield(d)
		}
	}
}

// display is what the value set calls the code, or its system where that has the language that is wanted and the value
// set has not.
func (x *expander) display(m *member) string {
	var own definition.ConceptReference
	if m.reference != nil {
		own = *m.reference
	}
	if found := inLanguage(x.Language, own.Designations); found != "" {
		return found
	}
	row := m.row()
	if row == nil {
		return own.Display
	}
	if x.Language != "" && !matchesLanguage(x.Language, m.clause.codes.Language) {
		if found := inLanguage(x.Language, x.set.library.designations(m.clause.codes, row)); found != "" {
			return found
		}
	}
	return cmp.Or(own.Display, row.Display)
}

// nest puts each code below the nearest one above it in its system that is in the expansion.
func (x *expander) nest() []Contained {
	at := map[placed]int{}
	for i := range x.page {
		if m := &x.page[i]; m.concept >= 0 {
			at[placed{m.clause.codes, m.concept}] = i
		}
	}
	below := make([][]int, len(x.page))
	var roots []int
	for i := range x.page {
		if above := x.above(&x.page[i], at); above >= 0 {
			below[above] = append(below[above], i)
		} else {
			roots = append(roots, i)
		}
	}
	return x.tree(roots, below)
}

// placed is where a member stands in the hierarchy of its system.
type placed struct {
	codes   *codeSystem
	concept int32
}

// above gives the member of the page that a member stands below, or -1.
func (x *expander) above(m *member, at map[placed]int) int {
	if m.concept < 0 {
		return -1
	}
	for c := m.clause.codes.Concepts[m.concept].Parent; c != definition.NoParent; c = m.clause.codes.Concepts[c].Parent {
		if i, ok := at[placed{m.clause.codes, c}]; ok {
			return i
		}
	}
	return -1
}

func (x *expander) tree(members []int, below [][]int) []Contained {
	var all []Contained
	for _, i := range members {
		c := x.contained(&x.page[i])
		c.Contains = x.tree(below[i], below)
		all = append(all, c)
	}
	return all
}

// words are the words of a text, letters and digits in lower case.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// matches reports whether each word of the filter is the beginning of a word that a member has in its code, its display
// or its designations.
func (x *expander) matches(m *member) bool {
	if len(x.words) == 0 {
		return true
	}
	var text strings.Builder
	text.WriteString(m.code)
	add := func(more string) {
		text.WriteByte(' ')
		text.WriteString(more)
	}
	if m.reference != nil {
		add(m.reference.Display)
	}
	if row := m.row(); row != nil {
		add(row.Display)
	}
	x.designations(m, func(d definition.Designation) { add(d.Value) })
	if !x.spend(1 + text.Len()/16*len(x.words)) {
		return false
	}
	has := words(text.String())
	for _, wanted := range x.words {
		found := false
		for _, word := range has {
			if found = strings.HasPrefix(word, wanted); found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}
