package query

import "fmt"

// satisfiedBy compares codes and identifiers literally (https://hl7.org/fhir/R4/search.html#token).
func (t TokenTest) satisfiedBy(v Token) bool { return t.accepts(v.System, v.Code) }

func (t TokenTest) accepts(system, code string) bool {
	return (t.AnySystem || t.System == system) && (t.AnyCode || t.Code == code)
}

// String is the test as the tree prints it: `is "http://loinc.org"|"8867-4"`, with * for any system or code.
func (t TokenTest) String() string { return "is " + t.pair() }

func (t TokenTest) pair() string {
	return quoteUnless(t.AnySystem, t.System) + "|" + quoteUnless(t.AnyCode, t.Code)
}

func quoteUnless(any bool, text string) string {
	if any {
		return "*"
	}
	return fmt.Sprintf("%q", text)
}

// satisfiedBy compares type and value of an identifier; all three parts must be there
// (https://hl7.org/fhir/R4/search.html#token, ":of-type").
func (t TypedIdentifierTest) satisfiedBy(v TypedIdentifier) bool {
	return TypedIdentifierTest(v) == t
}

// String is the test as the tree prints it: `of-type "system"|"code"|"value"`.
func (t TypedIdentifierTest) String() string {
	return fmt.Sprintf("of-type %q|%q|%q", t.System, t.Code, t.Value)
}
