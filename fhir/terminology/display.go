package terminology

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hearken/fhir/definition"
)

// EqualDisplay compares two displays as a person would: without regard to case and to how much white space there is
// (https://hl7.org/fhir/R4/datatypes.html#Coding leaves the rule open).
func EqualDisplay(a, b string) bool {
	for {
		var x, y rune
		x, a = nextRune(a)
		y, b = nextRune(b)
		if x != y {
			// White space at an end counts for nothing.
			return x == ' ' && y == 0 && isBlank(a) || y == ' ' && x == 0 && isBlank(b)
		}
		if x == 0 {
			return true
		}
	}
}

// nextRune takes a letter off a text in its lower case, or a run of white space as one; 0 at the end.
func nextRune(s string) (rune, string) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return 0, ""
	}
	if !unicode.IsSpace(r) {
		return unicode.ToLower(unicode.ToUpper(r)), s[n:]
	}
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsSpace(r) {
			break
		}
		n += size
	}
	return ' ', s[n:]
}

func isBlank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// HasDisplay is System.HasDisplay of a system by URL and version.
func (l *Library) HasDisplay(system, version, code, display string) Answer {
	return l.System(system, version).HasDisplay(code, display)
}

func hasValue(all []definition.Designation, display string) bool {
	return slices.ContainsFunc(all, func(d definition.Designation) bool { return EqualDisplay(d.Value, display) })
}

// inLanguage gives the first designation that does for who wants a language, best one in just that; "" for none.
func inLanguage(language string, all []definition.Designation) string {
	found := ""
	for _, d := range all {
		switch {
		case language == "":
		case strings.EqualFold(d.Language, language):
			return d.Value
		case found == "" && matchesLanguage(language, d.Language):
			found = d.Value
		}
	}
	return found
}

// matchesLanguage reports whether a text in one language does for who wants another: "en" for "en-GB" and the other way
// round (https://hl7.org/fhir/R4/languages.html). Of a text in no language that is said nobody can tell.
func matchesLanguage(wanted, is string) bool {
	if len(wanted) > len(is) {
		wanted, is = is, wanted
	}
	return wanted != "" && strings.EqualFold(is[:len(wanted)], wanted) && (len(is) == len(wanted) || is[len(wanted)] == '-')
}

// Display is what a value set that has a code calls it in a language: by its own designations or display, or as the
// code's system does, whatever is in the language first.
func (v *ValueSet) Display(system, code, language string) string {
	own, version := v.reference(system, code)
	if found := inLanguage(language, own.Designations); found != "" {
		return found
	}
	display, translated := v.library.System(system, version).display(code, language)
	if own.Display != "" && !translated {
		return own.Display
	}
	return display
}

// reference finds what the value set or one it imports says of a code itself, and the version of the system it means.
func (v *ValueSet) reference(system, code string) (own definition.ConceptReference, version string) {
	for _, clauses := range [2][]*clause{v.bySystem[system], v.published} {
		for _, c := range clauses {
			if c.system != system {
				continue
			}
			if version == "" {
				version = c.version
			}
			if i, ok := c.at(code); ok && c.concepts[i].Display != "" {
				return c.concepts[i], c.version
			}
		}
	}
	for _, c := range v.include {
		for _, i := range c.imports {
			if i.set == nil {
				continue
			}
			if own, version := i.set.reference(system, code); own.Display != "" {
				return own, version
			}
		}
	}
	return own, version
}

// HasDisplay says whether a display is one that the value set or the code's system has for a code: see
// System.HasDisplay.
func (v *ValueSet) HasDisplay(system, code, display string) Answer {
	own, version := v.reference(system, code)
	if own.Display != "" && EqualDisplay(own.Display, display) || hasValue(own.Designations, display) {
		return In
	}
	known := v.library.System(system, version).HasDisplay(code, display)
	if known == Unknown && own.Display != "" {
		return NotIn
	}
	return known
}
