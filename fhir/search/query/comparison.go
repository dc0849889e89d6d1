package query

import "cmp"

// String is the prefix as a search value has it: "eq", "ge", "sa".
func (c Comparison) String() string {
	if int(c) >= len(comparisonNames) {
		return "?"
	}
	return comparisonNames[c]
}

var comparisonNames = [...]string{
	Equal: "eq", NotEqual: "ne", Greater: "gt", Less: "lt", GreaterOrEqual: "ge", LessOrEqual: "le",
	StartsAfter: "sa", EndsBefore: "eb", Approximately: "ap",
}

// ParseComparison takes a prefix off a search value; without one it is Equal and the value whole.
func ParseComparison(value string) (c Comparison, rest string) {
	if len(value) >= 2 {
		for i, name := range comparisonNames {
			if value[:2] == name {
				return Comparison(i), value[2:]
			}
		}
	}
	return Equal, value
}

// relation is how the range of a value lies to the range of a test
// (https://hl7.org/fhir/R4/search.html#prefix).
type relation struct {
	within   bool // the test's range contains the value's
	above    bool // some of the value lies above the test
	below    bool // some of it lies below
	allAbove bool // all of the value lies above the test
	allBelow bool // all of it lies below
}

func (r relation) satisfies(c Comparison) bool {
	switch c {
	case Equal:
		return r.within
	case NotEqual:
		return !r.within
	case Greater:
		return r.above
	case Less:
		return r.below
	case GreaterOrEqual:
		return r.above || r.within
	case LessOrEqual:
		return r.below || r.within
	case StartsAfter:
		return r.allAbove
	case EndsBefore:
		return r.allBelow
	case Approximately:
		return !r.allAbove && !r.allBelow
	}
	return false
}

// relateStretch compares a half-open stretch [low, high) with a test's; both have some length.
func relateStretch(testLow, testHigh, low, high int64) relation {
	return relation{
		within: testLow <= low && high <= testHigh,
		above:  high > testHigh, below: low < testLow,
		allAbove: low >= testHigh, allBelow: high <= testLow,
	}
}

// relatePoints compares a closed range of numbers [low, high] with a test that is a point (testLow = testHigh)
// or a half-open range [testLow, testHigh).
func relatePoints[T cmp.Ordered](testLow, testHigh, low, high T) relation {
	point := testLow == testHigh
	return relation{
		within: testLow <= low && (high < testHigh || point && high == testHigh),
		above:  high > testHigh || !point && high == testHigh, below: low < testLow,
		allAbove: low > testHigh || !point && low == testHigh, allBelow: high < testLow,
	}
}
