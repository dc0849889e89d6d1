package fhirpath

// Functions of http://hl7.org/fhirpath/N1/#subsetting.

// index compiles source[i].
func (c *compiler) index(s *syntax) (part, *Error) {
	source, err := c.compile(s.left)
	if err != nil {
		return part{}, err
	}
	if c.strict && source.unordered {
		return part{}, invalid(s.at, "an index into a collection without order")
	}
	at, err := c.compile(s.right)
	if err != nil {
		return part{}, err
	}
	result := source.one()
	result.uses |= at.uses
	return part{indexed{source.operand, at.operand, s.at}, result}, nil
}

type indexed struct {
	source, index operand
	at            int
}

func (x indexed) collect(env *Env, _ int) error { return collectOne(env, x) }

func (x indexed) one(env *Env) (Item, error) {
	i, err := single(env, x.index, x.at)
	if err != nil || i.kind == 0 {
		return Item{}, err
	}
	n, ok := i.Integer()
	if !ok {
		return Item{}, failed(x.at, "an index must be an Integer")
	}
	if n < 0 || n >= 1<<31-1 {
		return Item{}, nil
	}
	return nth(env, x.source, int(n))
}

// nth gives one item of an operand, by position.
func nth(env *Env, source operand, n int) (Item, error) {
	base := len(env.stack)
	err := source.collect(env, n+1)
	found := Item{}
	if err == nil && len(env.stack) > base+n {
		found = env.stack[base+n]
	}
	env.stack = env.stack[:base]
	return found, err
}

// compileFirst is source[0].
func compileFirst(c *compiler, s *syntax, source part) (part, *Error) {
	if c.strict && source.unordered {
		return part{}, invalid(s.at, "first of a collection without order")
	}
	zero := literal{OfInteger(0)}
	return part{indexed{source.operand, zero, s.at}, source.one()}, nil
}

// only is single().
type only struct {
	source operand
	at     int
}

func (o only) collect(env *Env, _ int) error { return collectOne(env, o) }

func (o only) one(env *Env) (Item, error) { return single(env, o.source, o.at) }

func compileSingle(_ *compiler, s *syntax, source part) (part, *Error) {
	return part{only{source.operand, s.at}, source.one()}, nil
}

func last(env *Env, _ *listCall, base int) error {
	if n := len(env.stack); n > base {
		env.keep(base, n-1)
	}
	return nil
}

func tail(env *Env, _ *listCall, base int) error {
	env.keep(base, min(base+1, len(env.stack)))
	return nil
}

func skip(env *Env, c *listCall, base int) error {
	n, ok, err := c.integerArgument(env)
	if err != nil {
		return err
	}
	if !ok {
		env.stack = env.stack[:base]
		return nil
	}
	env.keep(base, min(base+max(n, 0), len(env.stack)))
	return nil
}

func take(env *Env, c *listCall, base int) error {
	n, _, err := c.integerArgument(env)
	env.stack = env.stack[:min(base+max(n, 0), len(env.stack))]
	return err
}

// intersect keeps, once each, the items that are in the argument too.
func intersect(env *Env, c *listCall, base int) error {
	if err := dedupe(env, base, c.at); err != nil {
		return err
	}
	return keepIf(env, c, base, true)
}

// exclude keeps the items that are not in the argument; what is there twice stays twice.
func exclude(env *Env, c *listCall, base int) error { return keepIf(env, c, base, false) }

func keepIf(env *Env, c *listCall, base int, want bool) error {
	index, err := membersOf(env, c.args[0])
	if err != nil {
		return err
	}
	kept := base
	for at := base; at < len(env.stack); at++ {
		found, err := index.has(env, env.stack[at], c.at)
		if err != nil {
			return err
		}
		if found == want {
			env.stack[kept] = env.stack[at]
			kept++
		}
	}
	env.stack = env.stack[:kept]
	return nil
}
