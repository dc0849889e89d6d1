package fhirpath

// defining is defineVariable(name, value): its input, and a name for the value from there on
// (http://hl7.org/fhirpath/#definevariable).
type defining struct {
	source operand
	name   string
	value  operand // nil: the input itself
	at     int
}

func compileDefineVariable(c *compiler, s *syntax, source part) (part, *Error) {
	if s.args[0].form != formLiteral || s.args[0].value.kind != String {
		return part{}, invalid(s.args[0].at, "the name of a variable must be a string literal")
	}
	d := &defining{source: source.operand, name: s.args[0].value.text, at: s.at}
	if _, taken := codeSystems[d.name]; taken || d.name == "context" || d.name == "resource" || d.name == "rootResource" {
		return part{}, invalid(s.at, "the variable %%%s is FHIR's own", d.name)
	}
	result := source.shape
	if len(s.args) == 2 {
		value, err := c.lambda(source, s.args[1])
		if err != nil {
			return part{}, err
		}
		d.value = value.operand
		result.uses |= outer(value)
	}
	result.uses |= usesLocal
	c.variables = append(c.variables, d.name)
	return part{d, result}, nil
}

func (d *defining) collect(env *Env, _ int) error {
	base := len(env.stack)
	if err := d.source.collect(env, 0); err != nil {
		return err
	}
	end := len(env.stack)
	items := append([]Item(nil), env.stack[base:]...)
	if d.value != nil {
		value, err := env.evaluateOn(items, d.value)
		if err != nil {
			return err
		}
		items = value
	}
	env.defined = append(env.defined, variable{d.name, items})
	env.stack = env.stack[:end]
	return env.spend(len(items), d.at)
}

// evaluateOn evaluates an operand with a collection as $this.
func (env *Env) evaluateOn(items []Item, o operand) ([]Item, error) {
	this, focus, base := env.this, env.focus, len(env.stack)
	env.this, env.focus = Item{}, items
	if len(items) == 1 {
		env.this, env.focus = items[0], nil
	}
	err := o.collect(env, 0)
	env.this, env.focus = this, focus
	result := append([]Item(nil), env.stack[base:]...)
	env.stack = env.stack[:base]
	return result, err
}
