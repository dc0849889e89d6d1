package query

import "fmt"

// satisfiedBy compares where references point (https://hl7.org/fhir/R4/search.html#reference).
func (t LinkTest) satisfiedBy(v Link) bool {
	if t.Version != 0 && t.Version != v.Version {
		return false
	}
	if t.URL != "" {
		return t.URL == v.URL
	}
	return t.Key.ID != "" && t.Key.ID == v.Key.ID && (t.Key.Type == "" || t.Key.Type == v.Key.Type)
}

// String is the test as the tree prints it: `links "Patient/123"`, `links "*/123"` for any type,
// `links <"http://…">` for a URL, with `version 2` where one is asked for.
func (t LinkTest) String() string {
	var text string
	switch {
	case t.URL != "":
		text = fmt.Sprintf("links <%q>", t.URL)
	case t.Key.Type == "":
		text = fmt.Sprintf("links %q", "*/"+t.Key.ID)
	default:
		text = fmt.Sprintf("links %q", t.Key.String())
	}
	if t.Version != 0 {
		text += " version " + t.Version.String()
	}
	return text
}

// satisfiedBy compares the logical identifier of a reference
// (https://hl7.org/fhir/R4/search.html#reference, ":identifier").
func (t LinkIdentifierTest) satisfiedBy(v LinkIdentifier) bool { return t.accepts(v.System, v.Code) }

// String is the test as the tree prints it: `identified "system"|"value"`.
func (t LinkIdentifierTest) String() string { return "identified " + t.pair() }
