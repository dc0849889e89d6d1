package fhirpath

// scalarCall is a function of one item, whose result is one item or none
// (http://hl7.org/fhirpath/N1/#functions). With an empty argument the result is empty;
// without input too, as a rule.
type scalarCall struct {
	name    string
	at      int
	source  operand
	args    []operand
	run     scalarFunction
	without Item // the result for no input
}

// scalarFunction gives the result for an input and arguments that are all there.
type scalarFunction func(env *Env, c *scalarCall, in Item, args []Item) (Item, error)

func (c *scalarCall) collect(env *Env, _ int) error { return collectOne(env, c) }

func (c *scalarCall) one(env *Env) (Item, error) {
	in, err := single(env, c.source, c.at)
	if err != nil || in.kind == 0 {
		return c.without, err
	}
	// The arguments lie on the stack while the function runs: a slice of its own would be
	// allocated for each call.
	base := len(env.stack)
	for _, arg := range c.args {
		i, err := single(env, arg, c.at)
		if err != nil || i.kind == 0 {
			env.stack = env.stack[:base]
			return Item{}, err
		}
		env.push(i)
	}
	result, err := c.run(env, c, in, env.stack[base:])
	env.stack = env.stack[:base]
	return result, err
}

// compileScalar makes a call of a function of one item.
func (c *compiler) compileScalar(s *syntax, source part, run scalarFunction) (*scalarCall, dependency, *Error) {
	args, err := c.arguments(s)
	if err != nil {
		return nil, 0, err
	}
	call := &scalarCall{name: s.name, at: s.at, source: source.operand, run: run}
	uses := source.uses
	for _, arg := range args {
		uses |= arg.uses
	}
	for _, arg := range args {
		call.args = append(call.args, keep(arg, uses).operand)
	}
	return call, uses, nil
}

// ofAny is the row of a function that takes any item. What it gives is not known beforehand.
func ofAny(run scalarFunction) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		call, uses, err := c.compileScalar(s, source, run)
		return part{call, shape{single: true, uses: uses | outsideOf(s.name)}}, err
	}
}

// outsideOf is what the functions with hooks depend on besides their arguments.
func outsideOf(name string) dependency {
	if name == "conformsTo" || name == "memberOf" {
		return usesOutside
	}
	return 0
}

// listCall is a function of a whole collection.
type listCall struct {
	name   string
	at     int
	source operand
	args   []operand
	run    listFunction
}

// listFunction finds its input on the stack from base on, and leaves its result there.
type listFunction func(env *Env, c *listCall, base int) error

func (c *listCall) collect(env *Env, _ int) error {
	base := len(env.stack)
	if err := c.source.collect(env, 0); err != nil {
		return err
	}
	return c.run(env, c, base)
}

// list is the row of a function of a collection that keeps its types.
func list(run listFunction) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		args, err := c.arguments(s)
		if err != nil {
			return part{}, err
		}
		call := &listCall{name: s.name, at: s.at, source: source.operand, run: run}
		result := source.shape
		result.single = false
		for _, arg := range args {
			if s.name == "combine" {
				result = result.union(arg.shape)
				result.single = false
			}
			result.uses |= arg.uses
		}
		for i := range args {
			arg := keep(args[i], result.uses)
			call.args = append(call.args, arg.operand)
		}
		return part{call, result}, nil
	}
}

// ordered is the row of a function that asks for a position in a collection.
func ordered(run listFunction) func(*compiler, *syntax, part) (part, *Error) {
	compile := list(run)
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		if c.strict && source.unordered {
			return part{}, invalid(s.at, "%s of a collection without order", s.name)
		}
		return compile(c, s, source)
	}
}

// integerArgument gives the only argument of a list function as an integer; ok is false when it is empty.
func (c *listCall) integerArgument(env *Env) (n int, ok bool, err error) {
	i, err := single(env, c.args[0], c.at)
	if err != nil || i.kind == 0 {
		return 0, false, err
	}
	number, ok := i.Integer()
	if !ok {
		return 0, false, failed(c.at, "%s needs an Integer", c.name)
	}
	return int(max(min(number, 1<<31), -1)), true, nil
}
