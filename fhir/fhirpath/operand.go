package fhirpath

import "hearken/fhir"

// operand is a compiled part of an expression.
type operand interface {
	// collect pushes the items of the result. With a limit above 0 it may stop after that many.
	collect(env *Env, limit int) error
}

// scalar is an operand whose result is one item or none, and that need not go over the stack.
type scalar interface {
	// one gives the item; the zero Item is an empty result.
	one(env *Env) (Item, error)
}

// decider is an operand whose result is a boolean or empty.
type decider interface {
	decide(env *Env) (truth, error)
}

// counter is an operand that can count its items without pushing them.
type counter interface {
	count(env *Env, limit int) (int, error)
}

// truth is a result in three-valued logic (http://hl7.org/fhirpath/N1/#boolean-logic).
type truth uint8

const (
	isEmpty truth = iota
	isFalse
	isTrue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

func (t truth) item() Item {
	if t == isEmpty {
		return Item{}
	}
	return OfBoolean(t == isTrue)
}

// boolean makes an operand of a decider.
type boolean struct{ decider }

func (b boolean) one(env *Env) (Item, error) {
	t, err := b.decide(env)
	return t.item(), err
}

func (b boolean) collect(env *Env, _ int) error { return collectOne(env, b) }

// collectOne is collect for scalars.
func collectOne(env *Env, s scalar) error {
	i, err := s.one(env)
	if err == nil && i.kind != 0 {
		env.push(i)
	}
	return err
}

// asDecider is an operand read as a boolean, by the rule for singletons: a boolean is
// itself, any other single item is true, several are an error
// (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).
func asDecider(o operand, at int) decider {
	if b, ok := o.(boolean); ok {
		return b.decider
	}
	if d, ok := o.(decider); ok {
		return d
	}
	return singletonTruth{o, at}
}

type singletonTruth struct {
	operand
	at int
}

func (s singletonTruth) decide(env *Env) (truth, error) {
	i, err := single(env, s.operand, s.at)
	return i.truth(), err
}

func (i Item) truth() truth {
	if i.kind == 0 {
		return isEmpty
	}
	if b, ok := i.Boolean(); ok {
		return truthOf(b)
	}
	return isTrue
}

// single gives the only item of an operand, or the zero Item; several are an error.
func single(env *Env, o operand, at int) (Item, error) {
	if s, ok := o.(scalar); ok {
		return s.one(env)
	}
	base := len(env.stack)
	if err := o.collect(env, 2); err != nil {
		return Item{}, err
	}
	found := env.stack[base:]
	env.stack = env.stack[:base]
	switch len(found) {
	case 0:
		return Item{}, nil
	case 1:
		return found[0], nil
	}
	return Item{}, failed(at, "several items where one is expected")
}

// countOf counts the items of an operand, up to a limit when that is above 0.
func countOf(env *Env, o operand, limit int) (int, error) {
	if c, ok := o.(counter); ok {
		return c.count(env, limit)
	}
	base := len(env.stack)
	err := o.collect(env, limit)
	n := len(env.stack) - base
	env.stack = env.stack[:base]
	return n, err
}

func tooCostly(at int) *Error {
	return fault(at, fhir.CodeTooCostly, "the evaluation takes more steps than allowed")
}

// constant is an operand known when compiling.
type constant []Item

func (c constant) collect(env *Env, _ int) error { return env.pushAll(c, 0) }

func (c constant) count(*Env, int) (int, error) { return len(c), nil }

// literal is a constant of one item.
type literal struct{ item Item }

func (l literal) one(*Env) (Item, error) { return l.item, nil }

func (l literal) collect(env *Env, _ int) error {
	env.push(l.item)
	return nil
}
