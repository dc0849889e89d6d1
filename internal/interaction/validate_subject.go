package interaction

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
)

// subjectOf takes a $validate apart: the call without the resource, whose parameters are read as any
// operation's, and one whose body is the resource alone, as it would be sent to be written, with what stood
// before it. A body that is no Parameters is the resource. It has to be cut out of the text, because what is
// to be validated may not be readable.
func subjectOf(r *request) (call, subject *request, before []byte, err error) {
	without, alone := *r, *r
	without.Body = nil
	if len(r.Body) == 0 {
		return &without, &alone, nil, nil
	}
	cut := cutJSON
	if r.format() == element.XML {
		cut = cutXML
	}
	found, isParameters := cut(r.Body)
	switch {
	case !isParameters:
		return &without, &alone, nil, nil
	case len(found) > 1:
		return nil, nil, nil, fhir.Errorf(fhir.CodeInvalid, "parameter \"resource\" of $validate is given more than once").Detailed(detailRepeatedParameter)
	}
	without.Body, alone.Body = r.Body, nil
	for _, c := range found {
		alone.Body, alone.Remade = c.text, alone.Remade || c.remade
		without.Body = slices.Concat(r.Body[:c.start], []byte(c.filler), r.Body[c.end:])
		before = r.Body[:c.start]
	}
	return &without, &alone, before, nil
}

// moved is issues of a resource as they are in the text that it was cut out of.
func moved(issues fhir.Outcome, before []byte) fhir.Outcome {
	if len(before) == 0 {
		return issues
	}
	lines, column := bytes.Count(before, []byte{'\n'}), len(before)-bytes.LastIndexByte(before, '\n')-1
	issues = slices.Clone(issues)
	for i := range issues {
		switch issue := &issues[i]; issue.Line {
		case 0:
		case 1:
			issue.Line, issue.Column = 1+lines, issue.Column+column
		default:
			issue.Line += lines
		}
	}
	return issues
}

// cutting is a resource in a text, and what is to stand in its place.
type cutting struct {
	start, end int
	text       []byte
	filler     string
	remade     bool
}

// The least that may stand where any resource may.
const (
	fillerJSON = `{"resourceType":"Basic","language":"en"}`
	fillerXML  = `<Basic><language value="en"/></Basic>`
)

// cutJSON finds the values of the parameter "resource" in a Parameters resource. It is not ok for any other text.
func cutJSON(body []byte) (found []cutting, ok bool) {
	c := jsonCutter{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	kind := ""
	err := c.object(func(name string) error {
		switch name {
		case "resourceType":
			return c.decoder.Decode(&kind)
		case "parameter":
			return c.parameters()
		}
		return c.skip()
	})
	return c.found, err == nil && kind == "Parameters"
}

// jsonCutter walks through a text as far as it has to.
type jsonCutter struct {
	body    []byte
	decoder *json.Decoder
	found   []cutting
}

// errNotHere is that something else stands there than is looked for.
var errNotHere = fhir.Errorf(fhir.CodeInvalid, "another kind of value")

func (c *jsonCutter) enter(open json.Delim) error {
	token, err := c.decoder.Token()
	if err == nil && token != open {
		err = errNotHere
	}
	return err
}

// object hands each name of an object to member, which reads the value.
func (c *jsonCutter) object(member func(name string) error) error {
	if err := c.enter('{'); err != nil {
		return err
	}
	for c.decoder.More() {
		token, err := c.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := c.decoder.Token()
	return err
}

func (c *jsonCutter) skip() error {
	var passed json.RawMessage
	return c.decoder.Decode(&passed)
}

func (c *jsonCutter) parameters() error {
	if err := c.enter('['); err != nil {
		return err
	}
	for c.decoder.More() {
		if err := c.parameter(); err != nil {
			return err
		}
	}
	_, err := c.decoder.Token()
	return err
}

func (c *jsonCutter) parameter() error {
	var one []cutting
	title := ""
	err := c.object(func(name string) error {
		var value json.RawMessage
		err := c.decoder.Decode(&value)
		switch end := int(c.decoder.InputOffset()); {
		case err != nil:
		case name == "name":
			_ = json.Unmarshal(value, &title) // one that is no text is no name
		case name == "resource":
			one = append(one, cutting{start: end - len(value), end: end, text: value, filler: fillerJSON})
		}
		return err
	})
	if title == "resource" && len(one) == 1 {
		c.found = append(c.found, one...)
	}
	return err
}

// cutXML is cutJSON for XML. The resource gets the namespace that it had from what it stood in.
func cutXML(body []byte) (found []cutting, ok bool) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	decoder.Strict = true
	var path []string
	var title string
	var one cutting
	var opening xml.StartElement
	for {
		start := int(decoder.InputOffset())
		token, err := decoder.Token()
		if err != nil {
			return found, len(path) == 0 && ok
		}
		switch token := token.(type) {
		case xml.StartElement:
			if path = append(path, token.Name.Local); len(path) == 1 {
				if ok = token.Name.Local == "Parameters"; !ok {
					return nil, false
				}
			}
			switch at := len(path); {
			case at == 2:
				title, one = "", cutting{}
			case at == 3 && path[2] == "name":
				title = attribute(token, "value")
			case at == 4 && path[2] == "resource":
				one, opening = cutting{start: start, filler: fillerXML, remade: true}, token.Copy()
			}
		case xml.EndElement:
			if len(path) == 4 && path[2] == "resource" {
				one.end = int(decoder.InputOffset())
				one.text = withNamespace(body[one.start:one.end], opening)
			}
			if len(path) == 2 && title == "resource" && one.end > 0 {
				found = append(found, one)
			}
			path = path[:len(path)-1]
		}
	}
}

// withNamespace is an element with the default namespace that it was in, unless it names one itself.
func withNamespace(text []byte, opening xml.StartElement) []byte {
	name := bytes.IndexAny(text, " \t\r\n/>")
	if slices.ContainsFunc(opening.Attr, func(a xml.Attr) bool { return a.Name.Local == "xmlns" }) || bytes.IndexByte(text[:name], ':') >= 0 {
		return text
	}
	return slices.Concat(text[:name], []byte(` xmlns="`+opening.Name.Space+`"`), text[name:])
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
