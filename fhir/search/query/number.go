package query

import "fmt"

// satisfiedBy compares numbers (https://hl7.org/fhir/R4/search.html#number).
func (t NumberTest) satisfiedBy(v Number) bool {
	return relatePoints(t.Low, t.High, v.Low, v.High).satisfies(t.Comparison)
}

// String is the test as the tree prints it: "eq [99.5, 100.5)", "gt 100".
func (t NumberTest) String() string {
	if t.Low == t.High {
		return fmt.Sprintf("%s %s", t.Comparison, t.Low)
	}
	return fmt.Sprintf("%s [%s, %s)", t.Comparison, t.Low, t.High)
}

// satisfiedBy compares amounts and, unless the test has AnyUnit, their units; nothing is converted. With a
// System and no Code any unit of that system will do (https://hl7.org/fhir/R4/search.html#quantity).
func (t QuantityTest) satisfiedBy(v Quantity) bool {
	return t.acceptsUnit(v) && t.NumberTest.satisfiedBy(Number{Low: v.Low, High: v.High})
}

func (t QuantityTest) acceptsUnit(v Quantity) bool {
	switch {
	case t.AnyUnit:
		return true
	case t.AnySystem:
		return t.Code == v.Code || t.Code == v.Unit
	}
	return t.System == v.System && (t.Code == "" || t.Code == v.Code)
}

// String is the test as the tree prints it: `eq [5.35, 5.45) "http://unitsofmeasure.org"|"mg"`,
// with *|"mg" for a unit of any system and nothing for any unit.
func (t QuantityTest) String() string {
	if t.AnyUnit {
		return t.NumberTest.String()
	}
	return t.NumberTest.String() + " " + quoteUnless(t.AnySystem, t.System) + "|" + quoteUnless(t.Code == "", t.Code)
}
