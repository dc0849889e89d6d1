package careplan_test

import (
	"fmt"

	"hearken/internal/careplan"
)

func ExampleParseNHSNumber() {
	n, err := careplan.ParseNHSNumber(" 999 000 0018 ")
	fmt.Println(n, n.Format(), n.Synthetic(), err)

	_, err = careplan.ParseNHSNumber("999 000 0081") // two digits swapped
	fmt.Println(err)
	// Output:
	// 9990000018 999 000 0018 true <nil>
	// the check digit of the NHS number does not match: a digit is mistyped or two are swapped
}
