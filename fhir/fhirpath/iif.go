package fhirpath

// choice is iif(criterion, then, otherwise): only the branch taken is evaluated
// (http://hl7.org/fhirpath/N1/#iif). With a source, $this is its only item.
type choice struct {
	source    operand // nil when $this stays what it is
	criterion decider
	then      operand
	otherwise operand
	at        int
}

func compileIif(c *compiler, s *syntax, source part) (part, *Error) {
	criterion, err := c.lambda(source, s.args[0])
	if err != nil {
		return part{}, err
	}
	if c.strict && (!criterion.canBe(Boolean) || !criterion.single && criterion.known() && !criterion.nothing) {
		return part{}, invalid(s.args[0].at, "a criterion must be a Boolean")
	}
	then, err := c.lambda(source, s.args[1])
	if err != nil {
		return part{}, err
	}
	otherwise := nothing(0)
	if len(s.args) == 3 {
		if otherwise, err = c.lambda(source, s.args[2]); err != nil {
			return part{}, err
		}
	}
	result := then.union(otherwise.shape)
	result.single = then.single && otherwise.single
	result.unordered = then.unordered || otherwise.unordered
	result.uses |= criterion.uses | source.uses
	o := &choice{nil, asDecider(criterion.operand, s.at), then.operand, otherwise.operand, s.at}
	if s.left != nil {
		o.source = source.operand
	}
	return part{o, result}, nil
}

func (o *choice) collect(env *Env, limit int) error {
	if o.source == nil {
		return o.choose(env, limit)
	}
	i, err := single(env, o.source, o.at)
	if err != nil {
		return err
	}
	this, focus := env.this, env.focus
	env.this, env.focus = i, nil
	err = o.choose(env, limit)
	env.this, env.focus = this, focus
	return err
}

func (o *choice) choose(env *Env, limit int) error {
	t, err := o.criterion.decide(env)
	if err != nil {
		return err
	}
	if t == isTrue {
		return o.then.collect(env, limit)
	}
	return o.otherwise.collect(env, limit)
}
