package fhirpath

// Functions of http://hl7.org/fhirpath/N1/#combining, and the operator "|".

// union is left | right: both, without what is equal to an item before it.
type union struct {
	parts []operand
	at    int
}

func (u *union) collect(env *Env, limit int) error {
	base := len(env.stack)
	filled := 0
	for _, o := range u.parts {
		from := len(env.stack)
		if err := o.collect(env, limit); err != nil {
			return err
		}
		if len(env.stack) > from {
			filled++
		}
	}
	if len(env.stack) == base+1 || filled == 0 {
		return nil
	}
	return dedupe(env, base, u.at)
}

// count asks whether there is anything without comparing what there is.
func (u *union) count(env *Env, limit int) (int, error) {
	if limit == 1 {
		for _, o := range u.parts {
			if n, err := countOf(env, o, 1); n > 0 || err != nil {
				return n, err
			}
		}
		return 0, nil
	}
	base := len(env.stack)
	err := u.collect(env, 0)
	n := len(env.stack) - base
	env.stack = env.stack[:base]
	return n, err
}

// unite makes a union, of the parts of unions on its left, and without those that are always empty.
func unite(left, right part, at int) part {
	shape := left.union(right.shape)
	switch {
	case left.nothing:
		right.shape.uses = shape.uses
		return part{distinctUnion(right, at), shape}
	case right.nothing:
		return part{distinctUnion(left, at), shape}
	}
	if u, ok := left.operand.(*union); ok {
		u.parts = append(u.parts, right.operand)
		return part{u, shape}
	}
	return part{&union{parts: []operand{left.operand, right.operand}, at: at}, shape}
}

// distinctUnion is a union of one part: equal items are still merged.
func distinctUnion(p part, at int) operand {
	if _, ok := p.operand.(*union); ok || p.single {
		return p.operand
	}
	return &union{parts: []operand{p.operand}, at: at}
}

func compileUnionCall(c *compiler, s *syntax, source part) (part, *Error) {
	arg, err := c.compile(s.args[0])
	if err != nil {
		return part{}, err
	}
	return unite(source, arg, s.at), nil
}

// combine appends the argument, equal items included.
func combine(env *Env, c *listCall, _ int) error {
	before := len(env.stack)
	if err := c.args[0].collect(env, 0); err != nil {
		return err
	}
	return env.spend(len(env.stack)-before, c.at)
}
