package ucum

import "math/big"

// scale is how a special unit relates to its base unit: base = (value + shift) × ratio.
type scale struct {
	base  string
	shift *big.Rat
	ratio *big.Rat
}

// scales are the temperatures of UCUM §30 and §41. The logarithmic units have none: they are
// commensurable with themselves only.
var scales = map[string]*scale{
	"Cel":     {base: "K", shift: big.NewRat(27315, 100), ratio: big.NewRat(1, 1)},
	"[degF]":  {base: "K", shift: big.NewRat(45967, 100), ratio: big.NewRat(5, 9)},
	"[degRe]": {base: "K", shift: big.NewRat(21852, 100), ratio: big.NewRat(5, 4)},
}
