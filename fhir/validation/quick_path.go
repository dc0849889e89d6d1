package validation

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// navigating functions give nothing when given nothing.
var navigating = map[string]bool{"where": true, "select": true, "ofType": true, "as": true, "trace": true, "first": true, "last": true, "tail": true, "resolve": true}

// ofNothing is what functions that end a path say of nothing.
var ofNothing = map[string]verdict{"exists": fails, "empty": holds, "all": holds, "isDistinct": holds, "hasValue": fails}

// path reads a path that begins with a child: "x.exists()" can be told either way, and of
// "x.where(…).y.empty()" it can be told what it says when there is no x.
func (c *quickCompiler) path(e *definition.Element) quickTest {
	c.at++
	bit, direct := bitOf(e), true
	for c.peek(0) == "." {
		name := c.peek(1)
		if c.peek(2) != "(" {
			c.at, direct = c.at+2, false // a step to a child
			continue
		}
		empty, ends := ofNothing[name]
		if !ends && !navigating[name] {
			c.skipOperand()
			return nil
		}
		bare := c.peek(3) == ")"
		c.at += 2
		c.skipToken() // the arguments
		if ends {
			return c.nots(presenceTest(bit, empty, direct && bare && (name == "exists" || name == "empty")))
		}
		direct = false
	}
	// A path that is a truth of its own ("isModifier"), or an operand of something else.
	c.skipOperand()
	return nil
}

// presenceTest says what a path gives when its first child is absent, and the opposite when it is there
// and that is known.
func presenceTest(bit presence, absent verdict, known bool) quickTest {
	there := unknown
	if known {
		there = negation(absent)
	}
	return func(present presence, _ element.Node) verdict {
		if present&bit == 0 {
			return absent
		}
		return there
	}
}

func truth(b bool) verdict {
	if b {
		return holds
	}
	return fails
}

func negation(v verdict) verdict {
	switch v {
	case holds:
		return fails
	case fails:
		return holds
	}
	return unknown
}

func either(a, b verdict) verdict {
	if a == holds || b == holds {
		return holds
	}
	if a == fails && b == fails {
		return fails
	}
	return unknown
}

func both(a, b verdict) verdict { return negation(either(negation(a), negation(b))) }

func same(a, b verdict) verdict {
	if a == unknown || b == unknown {
		return unknown
	}
	return truth(a == b)
}

func not(test quickTest) quickTest {
	if test == nil {
		return nil
	}
	return func(present presence, n element.Node) verdict { return negation(test(present, n)) }
}

// combine joins two tests; one that is nil is unknown, and two are nil again.
func combine(a, b quickTest, join func(a, b verdict) verdict) quickTest {
	if a == nil && b == nil {
		return nil
	}
	if a == nil {
		a = cannotTell
	}
	if b == nil {
		b = cannotTell
	}
	return func(present presence, n element.Node) verdict { return join(a(present, n), b(present, n)) }
}

func cannotTell(presence, element.Node) verdict { return unknown }
