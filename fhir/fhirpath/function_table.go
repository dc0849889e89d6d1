package fhirpath

import "fmt"

// function is one row of the table of functions.
type function struct {
	min, max int // arguments
	// compile makes the operand of a call; nil: the function is known and not supported.
	compile func(c *compiler, s *syntax, source part) (part, *Error)
}

func (f function) arity() string {
	switch {
	case f.min == f.max && f.min == 1:
		return "1 argument"
	case f.min == f.max:
		return fmt.Sprintf("%d arguments", f.min)
	}
	return fmt.Sprintf("%d to %d arguments", f.min, f.max)
}

// functions is every function of FHIRPath N1 (http://hl7.org/fhirpath/N1/#functions), of
// the current build that HL7's suite uses, and of FHIR (https://hl7.org/fhir/R4/fhirpath.html#functions).
// It is filled by init because compiling a call looks into it.
var functions map[string]function

func init() {
	functions = map[string]function{
		// existence
		"empty": {0, 0, compileEmpty}, "exists": {0, 1, compileExists}, "all": {1, 1, compileAll},
		"allTrue": {0, 0, allAre(isTrue)}, "anyTrue": {0, 0, anyIs(isTrue)},
		"allFalse": {0, 0, allAre(isFalse)}, "anyFalse": {0, 0, anyIs(isFalse)},
		"subsetOf": {1, 1, compileSubset(false)}, "supersetOf": {1, 1, compileSubset(true)},
		"count": {0, 0, compileCount}, "distinct": {0, 0, list(distinct)}, "isDistinct": {0, 0, compileIsDistinct},
		// filtering and projection
		"where": {1, 1, compileWhere}, "select": {1, 1, compileSelect}, "repeat": {1, 1, compileRepeat(true)},
		"repeatAll": {1, 1, compileRepeat(false)}, "ofType": {1, 1, compileOfType}, "sort": {0, 32, compileSort},
		"coalesce": {1, 32, compileCoalesce},
		// subsetting
		"single": {0, 0, compileSingle}, "first": {0, 0, compileFirst}, "last": {0, 0, ordered(last)},
		"tail": {0, 0, ordered(tail)}, "skip": {1, 1, ordered(skip)}, "take": {1, 1, ordered(take)},
		"intersect": {1, 1, list(intersect)}, "exclude": {1, 1, list(exclude)},
		// combining
		"union": {1, 1, compileUnionCall}, "combine": {1, 1, list(combine)},
		// conversion
		"iif":       {2, 3, compileIif},
		"toBoolean": {0, 0, converts(toBoolean)}, "convertsToBoolean": {0, 0, convertible(toBoolean)},
		"toInteger": {0, 0, converts(toInteger)}, "convertsToInteger": {0, 0, convertible(toInteger)},
		"toLong": {0, 0, converts(toLong)}, "convertsToLong": {0, 0, convertible(toLong)},
		"toDecimal": {0, 0, converts(toDecimal)}, "convertsToDecimal": {0, 0, convertible(toDecimal)},
		"toDate": {0, 0, converts(toDate)}, "convertsToDate": {0, 0, convertible(toDate)},
		"toDateTime": {0, 0, converts(toDateTime)}, "convertsToDateTime": {0, 0, convertible(toDateTime)},
		"toTime": {0, 0, converts(toTime)}, "convertsToTime": {0, 0, convertible(toTime)},
		"toString": {0, 0, converts(toString)}, "convertsToString": {0, 0, convertible(toString)},
		"toQuantity": {0, 1, converts(toQuantity)}, "convertsToQuantity": {0, 1, convertible(toQuantity)},
		// strings
		"indexOf": {1, 1, ofString(Integer, indexOf)}, "lastIndexOf": {1, 1, ofString(Integer, lastIndexOf)},
		"substring": {1, 2, ofString(String, substring)}, "startsWith": {1, 1, ofString(Boolean, startsWith)},
		"endsWith": {1, 1, ofString(Boolean, endsWith)}, "contains": {1, 1, ofString(Boolean, contains)},
		"upper": {0, 0, ofString(String, upper)}, "lower": {0, 0, ofString(String, lower)},
		"replace": {2, 2, ofString(String, replace)}, "matches": {1, 1, ofPattern(Boolean, false, matches)},
		"matchesFull": {1, 1, ofPattern(Boolean, true, matches)}, "replaceMatches": {2, 2, ofPattern(String, false, replaceMatches)},
		"length": {0, 0, ofString(Integer, length)}, "toChars": {0, 0, splitting(toChars)},
		"trim": {0, 0, ofString(String, trim)}, "split": {1, 1, splitting(split)}, "join": {0, 1, compileJoin},
		"encode": {1, 1, ofString(String, encode)}, "decode": {1, 1, ofString(String, decode)},
		"escape": {1, 1, ofString(String, escape)}, "unescape": {1, 1, ofString(String, unescape)},
		// mathematics
		"abs": {0, 0, ofNumber(abs)}, "ceiling": {0, 0, ofNumber(ceiling)}, "exp": {0, 0, ofNumber(exp)},
		"floor": {0, 0, ofNumber(floor)}, "ln": {0, 0, ofNumber(ln)}, "log": {1, 1, ofNumber(logarithm)},
		"power": {1, 1, ofNumber(power)}, "round": {0, 1, ofNumber(round)}, "sqrt": {0, 0, ofNumber(sqrt)},
		"truncate": {0, 0, ofNumber(truncate)},
		"sum":      {0, 1, aggregating(sum)}, "min": {0, 1, aggregating(minimum)},
		"max": {0, 1, aggregating(maximum)}, "avg": {0, 1, aggregating(average)},
		// navigation
		"children": {0, 0, compileChildren}, "descendants": {0, 0, compileDescendants},
		// utility
		"trace": {1, 2, compileTrace}, "defineVariable": {1, 2, compileDefineVariable},
		"now": {0, 0, clock(now)}, "today": {0, 0, clock(today)}, "timeOfDay": {0, 0, clock(timeOfDay)},
		"aggregate": {1, 2, compileAggregate}, "type": {0, 0, compileType},
		"lowBoundary": {0, 1, ofAny(boundary(false))}, "highBoundary": {0, 1, ofAny(boundary(true))},
		"precision": {0, 0, ofAny(precisionOf)}, "comparable": {1, 1, ofAny(comparable)},
		"yearOf": {0, 0, component(toYear)}, "monthOf": {0, 0, component(toMonth)}, "dayOf": {0, 0, component(toDay)},
		"hourOf": {0, 0, component(toHour)}, "minuteOf": {0, 0, component(toMinute)}, "secondOf": {0, 0, component(toSecond)},
		"millisecondOf": {0, 0, component(toSecond + 3)}, "timezoneOffsetOf": {0, 0, ofAny(timezoneOffsetOf)},
		"dateOf": {0, 0, ofAny(dateOf)}, "timeOf": {0, 0, ofAny(timeOf)},
		// types and booleans
		"is": {1, 1, compileIs}, "as": {1, 1, compileAs}, "not": {0, 0, compileNot},
		// FHIR
		"extension": {1, 1, compileExtension}, "hasExtension": {1, 1, compileHasExtension},
		"hasValue": {0, 0, compileHasValue}, "getValue": {0, 0, compileGetValue},
		"resolve": {0, 0, compileResolve}, "conformsTo": {1, 1, ofAny(conformsTo)}, "memberOf": {1, 1, ofAny(memberOf)},
		"htmlChecks": {0, 0, ofAny(htmlChecks)}, "htmlChecks2": {0, 0, ofAny(htmlChecks2)},
		// known, and not supported: they need the profile a resource is seen through, subsumption, or
		// the calendar arithmetic of CQL
		"elementDefinition": {0, 0, nil}, "slice": {2, 2, nil}, "checkModifiers": {0, 32, nil},
		"subsumes": {1, 1, nil}, "subsumedBy": {1, 1, nil}, "weight": {0, 0, nil},
		"duration": {2, 2, nil}, "difference": {2, 2, nil},
	}
}
