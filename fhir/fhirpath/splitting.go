package fhirpath

import "strings"

// splitting is the row of a function that makes several strings of one.
func splitting(run func(env *Env, c *listCall, text, separator string)) func(*compiler, *syntax, part) (part, *Error) {
	compile := list(func(env *Env, c *listCall, base int) error {
		text, separator, ok, err := c.textAndSeparator(env, base)
		if !ok || err != nil {
			return err
		}
		run(env, c, text, separator)
		return env.spend(len(env.stack)-base, c.at)
	})
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		if c.strict && !source.canBe(String) {
			return part{}, invalid(s.at, "%s needs a string", s.name)
		}
		p, err := compile(c, s, source)
		p.shape = shape{system: String, uses: p.uses}
		return p, err
	}
}

// textAndSeparator takes the input off the stack, and evaluates the argument if there is one.
func (c *listCall) textAndSeparator(env *Env, base int) (text, separator string, ok bool, err error) {
	found := env.stack[base:]
	env.stack = env.stack[:base]
	if len(found) == 0 {
		return "", "", false, nil
	}
	if len(found) > 1 {
		return "", "", false, failed(c.at, "several items where one is expected")
	}
	if text, ok = found[0].Text(); !ok {
		return "", "", false, failed(c.at, "%s needs a string, not %s", c.name, found[0].Type())
	}
	if len(c.args) == 0 {
		return text, "", true, nil
	}
	i, err := single(env, c.args[0], c.at)
	if err != nil || i.kind == 0 {
		return "", "", false, err
	}
	separator, ok = i.Text()
	return text, separator, ok, nil
}

func toChars(env *Env, _ *listCall, text, _ string) {
	for i, r := range text {
		env.push(OfString(text[i : i+len(string(r))]))
	}
}

func split(env *Env, _ *listCall, text, separator string) {
	for piece := range strings.SplitSeq(text, separator) {
		env.push(OfString(piece))
	}
}

// joined is join([separator]).
type joined struct {
	source    operand
	separator operand // nil for ""
	at        int
}

func compileJoin(c *compiler, s *syntax, source part) (part, *Error) {
	args, err := c.arguments(s)
	if err != nil {
		return part{}, err
	}
	j := joined{source: source.operand, at: s.at}
	uses := source.uses
	if len(args) == 1 {
		j.separator = args[0].operand
		uses |= args[0].uses
	}
	return part{j, ofKind(String, uses)}, nil
}

func (j joined) collect(env *Env, _ int) error { return collectOne(env, j) }

func (j joined) one(env *Env) (Item, error) {
	separator := ""
	if j.separator != nil {
		i, err := single(env, j.separator, j.at)
		if err != nil {
			return Item{}, err
		}
		separator, _ = i.Text()
	}
	base := len(env.stack)
	if err := j.source.collect(env, 0); err != nil {
		return Item{}, err
	}
	found := env.stack[base:]
	env.stack = env.stack[:base]
	if len(found) == 0 {
		return Item{}, nil
	}
	var out strings.Builder
	for n, i := range found {
		text, ok := i.Text()
		if !ok {
			return Item{}, failed(j.at, "join needs strings, not %s", i.Type())
		}
		if n > 0 {
			out.WriteString(separator)
		}
		out.WriteString(text)
		if out.Len() > maxStringLength {
			return Item{}, tooCostly(j.at)
		}
	}
	return OfString(out.String()), env.spend(out.Len()/64, j.at)
}
