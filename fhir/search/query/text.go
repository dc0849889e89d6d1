package query

import (
	"fmt"
	"strings"
)

// satisfiedBy compares text as a string parameter does (https://hl7.org/fhir/R4/search.html#string).
func (t TextTest) satisfiedBy(v Text) bool {
	switch t.Mode {
	case StartsWith:
		return hasFoldedPrefix(Fold(v.Text), t.Text)
	case Exact:
		return !v.Part && v.Text == t.Text
	case Contains:
		return !v.Part && containsFolded(Fold(v.Text), t.Text)
	}
	return false
}

// containsFolded is hasFoldedPrefix for anywhere in the text.
func containsFolded(folded, part string) bool {
	part = Fold(part)
	if part == "" {
		return folded == ""
	}
	return strings.Contains(folded, part)
}

// String is the test as the tree prints it: `starts "alcantar"`.
func (t TextTest) String() string {
	return fmt.Sprintf("%s %q", [...]string{StartsWith: "starts", Exact: "exact", Contains: "contains"}[t.Mode], t.Text)
}

// satisfiedBy compares the words of a token as a string parameter does
// (https://hl7.org/fhir/R4/search.html#token, ":text").
func (t DisplayTest) satisfiedBy(v Display) bool { return hasFoldedPrefix(Fold(v.Text), t.Text) }

// String is the test as the tree prints it: `text "headache"`.
func (t DisplayTest) String() string { return fmt.Sprintf("text %q", t.Text) }
