package fhirpath

// Functions of http://hl7.org/fhirpath/N1/#existence.

// existence asks whether an operand has items, looking at no more than one.
type existence struct {
	source operand
	want   bool
}

func (e existence) decide(env *Env) (truth, error) {
	n, err := countOf(env, e.source, 1)
	return truthOf(n > 0 == e.want), err
}

func compileEmpty(_ *compiler, _ *syntax, source part) (part, *Error) {
	return compileEmptyOrNot(source, false), nil
}

func compileEmptyOrNot(source part, want bool) part {
	return part{boolean{existence{source.operand, want}}, ofKind(Boolean, source.uses)}
}

// compileExists makes exists(criterion) of where(criterion).
func compileExists(c *compiler, s *syntax, source part) (part, *Error) {
	if len(s.args) == 1 {
		var err *Error
		if source, err = compileWhere(c, s, source); err != nil {
			return part{}, err
		}
	}
	return compileEmptyOrNot(source, true), nil
}

// universal is all(criterion).
type universal struct {
	source    operand
	criterion decider
	at        int
}

func compileAll(c *compiler, s *syntax, source part) (part, *Error) {
	criterion, err := c.lambda(source, s.args[0])
	if err != nil {
		return part{}, err
	}
	u := universal{source.operand, asDecider(criterion.operand, s.at), s.at}
	return part{boolean{u}, ofKind(Boolean, source.uses|outer(criterion))}, nil
}

func (u universal) decide(env *Env) (truth, error) {
	result := isTrue
	err := forEach(env, u.source, u.at, func() (bool, error) {
		t, err := u.criterion.decide(env)
		if t != isTrue {
			result = isFalse
		}
		return t == isTrue, err
	})
	return result, err
}

// truths is allTrue, anyTrue, allFalse and anyFalse: whether any item is what is looked for, and what
// that makes the result.
type truths struct {
	source operand
	look   truth
	found  truth
	at     int
}

func (t truths) decide(env *Env) (truth, error) {
	base := len(env.stack)
	err := t.source.collect(env, 0)
	items := env.stack[base:]
	env.stack = env.stack[:base]
	result := isTrue + isFalse - t.found
	for _, i := range items {
		b, ok := i.Boolean()
		if !ok {
			return isEmpty, failed(t.at, "only Booleans can be asked whether they are true")
		}
		if truthOf(b) == t.look {
			result = t.found
		}
	}
	return result, err
}

func anyIs(want truth) func(*compiler, *syntax, part) (part, *Error) {
	return func(_ *compiler, s *syntax, source part) (part, *Error) {
		return part{boolean{truths{source.operand, want, isTrue, s.at}}, ofKind(Boolean, source.uses)}, nil
	}
}

func allAre(want truth) func(*compiler, *syntax, part) (part, *Error) {
	return func(_ *compiler, s *syntax, source part) (part, *Error) {
		other := isTrue + isFalse - want
		return part{boolean{truths{source.operand, other, isFalse, s.at}}, ofKind(Boolean, source.uses)}, nil
	}
}

// counting is count().
type counting struct{ source operand }

func (c counting) collect(env *Env, _ int) error { return collectOne(env, c) }

func (c counting) one(env *Env) (Item, error) {
	n, err := countOf(env, c.source, 0)
	return OfInteger(int64(n)), err
}

func compileCount(_ *compiler, _ *syntax, source part) (part, *Error) {
	return part{counting{source.operand}, ofKind(Integer, source.uses)}, nil
}

// subset is subsetOf and, turned round, supersetOf.
type subset struct {
	inner, outer operand
	at           int
}

func compileSubset(turned bool) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		args, err := c.arguments(s)
		if err != nil {
			return part{}, err
		}
		uses := keepAll(&source, &args[0])
		sub := subset{source.operand, args[0].operand, s.at}
		if turned {
			sub.inner, sub.outer = sub.outer, sub.inner
		}
		return part{boolean{sub}, ofKind(Boolean, uses)}, nil
	}
}

func (s subset) decide(env *Env) (truth, error) {
	base := len(env.stack)
	defer func() { env.stack = env.stack[:base] }()
	if err := s.outer.collect(env, 0); err != nil {
		return isEmpty, err
	}
	middle := len(env.stack)
	if err := s.inner.collect(env, 0); err != nil {
		return isEmpty, err
	}
	index := indexOfItems(env.stack[base:middle])
	for _, i := range env.stack[middle:] {
		if found, err := index.has(env, i, s.at); !found || err != nil {
			return isFalse, err
		}
	}
	return isTrue, nil
}

// distinctness is isDistinct().
type distinctness struct {
	source operand
	at     int
}

func compileIsDistinct(_ *compiler, s *syntax, source part) (part, *Error) {
	return part{boolean{distinctness{source.operand, s.at}}, ofKind(Boolean, source.uses)}, nil
}

func (d distinctness) decide(env *Env) (truth, error) {
	base := len(env.stack)
	if err := d.source.collect(env, 0); err != nil {
		return isEmpty, err
	}
	n := len(env.stack)
	err := dedupe(env, base, d.at)
	same := len(env.stack) == n
	env.stack = env.stack[:base]
	return truthOf(same), err
}

// distinct keeps the first of items that are equal.
func distinct(env *Env, c *listCall, base int) error { return dedupe(env, base, c.at) }
