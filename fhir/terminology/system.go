package terminology

import "hearken/fhir/definition"

// System is one code system to ask about its codes: see Library.System. It may be one that is not loaded, of
// which little or nothing is known.
type System struct {
	library *Library
	url     string
	rows    *codeSystem
	missing Verdict // why there are no rows
}

// System gives a code system by URL, in a version or, for "", in the newest that is loaded.
func (l *Library) System(url, version string) System {
	rows, missing := l.codesIn(url, version)
	return System{l, url, rows, missing}
}

// SystemOf gives a code system by rows that need not be in the library.
func (l *Library) SystemOf(def *definition.CodeSystem) System {
	s := System{library: l, url: def.URL, rows: newCodeSystem(def)}
	if !s.rows.hasCodes() {
		s.rows, s.missing = nil, unknown(UnknownSystem, def.URL)
	}
	return s
}

// URL is what the system is named by.
func (s System) URL() string { return s.url }

// Definition gives the rows of the system; nil when it is not loaded.
func (s System) Definition() *definition.CodeSystem {
	if s.rows == nil {
		return nil
	}
	return s.rows.CodeSystem
}

// Err says why nothing is known of the system; the zero Verdict for one that is loaded or has a grammar.
func (s System) Err() Verdict {
	if s.rows == nil && (grammars[s.url] == nil || s.missing.Reason == UnknownVersion) {
		return s.missing
	}
	return Verdict{}
}

// Validate says whether the system has a code.
func (s System) Validate(code string) Verdict {
	switch {
	case s.rows != nil:
		return s.rows.verdict(code)
	case s.Err().Reason != 0:
		return s.missing
	}
	return grammars[s.url].verdict(s.url, code)
}

// ValidateCode says whether a code system has a code. version is "" for the newest that is loaded.
func (l *Library) ValidateCode(system, version, code string) Verdict {
	return l.System(system, version).Validate(code)
}

// IsAbstract reports whether a code is there to group others and not to be used itself; false when nothing is
// known of it.
func (s System) IsAbstract(code string) bool {
	c := s.concept(code)
	return c != nil && isAbstract(c)
}

// IsInactive reports whether a code should not be used any more; false when nothing is known of it.
func (s System) IsInactive(code string) bool {
	c := s.concept(code)
	return c != nil && isInactive(c)
}

func (s System) concept(code string) *definition.Concept {
	if s.rows == nil {
		return nil
	}
	i, ok := s.rows.find(code)
	if !ok {
		return nil
	}
	return &s.rows.Concepts[i]
}

// Display is what a code is called in a language, or in the language of its system when that language is "" or the
// code has no name in it; "" when nothing is known of it.
func (s System) Display(code, language string) string {
	display, _ := s.display(code, language)
	return display
}

// display also reports whether it is a designation in the language that is wanted.
func (s System) display(code, language string) (display string, translated bool) {
	c := s.concept(code)
	if c == nil {
		return "", false
	}
	if matchesLanguage(language, s.rows.Language) {
		return c.Display, false
	}
	if found := inLanguage(language, s.library.designations(s.rows, c)); found != "" {
		return found, true
	}
	return c.Display, false
}

// HasDisplay says whether a display is one of those a code has: its own or a designation, in any language. It is
// Unknown for a code that is not loaded, or of which no display is known.
func (s System) HasDisplay(code, display string) Answer {
	c := s.concept(code)
	switch {
	case c == nil:
		return Unknown
	case EqualDisplay(c.Display, display) || hasValue(s.library.designations(s.rows, c), display):
		return In
	case c.Display == "":
		return Unknown
	}
	return NotIn
}
