package fhirpath

import "github.com/cockroachdb/apd/v3"

// Operators <, <=, > and >= (http://hl7.org/fhirpath/N1/#comparison).

// ordering is a comparison: which orders of left against right make it true.
type ordering struct {
	left, right operand
	accepts     func(order int) bool
	at          int
}

var orderings = map[string]func(int) bool{
	"<":  func(o int) bool { return o < 0 },
	"<=": func(o int) bool { return o <= 0 },
	">":  func(o int) bool { return o > 0 },
	">=": func(o int) bool { return o >= 0 },
}

func compileOrdering(s *syntax, left, right part) part {
	uses := keepAll(&left, &right)
	if l, ok := left.operand.(counting); ok {
		if r, ok := right.operand.(counting); ok {
			return part{boolean{countOrdering{l.source, r.source, orderings[s.name]}}, ofKind(Boolean, uses)}
		}
	}
	o := ordering{left.operand, right.operand, orderings[s.name], s.at}
	return part{boolean{o}, ofKind(Boolean, uses)}
}

// countOrdering is a.count() > b.count().
type countOrdering struct {
	left, right operand
	accepts     func(order int) bool
}

func (o countOrdering) decide(env *Env) (truth, error) {
	left, err := countOf(env, o.left, 0)
	if err != nil {
		return isEmpty, err
	}
	right, err := countOf(env, o.right, 0)
	return truthOf(o.accepts(left - right)), err
}

func (o ordering) decide(env *Env) (truth, error) {
	left, err := single(env, o.left, o.at)
	if err != nil || left.kind == 0 {
		return isEmpty, err
	}
	right, err := single(env, o.right, o.at)
	if err != nil || right.kind == 0 {
		return isEmpty, err
	}
	if left.kind == Integer && right.kind == Integer {
		return truthOf(o.accepts(compareNumbers(left, right))), nil
	}
	order, known, err := compareItems(left.system(), right.system(), o.at)
	if !known || err != nil {
		return isEmpty, err
	}
	return truthOf(o.accepts(order)), nil
}

// compareItems orders two values; it is not known for quantities whose units do not convert and
// for times one of which may be any within the other. Types that have no common order are an error.
func compareItems(x, y Item, at int) (order int, known bool, err error) {
	switch {
	case x.kind == String && y.kind == String:
		return compareStrings(x.text, y.text), true, nil
	case x.isNumber() && y.isNumber():
		return compareNumbers(x, y), true, nil
	case x.measures() && y.measures():
		order, known = compareQuantities(x, y)
		return order, known, nil
	case isTemporal(x.kind) && isTemporal(y.kind) && (x.kind == Time) == (y.kind == Time):
		order, known = compareTemporal(x, y)
		return order, known, nil
	case x.withoutValue() || y.withoutValue():
		return 0, false, nil
	}
	return 0, false, failed(at, "%s and %s have no order", x.Type(), y.Type())
}

// withoutValue is an element that could be a value if it had one: a primitive with only
// extensions, or a Quantity with a comparator or without a value.
func (i Item) withoutValue() bool {
	return i.kind == Element && (i.node.IsPrimitive() || i.node.Structure().IsA("Quantity"))
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareNumbers(x, y Item) int {
	if x.kind != Decimal && y.kind != Decimal {
		switch {
		case x.number < y.number:
			return -1
		case x.number > y.number:
			return 1
		}
		return 0
	}
	return x.asDecimal().Cmp(y.asDecimal())
}

// asDecimal is a number, or the value of a quantity, as a decimal.
func (i Item) asDecimal() *apd.Decimal {
	if i.decimal != nil {
		return i.decimal
	}
	return apd.New(i.number, 0)
}
