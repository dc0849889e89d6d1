package query

import "strings"

// satisfiedBy compares the parts of one tuple together (https://hl7.org/fhir/R4/search.html#combining).
func (t CompositeTest) satisfiedBy(v Composite) bool {
	if len(t.Parts) != len(v.Parts) {
		return false
	}
	for i, part := range t.Parts {
		if !Satisfies(part, v.Parts[i]) {
			return false
		}
	}
	return true
}

// String is the test as the tree prints it: the parts in parentheses, parted by " $ ".
func (t CompositeTest) String() string {
	parts := make([]string, len(t.Parts))
	for i, part := range t.Parts {
		parts[i] = part.String()
	}
	return "(" + strings.Join(parts, " $ ") + ")"
}
