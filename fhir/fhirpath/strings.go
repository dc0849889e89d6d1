package fhirpath

import (
	"strings"
	"unicode/utf8"
)

// Functions of http://hl7.org/fhirpath/N1/#string-manipulation. Positions and lengths count
// characters, not bytes.

// ofString is the row of a function of a string.
func ofString(result Kind, run scalarFunction) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		if c.strict && !source.canBe(String) {
			return part{}, invalid(s.at, "%s needs a string", s.name)
		}
		call, uses, err := c.compileScalar(s, source, onText(run))
		if err != nil {
			return part{}, err
		}
		if result == Boolean {
			call.without = c.ofNothing().item()
		}
		return constantFolded(part{call, ofKind(result, uses)}), nil
	}
}

// onText makes sure that the input and the arguments, but for numbers, are strings.
func onText(run scalarFunction) scalarFunction {
	return func(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
		text, ok := in.Text()
		if !ok {
			if in.withoutValue() {
				return c.without, nil
			}
			return Item{}, failed(c.at, "%s needs a string, not %s", c.name, in.Type())
		}
		for i, arg := range args {
			value := arg.system()
			if value.kind != String && value.kind != Integer {
				return Item{}, failed(c.at, "%s cannot use a %s", c.name, value.Type())
			}
			args[i] = value
		}
		if err := env.spend(1+len(text)/64, c.at); err != nil {
			return Item{}, err
		}
		return run(env, c, OfString(text), args)
	}
}

func indexOf(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	return characters(in.text, strings.Index(in.text, args[0].text)), nil
}

func lastIndexOf(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	return characters(in.text, strings.LastIndex(in.text, args[0].text)), nil
}

// characters is a byte offset as a count of characters; -1 stays.
func characters(text string, offset int) Item {
	if offset < 0 {
		return OfInteger(-1)
	}
	return OfInteger(int64(utf8.RuneCountInString(text[:offset])))
}

func substring(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	if args[0].number < 0 {
		return Item{}, nil
	}
	rest, ok := dropCharacters(in.text, args[0].number)
	if !ok || rest == "" {
		return Item{}, nil
	}
	if len(args) == 2 {
		if args[1].number <= 0 {
			return OfString(""), nil
		}
		tail, _ := dropCharacters(rest, args[1].number)
		rest = rest[:len(rest)-len(tail)]
	}
	return OfString(rest), nil
}

// dropCharacters is what follows the first n characters; ok is false when there are fewer.
func dropCharacters(text string, n int64) (rest string, ok bool) {
	for ; n > 0; n-- {
		if text == "" {
			return "", false
		}
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return text, true
}

func startsWith(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	return OfBoolean(strings.HasPrefix(in.text, args[0].text)), nil
}

func endsWith(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	return OfBoolean(strings.HasSuffix(in.text, args[0].text)), nil
}

func contains(_ *Env, _ *scalarCall, in Item, args []Item) (Item, error) {
	return OfBoolean(strings.Contains(in.text, args[0].text)), nil
}

func upper(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return OfString(strings.ToUpper(in.text)), nil
}

func lower(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return OfString(strings.ToLower(in.text)), nil
}

func trim(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return OfString(strings.TrimSpace(in.text)), nil
}

func length(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
	return OfInteger(int64(utf8.RuneCountInString(in.text))), nil
}

func replace(_ *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	size := len(in.text) + strings.Count(in.text, args[0].text)*len(args[1].text)
	if size > maxStringLength {
		return Item{}, tooCostly(c.at)
	}
	return OfString(strings.ReplaceAll(in.text, args[0].text, args[1].text)), nil
}
