package search

import (
	"strings"

	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// token adds the values of a token parameter (https://hl7.org/fhir/R4/search.html#token).
func (e *extraction) token(n element.Node) {
	switch n.Structure().Name {
	case "CodeableConcept":
		e.concept(n)
	case "Coding":
		e.coding(n)
	case "Identifier":
		e.identifier(n)
	case "ContactPoint":
		if value := n.Child("value"); value.HasValue() { // its system is none in this sense
			e.add(query.Token{Code: contactCode(value.Text())})
		}
	case "boolean":
		if n.HasValue() {
			e.boolean(n.Text() == "true")
		}
	case "string", "markdown":
		if n.HasValue() {
			e.add(query.Token{Code: strings.ToLower(n.Text())}) // "the search is not case sensitive"
		}
	default:
		e.code(n)
	}
}

// contactCode is the form in which what a ContactPoint holds is compared: without regard to case, and a telephone
// number by its digits alone, however they are parted.
func contactCode(text string) string {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune("+()-./ \u00a0", r):
			return -1
		}
		return 'x'
	}, text)
	if digits == "" || strings.IndexByte(digits, 'x') >= 0 {
		return strings.ToLower(text)
	}
	return digits
}

// code adds the value of a primitive, with the system its value set implies.
func (e *extraction) code(n element.Node) {
	if !n.HasValue() {
		return
	}
	token := query.Token{Code: n.Text()}
	if element := n.Element(); element != nil && n.Structure().Name == "code" {
		token.System = e.extractor.Registry.systems[element.Index].of(token.Code)
	}
	e.add(token)
}

func (e *extraction) boolean(value bool) {
	code := "false"
	if value {
		code = "true"
	}
	e.add(query.Token{System: specialValues, Code: code})
}

func (e *extraction) concept(n element.Node) {
	for c := range n.Children() {
		switch c.Name() {
		case "coding":
			e.coding(c)
		case "text":
			e.display(c)
		}
	}
}

func (e *extraction) coding(n element.Node) {
	var token query.Token
	var display element.Node
	for c := range n.Children() {
		switch c.Name() {
		case "system":
			token.System = c.Text()
		case "code":
			token.Code = c.Text()
		case "display":
			display = c
		}
	}
	if token != (query.Token{}) {
		e.add(token)
	}
	e.display(display)
}

func (e *extraction) display(n element.Node) {
	if n.HasValue() {
		e.add(query.Display{Text: n.Text()})
	}
}

func (e *extraction) identifier(n element.Node) {
	token, types := identifierToken(n)
	if token != (query.Token{}) {
		e.add(token)
	}
	for c := range types.Children() {
		switch {
		case c.Name() == "text":
			e.display(c)
		case c.Name() == "coding" && token.Code != "":
			e.add(query.TypedIdentifier{System: c.Child("system").Text(), Code: c.Child("code").Text(), Value: token.Code})
		}
	}
}

// identifierToken is system and value of an Identifier, and its type.
func identifierToken(n element.Node) (token query.Token, types element.Node) {
	for c := range n.Children() {
		switch c.Name() {
		case "system":
			token.System = c.Text()
		case "value":
			token.Code = c.Text()
		case "type":
			types = c
		}
	}
	return token, types
}
