package xhtml

import (
	"fmt"
	"html"
)

// Details is what a fragment says that has to be compared with what is round it, or is worth a word of its own.
type Details struct {
	Links      []string        // what a and area link to, references resolved
	Images     []string        // what img shows
	Targets    map[string]int  // ids and names that links may go to, with how often each is given
	Language   string          // of the div
	Languages  map[string]bool // of the divs right in it that say theirs
	Unassigned bool            // the div has text outside of those
	Misplaced  []string        // elements that stand where HTML does not let them, with what is round each
}

// Inspect reads a fragment that is well-formed for its details. Most have none: see IsNested and IsPlain.
func Inspect(text []byte) Details {
	d := Details{Targets: map[string]int{}, Languages: map[string]bool{}}
	var s Scanner
	var n nesting
	var names []string
	var id string
	said := 0 // the depth of the div inside that says its language
	s.Reset(text)
	for t := s.Next(); t.Kind != Done && t.Kind != Bad; t = s.Next() {
		switch t.Kind {
		case Start:
			if id = ""; !n.start(kindOf(t.Name)) {
				d.misplace(shown(t.Name), names)
			}
			names = append(names, shown(t.Name))
		case Attribute:
			value := html.UnescapeString(string(t.Value))
			if string(t.Name) == "xml:lang" && len(names) == 2 && names[1] == "div" {
				d.Languages[value], said = true, 2
			}
			id = d.attribute(names, string(t.Name), value, id)
		case Text:
			if !isBlank(t.Value) {
				d.Unassigned = d.Unassigned || said == 0
				if !n.text() {
					d.misplace("text", names)
				}
			}
		case End:
			n.end()
			if names = names[:len(names)-1]; len(names) < said {
				said = 0
			}
		}
	}
	return d
}

func (d *Details) misplace(what string, names []string) {
	if len(d.Misplaced) < maxFaults {
		d.Misplaced = append(d.Misplaced, fmt.Sprintf("%s in %s", what, names[len(names)-1]))
	}
}

// attribute notes an attribute of the innermost of the open elements; id is the id it has, if that came before.
func (d *Details) attribute(names []string, name, value, id string) string {
	element := names[len(names)-1]
	switch {
	case name == "href" && (element == "a" || element == "area"):
		d.Links = append(d.Links, value)
	case name == "src" && element == "img":
		d.Images = append(d.Images, value)
	case name == "id", name == "name" && element == "a":
		if value != id { // one element may give the same as both
			d.Targets[value]++
		}
		return value
	case name == "xml:lang" && len(names) == 1, name == "lang" && len(names) == 1 && d.Language == "":
		d.Language = value
	}
	return id
}
