package fhirpath

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// Operators = and != (http://hl7.org/fhirpath/N1/#equality).

// equation is left = right, and with not set left != right.
type equation struct {
	left, right operand
	not         bool
	at          int
}

func (e equation) decide(env *Env) (truth, error) {
	base := len(env.stack)
	t, err := e.compare(env, base)
	env.stack = env.stack[:base]
	if t != isEmpty && e.not {
		t = isTrue + isFalse - t
	}
	return t, err
}

func (e equation) compare(env *Env, base int) (truth, error) {
	if err := e.left.collect(env, 0); err != nil {
		return isEmpty, err
	}
	middle := len(env.stack)
	if middle == base {
		return isEmpty, nil
	}
	if err := e.right.collect(env, 0); err != nil {
		return isEmpty, err
	}
	left, right := env.stack[base:middle], env.stack[middle:]
	if len(right) == 0 {
		return isEmpty, nil
	}
	if len(left) != len(right) {
		return isFalse, nil
	}
	for i := range left {
		if t, err := equalItems(env, left[i], right[i], e.at); t != isTrue || err != nil {
			return t, err
		}
	}
	return isTrue, nil
}

// textEquation is path = 'literal', the commonest equation of all.
type textEquation struct {
	left operand
	text string
	not  bool
	at   int
}

func (e textEquation) decide(env *Env) (truth, error) {
	base := len(env.stack)
	if err := e.left.collect(env, 2); err != nil {
		return isEmpty, err
	}
	found := env.stack[base:]
	env.stack = env.stack[:base]
	switch len(found) {
	case 0:
		return isEmpty, nil
	case 1:
		text, ok := found[0].Text()
		return truthOf((ok && text == e.text) != e.not), nil
	}
	return truthOf(e.not), nil
}

// Equal reports whether two items are equal in the sense of the operator "=". What cannot be told
// (2018-03 and 2018-03-01, units that do not convert) is not equal.
func Equal(a, b Item) bool {
	env := &Env{scratch: scratch{budget: 1 << 40}}
	t, _ := equalItems(env, a, b, 0)
	return t == isTrue
}

// equalItems compares two items; it is empty when that cannot be told.
func equalItems(env *Env, a, b Item, at int) (truth, error) {
	x, y := a.system(), b.system()
	switch {
	case x.kind == Element && y.kind == Element:
		same, err := equalNodes(env, x.node, y.node, at)
		return truthOf(same), err
	case x.kind == String && y.kind == String, x.kind == TypeInfo && y.kind == TypeInfo:
		return truthOf(x.text == y.text), nil
	case x.kind == Boolean && y.kind == Boolean:
		return truthOf(x.number == y.number), nil
	case x.isNumber() && y.isNumber():
		return truthOf(compareNumbers(x, y) == 0), nil
	case x.measures() && y.measures():
		order, known := compareQuantities(x, y)
		if !known {
			return isEmpty, nil
		}
		return truthOf(order == 0), nil
	case isTemporal(x.kind) && isTemporal(y.kind):
		if (x.kind == Time) != (y.kind == Time) {
			return isFalse, nil
		}
		order, known := compareTemporal(x, y)
		if !known {
			return isEmpty, nil
		}
		return truthOf(order == 0), nil
	}
	return isFalse, nil
}

func (i Item) isNumber() bool { return i.kind == Integer || i.kind == Long || i.kind == Decimal }

// measures reports whether an item is a quantity, or a number that can stand for one in '1'.
func (i Item) measures() bool { return i.kind == Quantity || i.isNumber() }

// equalNodes compares two elements with all that is in them, but for element ids, whatever the
// order of members of different names.
func equalNodes(env *Env, a, b element.Node, at int) (bool, error) {
	if a == b {
		return true, nil
	}
	if err := env.spend(1, at); err != nil {
		return false, err
	}
	if a.HasValue() != b.HasValue() || a.HasValue() && !equalValues(a, b) {
		return false, nil
	}
	ca, cb := skipID(a, a.FirstChild()), skipID(b, b.FirstChild())
	for !ca.IsZero() && !cb.IsZero() {
		other := cb
		if other.NameID() != ca.NameID() || other.Position() != ca.Position() {
			other = counterpart(b, ca)
		}
		if other.IsZero() {
			return false, nil
		}
		if same, err := equalNodes(env, ca, other, at); !same || err != nil {
			return false, err
		}
		ca, cb = skipID(a, ca.NextSibling()), skipID(b, cb.NextSibling())
	}
	return ca.IsZero() && cb.IsZero(), nil
}

// skipID passes the id of an element; that of a resource counts.
func skipID(parent, n element.Node) element.Node {
	if !n.IsZero() && !parent.IsResource() && n.Name() == "id" {
		return n.NextSibling()
	}
	return n
}

// counterpart is the child of b with the name and position of another's child.
func counterpart(b, child element.Node) element.Node {
	for c := b.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() == child.NameID() && c.Position() == child.Position() {
			return c
		}
	}
	return element.Node{}
}

func equalValues(a, b element.Node) bool {
	x, y := Of(a).system(), Of(b).system()
	switch {
	case x.isNumber() && y.isNumber():
		return compareNumbers(x, y) == 0
	case isTemporal(x.kind) && x.kind == y.kind:
		order, known := compareTemporal(x, y)
		return known && order == 0
	}
	return a.Text() == b.Text()
}

// compileEquation compiles = and !=.
func compileEquation(s *syntax, left, right part) part {
	uses := keepAll(&left, &right)
	not := s.name == "!="
	if l, ok := right.operand.(literal); ok && l.item.kind == String && textual(left.shape) {
		return part{boolean{textEquation{left.operand, l.item.text, not, s.at}}, ofKind(Boolean, uses)}
	}
	if l, ok := left.operand.(boolean); ok {
		if r, ok := right.operand.(boolean); ok {
			return part{boolean{truthEquation{l.decider, r.decider, not}}, ofKind(Boolean, uses)}
		}
	}
	return part{boolean{equation{left.operand, right.operand, not, s.at}}, ofKind(Boolean, uses)}
}

// truthEquation is an equation of two booleans: a.exists() = b.exists().
type truthEquation struct {
	left, right decider
	not         bool
}

func (e truthEquation) decide(env *Env) (truth, error) {
	left, err := e.left.decide(env)
	if left == isEmpty || err != nil {
		return isEmpty, err
	}
	right, err := e.right.decide(env)
	if right == isEmpty || err != nil {
		return isEmpty, err
	}
	return truthOf((left == right) != e.not), nil
}

// textual reports whether items are known to be strings or nothing is known that speaks against it.
func textual(s shape) bool {
	for _, t := range s.types {
		if t.Kind != definition.Primitive {
			return false
		}
	}
	return true
}
