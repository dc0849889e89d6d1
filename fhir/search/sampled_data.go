package search

import (
	"math/big"
	"strconv"
	"strings"

	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// samplesOf is the range from the least to the greatest sample of a SampledData, in the unit of its origin
// (https://hl7.org/fhir/R4/datatypes.html#SampledData). "E", "U" and "L" in the data are no numbers and left out.
func samplesOf(n element.Node) (q query.Quantity, ok bool) {
	origin := n.Child("origin")
	if q, ok = quantityOf(origin); !ok {
		return q, false
	}
	low, high, ok := extremes(n.Child("data").Text())
	if !ok {
		return q, false
	}
	base, factor := origin.Child("value").Text(), n.Child("factor").Text()
	var okLow, okHigh bool
	q.Low, okLow = sampleValue(base, factor, low)
	q.High, okHigh = sampleValue(base, factor, high)
	if q.Low > q.High { // a negative factor
		q.Low, q.High = q.High, q.Low
	}
	return q, okLow && okHigh
}

// extremes finds the least and the greatest number in the data.
func extremes(data string) (low, high string, ok bool) {
	var least, greatest float64
	for sample := range strings.FieldsSeq(data) {
		number, err := strconv.ParseFloat(sample, 64)
		if _, exact := query.ParseDecimal(sample); err != nil || !exact {
			continue
		}
		if !ok || number < least {
			low, least = sample, number
		}
		if !ok || number > greatest {
			high, greatest = sample, number
		}
		ok = true
	}
	return low, high, ok
}

// maxSampleText bounds the numbers that are multiplied, so that no exponent makes a number of a million digits.
const maxSampleText = 24

// sampleValue is base + factor × sample, exactly; an absent factor is 1.
func sampleValue(base, factor, sample string) (query.Decimal, bool) {
	if factor == "" {
		factor = "1"
	}
	var numbers [3]*big.Rat
	digits := 0
	for i, text := range []string{base, factor, sample} {
		number, ok := new(big.Rat).SetString(text)
		if !ok || len(text) > maxSampleText || strings.ContainsAny(text, "eE") {
			return "", false
		}
		numbers[i] = number
		digits += len(text)
	}
	value := new(big.Rat).Mul(numbers[1], numbers[2])
	return query.ParseDecimal(value.Add(value, numbers[0]).FloatString(digits))
}
