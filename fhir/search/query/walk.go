package query

// Walk visits the expression and all below it, a node before its parts, as long as visit says to go down
// into a node. nil is visited as nothing.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	switch e := e.(type) {
	case And:
		for _, part := range e {
			Walk(part, visit)
		}
	case Or:
		for _, part := range e {
			Walk(part, visit)
		}
	case Not:
		Walk(e.Expr, visit)
	case Chain:
		Walk(e.Where, visit)
	case Has:
		Walk(e.Where, visit)
	}
}

// ParameterOf is the parameter that a node itself reads; nil for none.
func ParameterOf(e Expr) *Parameter {
	switch e := e.(type) {
	case Match:
		return e.Parameter
	case Missing:
		return e.Parameter
	case Chain:
		return e.Parameter
	case Has:
		return e.Parameter
	}
	return nil
}
