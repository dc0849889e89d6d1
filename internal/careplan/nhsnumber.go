package careplan

import (
	"errors"
	"log/slog"
	"strings"
)

// NHSNumberSystem is the identifier system of NHS numbers in England, Wales
// and the Isle of Man, as UK Core fixes it for Patient.identifier:nhsNumber.
const NHSNumberSystem = "https://fhir.nhs.uk/Id/nhs-number"

// What ParseNHSNumber answers. None of the texts repeats the number: they may
// be logged and put into an OperationOutcome.
var (
	// ErrNHSNumberForm: not ten digits, or spaced otherwise than 3-3-4.
	ErrNHSNumberForm = errors.New("an NHS number is ten digits, unspaced or spaced 3-3-4")
	// ErrNHSNumberCheckDigit: the tenth digit is not the one that modulus 11
	// gives for the other nine, so that a digit is wrong or two are swapped.
	ErrNHSNumberCheckDigit = errors.New("the check digit of the NHS number does not match: a digit is mistyped or two are swapped")
	// ErrNHSNumberRange: the check digit is right, but no body issues numbers
	// of this range (0000000000 and 1111111111 pass modulus 11).
	ErrNHSNumberRange = errors.New("no NHS number is issued in this range")
)

// NHSNumber is an NHS number that has passed ParseNHSNumber: ten digits, right
// check digit, in a range that somebody issues or that is kept for tests. It is
// comparable. The zero value is no number; its String is empty.
//
// See https://www.datadictionary.nhs.uk/attributes/nhs_number.html.
type NHSNumber struct {
	digits string // ten ASCII digits, or empty
}

// nhsNumberRange is a range of numbers, bounds included, that passes.
type nhsNumberRange struct {
	low, high string // compared as text: all have ten digits
	synthetic bool
}

// nhsNumberRanges says who issues what. Everything else is refused.
var nhsNumberRanges = [...]nhsNumberRange{
	{low: "4000000000", high: "4999999999"},                  // England, Wales, Isle of Man
	{low: "6000000000", high: "7999999999"},                  // England, Wales, Isle of Man
	{low: "0100000000", high: "3112999999"},                  // Scotland: CHI numbers, which begin with a birth date
	{low: "3200000000", high: "3999999999"},                  // Northern Ireland: Health and Care numbers
	{low: "9000000000", high: "9999999999", synthetic: true}, // never issued: for tests
}

// ParseNHSNumber reads an NHS number as people write it: ten digits, unspaced
// or with single spaces after the third and the sixth, with white space round
// it. Its errors are ErrNHSNumberForm, ErrNHSNumberCheckDigit and
// ErrNHSNumberRange; the first that applies is returned.
func ParseNHSNumber(s string) (NHSNumber, error) {
	var digits [10]byte
	if !nhsNumberDigits(strings.Trim(s, " \t\r\n"), &digits) {
		return NHSNumber{}, ErrNHSNumberForm
	}
	check, ok := nhsCheckDigit(digits[:9])
	if !ok || check != digits[9] {
		return NHSNumber{}, ErrNHSNumberCheckDigit
	}
	n := NHSNumber{digits: string(digits[:])}
	if n.issuer() == nil {
		return NHSNumber{}, ErrNHSNumberRange
	}
	return n, nil
}

// String returns the ten digits unspaced, as they are stored and searched for.
func (n NHSNumber) String() string { return n.digits }

// Format returns the number spaced 3-3-4, as it is shown to people
// ("999 000 0018"); for the zero value the empty string.
func (n NHSNumber) Format() string {
	if n.digits == "" {
		return ""
	}
	return n.digits[:3] + " " + n.digits[3:6] + " " + n.digits[6:]
}

// Synthetic reports whether the number is from the range 9000000000 to
// 9999999999, which is never issued. A test server takes no others, so that no
// real person's plan gets into it; a live one takes none of these.
func (n NHSNumber) Synthetic() bool {
	r := n.issuer()
	return r != nil && r.synthetic
}

// LogValue keeps the number out of logs, whoever passes it to slog.
func (n NHSNumber) LogValue() slog.Value { return slog.StringValue("[NHS number]") }

// issuer returns the range that holds n, nil when none does.
func (n NHSNumber) issuer() *nhsNumberRange {
	for i := range nhsNumberRanges {
		if r := &nhsNumberRanges[i]; r.low <= n.digits && n.digits <= r.high {
			return r
		}
	}
	return nil
}

// nhsNumberDigits copies the ten digits of s into digits; false when s is not
// written as one of the two forms.
func nhsNumberDigits(s string, digits *[10]byte) bool {
	spaced := len(s) == 12 && s[3] == ' ' && s[7] == ' '
	if !spaced && len(s) != 10 {
		return false
	}
	n := 0
	for i := range len(s) {
		if spaced && (i == 3 || i == 7) {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		digits[n] = s[i]
		n++
	}
	return true
}

// nhsCheckDigit returns the tenth digit, in ASCII, for the first nine: eleven
// less the sum of the digits weighted 10 to 2, modulo 11, where 11 stands for
// 0. When it comes to 10 there is no such number, and ok is false.
func nhsCheckDigit(nine []byte) (check byte, ok bool) {
	sum := 0
	for i, d := range nine {
		sum += int(d-'0') * (10 - i)
	}
	switch r := 11 - sum%11; r {
	case 11:
		return '0', true
	case 10:
		return 0, false
	default:
		return byte('0' + r), true
	}
}
