package validation

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// quickTest tells whether an invariant holds of a node from which children it has, as far as that
// can be told.
type quickTest func(present presence, n element.Node) verdict

// elementHasContent is ele-1, which stands on every element of FHIR.
const elementHasContent = "hasValue() or (children().count() > id.count())"

// compileQuickTest makes the quick test of an expression at a structure, or nil when it could never
// tell. It reads the part of FHIRPath that combines "x.exists()", "x.empty()" and the like by
// and, or, xor, implies, = and !=. What it does not read counts as unknown, so that half a test is
// a test too: "start.hasValue().not() or end.hasValue().not() or (start <= end)" holds of
// whatever has no start.
func compileQuickTest(expression string, s *definition.Structure) quickTest {
	tokens, ok := quickTokens(expression)
	if !ok {
		return nil
	}
	c := quickCompiler{tokens: tokens, structure: s}
	test := c.implies()
	if c.failed || c.at != len(tokens) {
		return nil
	}
	return test
}

// quickCompiler reads by recursive descent; each method gives nil for a part it cannot tell.
type quickCompiler struct {
	tokens    []string
	at        int
	structure *definition.Structure
	failed    bool
}

func (c *quickCompiler) peek(ahead int) string {
	if c.at+ahead < len(c.tokens) {
		return c.tokens[c.at+ahead]
	}
	return ""
}

func (c *quickCompiler) accept(token string) bool {
	if c.peek(0) != token {
		return false
	}
	c.at++
	return true
}

func (c *quickCompiler) implies() quickTest {
	left := c.or()
	for c.accept("implies") {
		left = combine(left, c.or(), func(a, b verdict) verdict { return either(negation(a), b) })
	}
	return left
}

func (c *quickCompiler) or() quickTest {
	left := c.and()
	for {
		switch {
		case c.accept("or"):
			left = combine(left, c.and(), either)
		case c.accept("xor"):
			left = combine(left, c.and(), func(a, b verdict) verdict { return negation(same(a, b)) })
		default:
			return left
		}
	}
}

func (c *quickCompiler) and() quickTest {
	left := c.equality()
	for c.accept("and") {
		left = combine(left, c.equality(), both)
	}
	return left
}

func (c *quickCompiler) equality() quickTest {
	left := c.term()
	for {
		switch {
		case c.accept("="):
			left = combine(left, c.term(), same)
		case c.accept("!="):
			left = combine(left, c.term(), func(a, b verdict) verdict { return negation(same(a, b)) })
		case c.isBoundary():
			return left
		default: // an operator that binds more tightly: the operand is not a truth
			c.skipOperand()
			left = nil
		}
	}
}

// isBoundary reports whether the next token ends an operand of and, or, xor or implies.
func (c *quickCompiler) isBoundary() bool {
	switch c.peek(0) {
	case "", ")", "and", "or", "xor", "implies", "=", "!=":
		return true
	}
	return false
}

func (c *quickCompiler) skipOperand() {
	for !c.isBoundary() {
		c.skipToken()
	}
}

// skipToken passes over a token, or over everything in parentheses or brackets.
func (c *quickCompiler) skipToken() {
	opening := c.peek(0)
	c.at++
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}[opening]
	if closing == "" {
		return
	}
	for c.peek(0) != closing {
		if c.at >= len(c.tokens) {
			c.failed = true
			return
		}
		c.skipToken()
	}
	c.at++
}

// term reads one operand: something in parentheses, a path from a child, or what cannot be told.
func (c *quickCompiler) term() quickTest {
	if c.failed || c.isBoundary() {
		c.failed = true
		return nil
	}
	if c.accept("(") {
		inner := c.implies()
		if !c.accept(")") {
			c.failed = true
			return nil
		}
		return c.nots(inner)
	}
	if test, ok := c.special(); ok {
		return test
	}
	if e := c.structure.Element(c.peek(0)); e != nil && bitOf(e) != 0 {
		return c.path(e)
	}
	c.skipOperand()
	return nil
}

// nots reads any number of ".not()"; whatever else follows makes the operand unknown.
func (c *quickCompiler) nots(test quickTest) quickTest {
	for c.takes(".", "not", "(", ")") {
		test = not(test)
	}
	if !c.isBoundary() {
		c.skipOperand()
		return nil
	}
	return test
}

func (c *quickCompiler) takes(tokens ...string) bool {
	for i, token := range tokens {
		if c.peek(i) != token {
			return false
		}
	}
	c.at += len(tokens)
	return true
}

// special reads the two halves of ele-1.
func (c *quickCompiler) special() (quickTest, bool) {
	if c.takes("hasValue", "(", ")") {
		return c.nots(func(_ presence, n element.Node) verdict { return truth(n.HasValue()) }), true
	}
	id := c.structure.Element("id")
	if id != nil && c.takes("children", "(", ")", ".", "count", "(", ")", ">", "id", ".", "count", "(", ")") {
		others := ^bitOf(id)
		return func(present presence, _ element.Node) verdict { return truth(present&others != 0) }, true
	}
	return nil, false
}
