package fhirpath

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// compiler turns a parse tree into operands.
type compiler struct {
	options
	model     *model
	this      shape    // of $this
	total     shape    // of $total
	inLambda  int      // how many criteria and projections stand around
	variables []string // by defineVariable, so far
}

// whole compiles an expression.
func (c *compiler) whole(s *syntax) (part, *Error) {
	c.this, c.total = shape{single: true, uses: usesItem}, shape{uses: usesLocal}
	if c.on != "" {
		on := c.model.set.StructureAt(c.on)
		if on == nil {
			return part{}, invalid(0, "there is no type %s to compile for", c.on)
		}
		c.this.types = []*definition.Structure{on}
	}
	return c.compile(s)
}

// compile compiles one node of the tree.
func (c *compiler) compile(s *syntax) (part, *Error) {
	switch s.form {
	case formLiteral:
		return part{literal{s.value}, ofKind(s.value.kind, 0)}, nil
	case formEmpty:
		return nothing(0), nil
	case formThis:
		return c.special(s), nil
	case formVariable:
		return c.variable(s)
	case formName:
		return c.name(s)
	case formCall:
		return c.call(s)
	case formIndex:
		return c.index(s)
	case formPolarity:
		return c.polarity(s)
	case formType:
		return c.typeOperation(s)
	}
	return c.binary(s)
}

func nothing(uses dependency) part {
	return part{constant(nil), shape{nothing: true, single: true, uses: uses}}
}

// special compiles $this, $index and $total.
func (c *compiler) special(s *syntax) part {
	switch s.name {
	case "$index":
		return part{indexVariable{}, ofKind(Integer, usesItem|usesIndex)}
	case "$total":
		return part{totalVariable{s.at}, c.total}
	}
	return c.focus(s.at)
}

// focus is $this, or what an expression starts from.
func (c *compiler) focus(at int) part { return part{&path{at: at}, c.this} }

// name compiles a member: of its source, or at the beginning a type or a member of $this.
func (c *compiler) name(s *syntax) (part, *Error) {
	if s.left != nil {
		source, err := c.compile(s.left)
		if err != nil {
			return part{}, err
		}
		return c.member(source, s)
	}
	if t := c.model.set.Structure(s.name); t != nil && isUpper(s.name) {
		return c.start(s)
	}
	return c.member(c.focus(s.at), s)
}

func isUpper(name string) bool { return name[0] >= 'A' && name[0] <= 'Z' }

// start compiles a type name at the beginning: the focus, if it is of that type.
func (c *compiler) start(s *syntax) (part, *Error) {
	filter, err := c.typeFilter(s, false)
	if err != nil {
		return part{}, err
	}
	p := c.focus(s.at)
	cast := p.cast(filter)
	if cast.nothing {
		if c.strict {
			return part{}, invalid(s.at, "the focus cannot be a %s", s.name)
		}
		return nothing(p.uses), nil
	}
	if p.types != nil && len(p.types) == 1 && filter.member[p.types[0].Index] {
		return p, nil // the focus is known to be one
	}
	return part{extend(p.operand, step{kind: stepType, filter: filter, at: s.at}, s.at), cast}, nil
}

// member compiles a step to a child.
func (c *compiler) member(source part, s *syntax) (part, *Error) {
	child, ok := source.child(s.name)
	if !ok && c.strict {
		return part{}, invalid(s.at, "there can be no element %s here", s.name)
	}
	if !ok || source.nothing {
		return nothing(source.uses), nil
	}
	if source.system == TypeInfo {
		child = ofKind(String, source.uses)
	}
	id := c.model.set.NameID(s.name)
	return part{extend(source.operand, step{kind: stepChild, name: id, text: s.name, at: s.at}, s.at), child}, nil
}

// extend adds a step to an operand: to its steps when it is a path, else as a new path from it.
func extend(source operand, st step, at int) *path {
	if p, ok := source.(*path); ok {
		p.steps = append(p.steps, st)
		return p
	}
	return &path{from: source, steps: []step{st}, at: at}
}

// lambda compiles a criterion or projection, whose $this is one item of the source. The
// item-bound dependencies of the result are the lambda's own and are left out.
func (c *compiler) lambda(source part, s *syntax) (part, *Error) {
	this, variables := c.this, len(c.variables)
	c.this = source.shape
	c.this.single = true
	c.this.uses |= usesItem
	c.inLambda++
	p, err := c.compile(s)
	c.inLambda--
	c.this, c.variables = this, c.variables[:variables]
	return p, err
}

// outer is what a lambda depends on outside itself.
func outer(p part) dependency { return p.uses &^ (usesItem | usesIndex) }

// call compiles a function call.
func (c *compiler) call(s *syntax) (part, *Error) {
	f, ok := functions[s.name]
	if !ok {
		return part{}, invalid(s.at, "there is no function %s", s.name)
	}
	if f.compile == nil {
		return part{}, fault(s.at, fhir.CodeNotSupported, "the function %s is not supported", s.name)
	}
	if n := len(s.args); n < f.min || n > f.max {
		return part{}, invalid(s.at, "%s takes %s, not %d", s.name, f.arity(), n)
	}
	source := c.focus(s.at)
	if s.left != nil {
		var err *Error
		if source, err = c.compile(s.left); err != nil {
			return part{}, err
		}
	}
	return f.compile(c, s, source)
}

// arguments compiles arguments that are evaluated once, where the call stands.
func (c *compiler) arguments(s *syntax) ([]part, *Error) {
	args := make([]part, len(s.args))
	for i, arg := range s.args {
		var err *Error
		if args[i], err = c.compile(arg); err != nil {
			return nil, err
		}
	}
	return args, nil
}
