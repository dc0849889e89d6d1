package query

// Satisfies reports whether the value passes the test. It is what Match means, and every engine must agree with it.
// A test never holds for a value of another sort.
func Satisfies(t Test, v Value) bool {
	switch t := t.(type) {
	case TextTest:
		return holds(v, t.satisfiedBy)
	case TokenTest:
		return holds(v, t.satisfiedBy)
	case DisplayTest:
		return holds(v, t.satisfiedBy)
	case TypedIdentifierTest:
		return holds(v, t.satisfiedBy)
	case LinkTest:
		return holds(v, t.satisfiedBy)
	case LinkIdentifierTest:
		return holds(v, t.satisfiedBy)
	case URITest:
		return holds(v, t.satisfiedBy)
	case DateTest:
		return holds(v, t.satisfiedBy)
	case NumberTest:
		return holds(v, t.satisfiedBy)
	case QuantityTest:
		return holds(v, t.satisfiedBy)
	case CompositeTest:
		return holds(v, t.satisfiedBy)
	}
	return false
}

// holds applies a test to the one sort of value it is for.
func holds[V Value](v Value, satisfied func(V) bool) bool {
	value, ok := v.(V)
	return ok && satisfied(value)
}
