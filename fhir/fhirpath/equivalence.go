package fhirpath

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/element"
	"hearken/fhir/ucum"
)

// Operators ~ and !~ (http://hl7.org/fhirpath/N1/#equivalence): as equality, but without regard to
// order, case, white space and precision, and never empty.

// equivalence is left ~ right, and with not set left !~ right.
type equivalence struct {
	left, right operand
	not         bool
	at          int
}

func compileEquivalence(s *syntax, left, right part) part {
	uses := keepAll(&left, &right)
	e := equivalence{left.operand, right.operand, s.name == "!~", s.at}
	return part{boolean{e}, ofKind(Boolean, uses)}
}

func (e equivalence) decide(env *Env) (truth, error) {
	base := len(env.stack)
	defer func() { env.stack = env.stack[:base] }()
	if err := e.left.collect(env, 0); err != nil {
		return isEmpty, err
	}
	middle := len(env.stack)
	if err := e.right.collect(env, 0); err != nil {
		return isEmpty, err
	}
	same, err := e.match(env, env.stack[base:middle], env.stack[middle:])
	return truthOf(same != e.not), err
}

// match finds a partner for every item. It takes the right side apart as it goes.
func (e equivalence) match(env *Env, left, right []Item) (bool, error) {
	if len(left) != len(right) {
		return false, nil
	}
	for _, a := range left {
		found := -1
		for i, b := range right {
			same, err := equivalentItems(env, a, b, e.at)
			if err != nil {
				return false, err
			}
			if same {
				found = i
				break
			}
		}
		if found < 0 {
			return false, nil
		}
		right[found] = right[len(right)-1]
		right = right[:len(right)-1]
	}
	return true, nil
}

func equivalentItems(env *Env, a, b Item, at int) (bool, error) {
	if err := env.spend(1, at); err != nil {
		return false, err
	}
	x, y := a.system(), b.system()
	switch {
	case x.kind == Element && y.kind == Element:
		return equivalentNodes(env, x.node, y.node, at)
	case x.kind == String && y.kind == String:
		return normalised(x.text) == normalised(y.text), nil
	case x.isNumber() && y.isNumber():
		return equivalentNumbers(x.asDecimal(), y.asDecimal()), nil
	case x.measures() && y.measures():
		return equivalentQuantities(x, y), nil
	}
	t, err := equalItems(env, x, y, at)
	return t == isTrue, err
}

// normalised is a string without case and with single spaces.
func normalised(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// equivalentNumbers compares to the decimals of the less precise number.
func equivalentNumbers(a, b *apd.Decimal) bool {
	places := min(decimals(a), decimals(b))
	x, y := rounded(a, places), rounded(b, places)
	return x != nil && y != nil && x.Cmp(y) == 0
}

// decimals counts the digits behind the point, without trailing zeros.
func decimals(d *apd.Decimal) int32 {
	var r apd.Decimal
	r.Reduce(d)
	return max(-r.Exponent, 0)
}

// equivalentQuantities compares in the unit of the first; calendar durations are then as long as
// their UCUM counterparts.
func equivalentQuantities(a, b Item) bool {
	unitA, unitB := a.ucumUnit(true), b.ucumUnit(true)
	if unitA == unitB {
		return equivalentNumbers(a.asDecimal(), b.asDecimal())
	}
	converted, err := ucum.Convert(b.asDecimal(), unitB, unitA)
	return err == nil && equivalentNumbers(a.asDecimal(), converted)
}

// equivalentNodes compares elements with all that is in them; repeating ones may be in any order.
func equivalentNodes(env *Env, a, b element.Node, at int) (bool, error) {
	if a.HasValue() != b.HasValue() {
		return false, nil
	}
	if a.HasValue() {
		if same, err := equivalentItems(env, Of(a).system(), Of(b).system(), at); !same || err != nil {
			return false, err
		}
	}
	taken := map[int]bool{}
	count := 0
	for ca := skipID(a, a.FirstChild()); !ca.IsZero(); ca = skipID(a, ca.NextSibling()) {
		found, err := equivalentChild(env, ca, b, taken, at)
		if !found || err != nil {
			return false, err
		}
		count++
	}
	for cb := skipID(b, b.FirstChild()); !cb.IsZero(); cb = skipID(b, cb.NextSibling()) {
		count--
	}
	return count == 0, nil
}

func equivalentChild(env *Env, child, b element.Node, taken map[int]bool, at int) (bool, error) {
	for cb := b.FirstChild(); !cb.IsZero(); cb = cb.NextSibling() {
		if err := env.spend(1, at); err != nil {
			return false, err
		}
		if cb.NameID() != child.NameID() || taken[cb.Index()] {
			continue
		}
		same, err := equivalentNodes(env, child, cb, at)
		if err != nil {
			return false, err
		}
		if same {
			taken[cb.Index()] = true
			return true, nil
		}
	}
	return false, nil
}
