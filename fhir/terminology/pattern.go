package terminology

import (
	"regexp"
	"regexp/syntax"
)

// pattern is a regular expression of a filter. Go's take time linear in the text, but a step of each letter may be as
// long as the expression is large; so its size is bounded, and counted as work.
type pattern struct {
	*regexp.Regexp
	size int
}

const (
	maxPattern     = 1000 // letters of an expression
	maxPatternSize = 2000 // and what it is with its repetitions written out
	stepsPerWork   = 4    // steps of matching that cost as much as looking at a concept
	workPerSize    = 100  // what it costs to compile and keep one instruction
)

// compilePattern makes a pattern, which must match the whole value. It gives none of an expression that is not one of
// RE2, or too large. spend is told what it costs.
func compilePattern(text string, spend func(int) bool) (pattern, bool) {
	if len(text) > maxPattern {
		return pattern{}, false
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return pattern{}, false
	}
	size := sizeOf(parsed)
	if size > maxPatternSize || !spend(size*workPerSize) {
		return pattern{}, false
	}
	compiled, err := regexp.Compile(`^(?:` + text + `)$`)
	return pattern{compiled, size}, err == nil
}

// sizeOf is about how many instructions an expression becomes.
func sizeOf(r *syntax.Regexp) int {
	size := 1 + len(r.Rune)/2
	for _, sub := range r.Sub {
		size += sizeOf(sub)
	}
	if r.Op == syntax.OpRepeat {
		size *= max(r.Min, r.Max, 1)
	}
	return min(size, maxPatternSize+1)
}

// cost is how much work it is to match a value.
func (p pattern) cost(value string) int { return 1 + len(value)*p.size/stepsPerWork }
