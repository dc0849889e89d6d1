package fhirpath

// Functions of http://hl7.org/fhirpath/N1/#filtering-and-projection.

// compileWhere makes where(criterion) a step of a path, unless the criterion asks for $index.
func compileWhere(c *compiler, s *syntax, source part) (part, *Error) {
	criterion, err := c.lambda(source, s.args[0])
	if err != nil {
		return part{}, err
	}
	if c.strict && !criterion.canBe(Boolean) {
		return part{}, invalid(s.args[0].at, "a criterion must be a Boolean")
	}
	result := source.shape
	result.uses |= outer(criterion)
	test := asDecider(criterion.operand, s.at)
	if criterion.uses&usesIndex != 0 || len(c.variables) > 0 {
		return part{&filter{source.operand, test, s.at}, result}, nil
	}
	return part{extend(source.operand, step{kind: stepWhere, where: test, at: s.at}, s.at), result}, nil
}

// filter is a where() that counts its items.
type filter struct {
	source    operand
	criterion decider
	at        int
}

func (f *filter) collect(env *Env, _ int) error {
	return forEach(env, f.source, f.at, func() (bool, error) {
		t, err := f.criterion.decide(env)
		if t == isTrue {
			env.push(env.this)
		}
		return true, err
	})
}

// compileSelect appends a plain path to the path of its source; anything else is evaluated for
// each item.
func compileSelect(c *compiler, s *syntax, source part) (part, *Error) {
	projection, err := c.lambda(source, s.args[0])
	if err != nil {
		return part{}, err
	}
	result := projection.shape
	result.single = result.single && source.single
	result.unordered = result.unordered || source.unordered
	result.uses = source.uses | outer(projection)
	inner, plain := projection.operand.(*path)
	if outerPath, ok := source.operand.(*path); ok && plain && inner.from == nil {
		outerPath.steps = append(outerPath.steps, inner.steps...)
		return part{outerPath, result}, nil
	}
	return part{&projected{source.operand, projection.operand, s.at}, result}, nil
}

// projected is a select() whose projection is no plain path.
type projected struct {
	source     operand
	projection operand
	at         int
}

func (p *projected) collect(env *Env, _ int) error {
	return forEach(env, p.source, p.at, func() (bool, error) {
		return true, p.projection.collect(env, 0)
	})
}

// repeated is repeat(projection): the projection of the input, of the results, and so on. With
// unique set an item that is already there is not repeated.
type repeated struct {
	source     operand
	projection operand
	unique     bool
	at         int
}

func compileRepeat(unique bool) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		// What is repeated is not known to be like the source: items may nest other types.
		open := part{source.operand, shape{uses: source.uses}}
		projection, err := c.lambda(open, s.args[0])
		if err != nil {
			return part{}, err
		}
		r := &repeated{source.operand, projection.operand, unique, s.at}
		return part{r, shape{uses: source.uses | outer(projection), unordered: true}}, nil
	}
}

func (r *repeated) collect(env *Env, _ int) error {
	base := len(env.stack)
	if err := r.source.collect(env, 0); err != nil {
		return err
	}
	start := len(env.stack) // results begin here
	this, focus := env.this, env.focus
	env.focus = nil
	err := r.grow(env, base, start)
	env.this, env.focus = this, focus
	env.keep(base, start)
	return err
}

// grow projects what is on the stack from base on, results included, until there is nothing new.
func (r *repeated) grow(env *Env, base, start int) error {
	seen := itemIndex{}
	for at := base; at < len(env.stack); at++ {
		env.this = env.stack[at]
		from := len(env.stack)
		if err := r.projection.collect(env, 0); err != nil {
			return err
		}
		if err := env.spend(1, r.at); err != nil {
			return err
		}
		if !r.unique {
			if err := env.spend(len(env.stack)-from, r.at); err != nil {
				return err
			}
			continue
		}
		if err := dedupeFrom(env, &seen, from, r.at); err != nil {
			return err
		}
	}
	return nil
}

// compileOfType makes ofType(T) a step of a path.
func compileOfType(c *compiler, s *syntax, source part) (part, *Error) {
	t, err := c.typeFilter(s.args[0], true)
	if err != nil {
		return part{}, err
	}
	return c.cast(source, t, s.at)
}

// compileCoalesce gives the first argument that is not empty.
func compileCoalesce(c *compiler, s *syntax, source part) (part, *Error) {
	args, err := c.arguments(s)
	if err != nil {
		return part{}, err
	}
	var uses dependency
	o := make(coalesce, len(args))
	for i, arg := range args {
		o[i] = arg.operand
		uses |= arg.uses
	}
	return part{o, shape{uses: uses | source.uses}}, nil
}

type coalesce []operand

func (c coalesce) collect(env *Env, limit int) error {
	base := len(env.stack)
	for _, o := range c {
		if err := o.collect(env, limit); err != nil || len(env.stack) > base {
			return err
		}
	}
	return nil
}
