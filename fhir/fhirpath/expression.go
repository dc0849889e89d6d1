package fhirpath

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// Expression is a compiled FHIRPath expression. It is immutable and safe for concurrent use.
type Expression struct {
	set    *definition.Set
	text   string
	syntax *syntax
	root   operand
	test   decider
}

// Compile reads an expression and compiles it against definitions. The error is an *Error
// that says where and why.
func Compile(set *definition.Set, expr string, opts ...Option) (*Expression, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	tree, fault := parse(expr)
	if fault != nil {
		return nil, fault.located(expr)
	}
	c := compiler{model: modelOf(set), options: o}
	p, fault := c.whole(tree)
	if fault != nil {
		return nil, fault.located(expr)
	}
	return &Expression{set: set, text: expr, syntax: tree, root: p.operand, test: asDecider(p.operand, tree.at)}, nil
}

// MustCompile is Compile for expressions that are constants of the program; it panics on an error.
func MustCompile(set *definition.Set, expr string, opts ...Option) *Expression {
	e, err := Compile(set, expr, opts...)
	if err != nil {
		panic(err)
	}
	return e
}

// String is the expression as it was given.
func (e *Expression) String() string { return e.text }

// Canonical is the expression in a normal form: no comments, names in backticks, no parentheses but
// those needed. It compiles to the same.
func (e *Expression) Canonical() string { return e.syntax.String() }

// Evaluate gives everything the expression selects from a focus: usually one Item made with
// Of, or several, or none. The error is an *Error. A nil env is a fresh one.
func (e *Expression) Evaluate(env *Env, focus ...Item) (Collection, error) {
	var result Collection
	if env == nil {
		env = new(Env)
	}
	var this Item
	if len(focus) == 1 {
		this = focus[0]
	}
	base, err := env.begin(e, this)
	if err != nil {
		return nil, err
	}
	defer env.end(base)
	if len(focus) > 1 {
		env.focus = focus
		defer func() { env.focus = nil }()
	}
	if err := e.root.collect(env, 0); err != nil {
		return nil, e.located(err)
	}
	return append(result, env.stack[base:]...), nil
}

// Each calls yield with every item the expression selects from a node, until it returns false. It does not
// allocate, and yield may evaluate other expressions in the same Env.
func (e *Expression) Each(env *Env, focus element.Node, yield func(Item) bool) error {
	if env == nil {
		env = new(Env)
	}
	base, err := env.begin(e, Of(focus))
	if err != nil {
		return err
	}
	defer env.end(base)
	if err := e.root.collect(env, 0); err != nil {
		return e.located(err)
	}
	for i, n := base, len(env.stack); i < n; i++ {
		if !yield(env.stack[i]) {
			break
		}
	}
	return nil
}

// Holds reports whether an invariant holds of a node
// (https://hl7.org/fhir/R4/conformance-rules.html#constraints). As in HL7's validator the result
// is made a boolean: true, or a single item that is no boolean, holds; false, or nothing at all,
// does not. Several items are an error.
func (e *Expression) Holds(env *Env, focus element.Node) (bool, error) {
	if env == nil {
		env = new(Env)
	}
	base, err := env.begin(e, Of(focus))
	if err != nil {
		return false, err
	}
	t, err := e.test.decide(env)
	env.end(base)
	return t == isTrue, e.located(err)
}

// located completes an error with line and column. A nil stays a nil interface.
func (e *Expression) located(err error) error {
	if err == nil {
		return nil
	}
	if fault, ok := err.(*Error); ok {
		return fault.located(e.text)
	}
	return err
}
