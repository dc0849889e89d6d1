package fhirpath

// Operators and, or, xor and implies, and the function not()
// (http://hl7.org/fhirpath/N1/#boolean-logic). The right side is evaluated only when it matters.

type conjunction struct{ left, right decider }

func (c conjunction) decide(env *Env) (truth, error) {
	left, err := c.left.decide(env)
	if left == isFalse || err != nil {
		return left, err
	}
	right, err := c.right.decide(env)
	if left == isTrue || right == isFalse {
		return right, err
	}
	return isEmpty, err
}

type disjunction struct{ left, right decider }

func (d disjunction) decide(env *Env) (truth, error) {
	left, err := d.left.decide(env)
	if left == isTrue || err != nil {
		return left, err
	}
	right, err := d.right.decide(env)
	if left == isFalse || right == isTrue {
		return right, err
	}
	return isEmpty, err
}

type exclusive struct{ left, right decider }

func (x exclusive) decide(env *Env) (truth, error) {
	left, err := x.left.decide(env)
	if left == isEmpty || err != nil {
		return isEmpty, err
	}
	right, err := x.right.decide(env)
	if right == isEmpty || err != nil {
		return isEmpty, err
	}
	return truthOf(left != right), nil
}

type implication struct{ left, right decider }

func (i implication) decide(env *Env) (truth, error) {
	left, err := i.left.decide(env)
	if left == isFalse || err != nil {
		return isTrue, err
	}
	right, err := i.right.decide(env)
	if left == isTrue || right == isTrue {
		return right, err
	}
	return isEmpty, err
}

type negation struct{ source decider }

func (n negation) decide(env *Env) (truth, error) {
	t, err := n.source.decide(env)
	if t != isEmpty {
		t = isTrue + isFalse - t
	}
	return t, err
}

func compileNot(_ *compiler, s *syntax, source part) (part, *Error) {
	return part{boolean{negation{asDecider(source.operand, s.at)}}, ofKind(Boolean, source.uses)}, nil
}

// compileLogic compiles and, or, xor and implies.
func compileLogic(s *syntax, left, right part) part {
	uses := keepAll(&left, &right)
	l, r := asDecider(left.operand, s.left.at), asDecider(right.operand, s.right.at)
	var d decider
	switch s.name {
	case "and":
		d = conjunction{l, r}
	case "or":
		d = disjunction{l, r}
	case "xor":
		d = exclusive{l, r}
	default:
		d = implication{l, r}
	}
	return part{boolean{d}, ofKind(Boolean, uses)}
}
