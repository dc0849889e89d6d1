package fhirpath

import "regexp"

// Regular expressions are those of Go (RE2), which take linear time whatever the pattern
// (http://hl7.org/fhirpath/N1/#matchesregex--string--boolean). "." matches line ends too.

// ofPattern is the row of a function of a string and a regular expression. One written as a
// literal is read when compiling.
func ofPattern(result Kind, full bool, run patternFunction) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		f := &patternCall{full: full, run: run}
		if arg := s.args[0]; arg.form == formLiteral && arg.value.kind == String {
			r, err := readPattern(arg.value.text, full)
			if err != nil {
				return part{}, invalid(arg.at, noPattern)
			}
			f.pattern = r
		}
		return ofString(result, f.call)(c, s, source)
	}
}

const noPattern = "not a regular expression this server supports"

// patternFunction gives the result for a text, a pattern and the arguments behind the pattern.
type patternFunction func(c *scalarCall, text string, r *regexp.Regexp, args []Item) (Item, error)

type patternCall struct {
	full    bool           // the pattern must match the whole text
	pattern *regexp.Regexp // nil when it is not known beforehand
	run     patternFunction
}

func (p *patternCall) call(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	if args[0].kind != String {
		return Item{}, failed(c.at, "%s needs a regular expression", c.name)
	}
	r := p.pattern
	if r == nil {
		var err error
		if r, err = env.pattern(args[0].text, p.full); err != nil {
			return Item{}, failed(c.at, noPattern)
		}
	}
	return p.run(c, in.text, r, args)
}

// readPattern reads a regular expression; full makes it match whole texts only.
func readPattern(text string, full bool) (*regexp.Regexp, error) {
	if full {
		text = "^(?:" + text + ")$"
	}
	return regexp.Compile("(?s)" + text)
}

// pattern finds a regular expression that was read before, or reads it.
func (env *Env) pattern(text string, full bool) (*regexp.Regexp, error) {
	key := patternKey{text, full}
	if r := env.patterns[key]; r != nil {
		return r, nil
	}
	r, err := readPattern(text, full)
	if err != nil {
		return nil, err
	}
	if env.patterns == nil || len(env.patterns) >= maxPatterns {
		env.patterns = map[patternKey]*regexp.Regexp{}
	}
	env.patterns[key] = r
	return r, nil
}

type patternKey struct {
	text string
	full bool
}

// maxPatterns bounds how many patterns an Env keeps.
const maxPatterns = 64

func matches(_ *scalarCall, text string, r *regexp.Regexp, _ []Item) (Item, error) {
	return OfBoolean(r.MatchString(text)), nil
}

// replaceMatches leaves the text as it is for an empty pattern.
func replaceMatches(c *scalarCall, text string, r *regexp.Regexp, args []Item) (Item, error) {
	if args[0].text == "" {
		return OfString(text), nil
	}
	if (len(text)+1)*(len(args[1].text)+1) > maxStringLength {
		return Item{}, tooCostly(c.at)
	}
	return OfString(r.ReplaceAllString(text, args[1].text)), nil
}
