package search

import (
	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// text adds the values of a string parameter: a primitive's, or every string of a name or an address
// (https://hl7.org/fhir/R4/search.html#string).
func (e *extraction) text(n element.Node) {
	if n.IsPrimitive() {
		e.addText(n)
		return
	}
	switch n.Structure().Name {
	case "HumanName", "Address":
		for c := range n.Children() {
			if c.HasValue() && c.Structure().Name == "string" && c.Name() != "id" {
				e.addText(c)
			}
		}
	}
}

func (e *extraction) addText(n element.Node) {
	if !n.HasValue() {
		return
	}
	text := n.Text()
	e.add(query.Text{Text: text})
	if element := n.Element(); element != nil && element.Path == "HumanName.family" {
		e.addLaterWords(text)
	}
}

// maxLaterWords bounds how many words of one family name are found by themselves.
const maxLaterWords = 8

// addLaterWords makes the parts of a family name findable on their own, as the specification advises:
// "Carreno Quinones" is found by either, "de la Cruz" by "cruz".
func (e *extraction) addLaterWords(text string) {
	words := 0
	for i := 1; i < len(text) && words < maxLaterWords; i++ {
		if isWordBreak(text[i-1]) && !isWordBreak(text[i]) {
			e.add(query.Text{Text: text[i:], Part: true})
			words++
		}
	}
}

func isWordBreak(c byte) bool { return c == ' ' || c == '-' || c == '\t' || c == '\n' }
