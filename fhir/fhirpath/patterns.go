package fhirpath

import "regexp"

// Regular expressions are those of Go (RE2), which take linear time whatever the pattern
// (http://hl7.org/fhirpath/N1/#matchesregex--string--boolean). "." matches line ends too.

// pattern compiles a regular expression, or finds it where it was kept. full asks for a match of
// the whole text.
func (env *Env) pattern(text string, full bool, at int) (*regexp.Regexp, error) {
	if full {
		text = "^(?:" + text + ")$"
	}
	if r := env.patterns[text]; r != nil {
		return r, nil
	}
	r, err := regexp.Compile("(?s)" + text)
	if err != nil {
		return nil, failed(at, "not a regular expression this server supports")
	}
	if env.patterns == nil {
		env.patterns = map[string]*regexp.Regexp{}
	}
	if len(env.patterns) < maxPatterns {
		env.patterns[text] = r
	}
	return r, nil
}

// maxPatterns bounds how many patterns an Env keeps; the base invariants have seven.
const maxPatterns = 64

func matches(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	r, err := env.pattern(args[0].text, false, c.at)
	if err != nil {
		return Item{}, err
	}
	return OfBoolean(r.MatchString(in.text)), nil
}

func matchesFull(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	r, err := env.pattern(args[0].text, true, c.at)
	if err != nil {
		return Item{}, err
	}
	return OfBoolean(r.MatchString(in.text)), nil
}

// replaceMatches leaves the text as it is for an empty pattern.
func replaceMatches(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	if args[0].text == "" {
		return in, nil
	}
	r, err := env.pattern(args[0].text, false, c.at)
	if err != nil {
		return Item{}, err
	}
	if (len(in.text)+1)*(len(args[1].text)+1) > maxStringLength {
		return Item{}, tooCostly(c.at)
	}
	return OfString(r.ReplaceAllString(in.text, args[1].text)), nil
}
