package fhirpath

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// Operators +, -, *, /, div, mod and & (http://hl7.org/fhirpath/N1/#math). What overflows, and division by zero,
// is empty.

// exact is the precision decimals are calculated with: that of decimal128. It is wider than FHIR asks for and
// bounds what a hostile expression can cost.
var exact = apd.BaseContext.WithPrecision(34)

// operation is an arithmetic operator.
type operation struct {
	name        string
	left, right operand
	at          int
}

func (o operation) collect(env *Env, _ int) error { return collectOne(env, o) }

func (o operation) one(env *Env) (Item, error) {
	left, err := single(env, o.left, o.at)
	if err != nil {
		return Item{}, err
	}
	right, err := single(env, o.right, o.at)
	if err != nil {
		return Item{}, err
	}
	x, y := left.system(), right.system()
	if o.name == "&" {
		return o.concatenate(env, x, y)
	}
	if x.kind == 0 || y.kind == 0 || x.withoutValue() || y.withoutValue() {
		return Item{}, nil
	}
	return o.apply(env, x, y)
}

func (o operation) apply(env *Env, x, y Item) (Item, error) {
	switch {
	case x.isNumber() && y.isNumber():
		return numberOperation(o.name, x, y), nil
	case x.kind == String && y.kind == String && o.name == "+":
		return o.concatenate(env, x, y)
	case isTemporal(x.kind) && y.kind == Quantity && o.name == "+":
		return x.added(y, 1, o.at)
	case isTemporal(x.kind) && y.kind == Quantity && o.name == "-":
		return x.added(y, -1, o.at)
	case x.measures() && y.measures():
		return o.quantities(x, y)
	}
	return Item{}, failed(o.at, "%s %s %s is not defined", x.Type(), o.name, y.Type())
}

// concatenate joins two strings, an empty one counting as ”.
func (o operation) concatenate(env *Env, x, y Item) (Item, error) {
	if x.kind != 0 && x.kind != String || y.kind != 0 && y.kind != String {
		return Item{}, failed(o.at, "%s joins strings only", o.name)
	}
	if err := env.spend(1+(len(x.text)+len(y.text))/64, o.at); err != nil {
		return Item{}, err
	}
	if len(x.text)+len(y.text) > maxStringLength {
		return Item{}, tooCostly(o.at)
	}
	return OfString(x.text + y.text), nil
}

// maxStringLength bounds the strings an evaluation may build.
const maxStringLength = 16 << 20

func numberOperation(name string, x, y Item) Item {
	if x.kind != Decimal && y.kind != Decimal && name != "/" {
		return integerOperation(name, x, y)
	}
	return decimalOperation(name, x.asDecimal(), y.asDecimal())
}

func integerOperation(name string, x, y Item) Item {
	a, b := x.number, y.number
	var n int64
	switch name {
	case "+":
		n = a + b
		if (n > a) != (b > 0) {
			return Item{}
		}
	case "-":
		n = a - b
		if (n < a) != (b > 0) {
			return Item{}
		}
	case "*":
		n = a * b
		if a != 0 && (n/a != b || a == -1 && b == math.MinInt64) {
			return Item{}
		}
	case "div", "mod":
		if b == 0 || b == -1 && a == math.MinInt64 {
			return Item{}
		}
		n = a / b
		if name == "mod" {
			n = a % b
		}
	}
	if x.kind == Long || y.kind == Long {
		return Item{kind: Long, number: n}
	}
	if n != int64(int32(n)) {
		return Item{}
	}
	return OfInteger(n)
}

func decimalOperation(name string, a, b *apd.Decimal) Item {
	if b.IsZero() && (name == "/" || name == "div" || name == "mod") {
		return Item{}
	}
	result := new(apd.Decimal)
	var err error
	switch name {
	case "+":
		_, err = exact.Add(result, a, b)
	case "-":
		_, err = exact.Sub(result, a, b)
	case "*":
		_, err = exact.Mul(result, a, b)
	case "/":
		_, err = exact.Quo(result, a, b)
	case "mod":
		_, err = exact.Rem(result, a, b)
	case "div":
		if _, err = exact.QuoInteger(result, a, b); err == nil {
			return integerItem(result)
		}
	}
	if err != nil || !inRange(result) {
		return Item{}
	}
	if name == "/" {
		withoutZeros(result)
	}
	return OfDecimal(result)
}

// withoutZeros takes the zeros off the end of a fraction.
func withoutZeros(d *apd.Decimal) {
	if d.Exponent >= 0 {
		return
	}
	if d.Reduce(d); d.Exponent > 0 {
		_, _ = exact.Quantize(d, d, 0)
	}
}

// integerItem is a decimal without fraction as an Integer, or nothing if it is too large.
func integerItem(d *apd.Decimal) Item {
	n, err := d.Int64()
	if err != nil || n != int64(int32(n)) {
		return Item{}
	}
	return OfInteger(n)
}

func (c *compiler) arithmetic(s *syntax, left, right part) (part, *Error) {
	if c.strict {
		if err := checkArithmetic(s, left.shape, right.shape); err != nil {
			return part{}, err
		}
	}
	uses := keepAll(&left, &right)
	result := shape{single: true, uses: uses}
	if s.name == "&" {
		result.system = String
	}
	return part{operation{s.name, left.operand, right.operand, s.at}, result}, nil
}

// checkArithmetic refuses to add a number to a date.
func checkArithmetic(s *syntax, left, right shape) *Error {
	if (s.name == "+" || s.name == "-") && isTemporal(left.system) && right.known() && !right.canBe(Quantity) {
		return invalid(s.at, "only a quantity can be added to a %s", kindNames[left.system])
	}
	return nil
}
