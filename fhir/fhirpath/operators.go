package fhirpath

// binary compiles an operator with two operands.
func (c *compiler) binary(s *syntax) (part, *Error) {
	left, err := c.compile(s.left)
	if err != nil {
		return part{}, err
	}
	right, err := c.compile(s.right)
	if err != nil {
		return part{}, err
	}
	switch s.name {
	case "and", "or", "xor", "implies":
		return constantFolded(compileLogic(s, left, right)), nil
	case "=", "!=":
		return constantFolded(compileEquation(s, left, right)), nil
	case "~", "!~":
		return constantFolded(compileEquivalence(s, left, right)), nil
	case "<", "<=", ">", ">=":
		return constantFolded(compileOrdering(s, left, right)), nil
	case "in":
		return constantFolded(compileMembership(s, left, right)), nil
	case "contains":
		return constantFolded(compileMembership(s, right, left)), nil
	case "|":
		return constantFolded(unite(left, right, s.at)), nil
	}
	p, err := c.arithmetic(s, left, right)
	return constantFolded(p), err
}

// constantFolded evaluates what depends on nothing once and for all, when compiling. What fails
// stays as it is, and fails when it is evaluated.
func constantFolded(p part) part {
	if p.uses != 0 || p.operand == nil {
		return p
	}
	env := &Env{scratch: scratch{budget: 1000}}
	if err := p.collect(env, 0); err != nil || len(env.stack) > 1000 {
		return p
	}
	if len(env.stack) == 1 {
		p.operand = literal{env.stack[0]}
	} else {
		p.operand = constant(env.stack)
	}
	return p
}
