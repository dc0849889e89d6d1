package fhirpath

// forEach evaluates body for each item of an operand, with $this and $index set, until it returns
// false. What body pushes stays on the stack; the items of the operand do not.
func forEach(env *Env, source operand, at int, body func() (bool, error)) error {
	base := len(env.stack)
	if err := source.collect(env, 0); err != nil {
		env.stack = env.stack[:base]
		return err
	}
	end := len(env.stack)
	this, focus, index, defined := env.this, env.focus, env.index, len(env.defined)
	env.focus = nil
	var err error
	for i, more := base, true; i < end && more && err == nil; i++ {
		env.this, env.index = env.stack[i], i-base
		if more, err = body(); err == nil {
			err = env.spend(1, at)
		}
		env.defined = env.defined[:defined]
	}
	env.this, env.focus, env.index = this, focus, index
	env.keep(base, end)
	return err
}
