package fhirtest

import "fmt"

// nhsTail holds, at [k][r], how many ways there are to fill the last k of the
// nine leading digits of an NHS number when the weighted digits before them
// sum to r modulo 11, so that the number has a check digit.
var nhsTail = func() (tail [9][11]int) {
	for r := range 11 {
		if r != 1 { // 11 - 1 = 10: there is no such check digit
			tail[0][r] = 1
		}
	}
	for k := 1; k < len(tail); k++ {
		for r := range 11 {
			for d := range 10 {
				tail[k][r] += tail[k-1][(r+d*(k+1))%11]
			}
		}
	}
	return tail
}()

// NHSNumbers is how many NHS numbers the test range holds: n of NHSNumber(n)
// is below it.
var NHSNumbers = nhsTail[8][9*10%11]

// NHSNumber returns the n-th NHS number of the range that is never issued,
// counted from 0 in ascending order and passing over the bases that have no
// check digit: NHSNumber(0) is 9000000009, NHSNumber(1) 9000000017. It takes
// the same time for every n, and panics outside 0 to NHSNumbers-1.
func NHSNumber(n int) string {
	var digits [10]byte
	putNHSNumber(&digits, n)
	return string(digits[:])
}

// putNHSNumber writes NHSNumber(n) into digits. From the left, each place
// takes the digit whose block of numbers holds the n-th.
func putNHSNumber(digits *[10]byte, n int) {
	if n < 0 || n >= NHSNumbers {
		panic(fmt.Sprintf("fhirtest: NHSNumber(%d): the range holds numbers 0 to %d", n, NHSNumbers-1))
	}
	digits[0] = '9'
	sum := 9 * 10
	for i := 1; i < 9; i++ {
		for d := 0; ; d++ {
			with := sum + d*(10-i)
			block := nhsTail[8-i][with%11]
			if n < block {
				digits[i], sum = byte('0'+d), with
				break
			}
			n -= block
		}
	}
	digits[9] = byte('0' + (11-sum%11)%11)
}
