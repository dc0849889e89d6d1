package terminology

import (
	"strings"
	"sync"
	"unicode/utf8"

	"hearken/fhir/definition"
)

// The values of CodeSystem.content that are told apart; "example" is like "fragment".
const (
	complete   = "complete"
	supplement = "supplement"
	notPresent = "not-present"
)

// codeSystem is the rows of a code system with what is worked out of them when it is first asked for.
type codeSystem struct {
	*definition.CodeSystem
	index     func() map[string]int32 // by code, folded where case does not matter
	hierarchy func() *hierarchy
}

func newCodeSystem(def *definition.CodeSystem) *codeSystem {
	s := &codeSystem{CodeSystem: def}
	s.index = sync.OnceValue(s.makeIndex)
	s.hierarchy = sync.OnceValue(func() *hierarchy { return newHierarchy(s) })
	return s
}

func (s *codeSystem) makeIndex() map[string]int32 {
	index := make(map[string]int32, len(s.Concepts))
	for i := range s.Concepts {
		code := s.fold(s.Concepts[i].Code)
		if _, twice := index[code]; !twice {
			index[code] = int32(i)
		}
	}
	return index
}

// fold makes codes alike that differ only in what the system does not tell apart.
func (s *codeSystem) fold(code string) string {
	if s.CaseInsensitive {
		return strings.ToLower(code)
	}
	return code
}

func (s *codeSystem) find(code string) (int32, bool) { return s.in(s.index(), code) }

// in looks a code up in an index of folded codes, without allocation for codes as they usually are.
func (s *codeSystem) in(index map[string]int32, code string) (int32, bool) {
	var room [64]byte
	if !s.CaseInsensitive || len(code) > len(room) {
		i, ok := index[s.fold(code)]
		return i, ok
	}
	for i := range len(code) {
		c := code[i]
		if c >= utf8.RuneSelf {
			i, ok := index[s.fold(code)]
			return i, ok
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		room[i] = c
	}
	i, ok := index[string(room[:len(code)])]
	return i, ok
}

// hasCodes reports whether the system is loaded with codes of its own.
func (s *codeSystem) hasCodes() bool { return s.Content != notPresent && s.Content != supplement }

// property gives the first value of a concept's property.
func property(c *definition.Concept, code string) (string, bool) {
	for i := range c.Properties {
		if c.Properties[i].Code == code {
			return c.Properties[i].Value, true
		}
	}
	return "", false
}

// isInactive reports whether a concept should not be used any more
// (https://hl7.org/fhir/R4/codesystem.html#status): by the property inactive or by a status that says so. A deprecated
// concept may still be used.
func isInactive(c *definition.Concept) bool {
	if value, ok := property(c, "inactive"); ok {
		return value == "true"
	}
	status, _ := property(c, "status")
	return status == "retired" || status == "inactive"
}

// isAbstract reports whether a concept is there to group others and not to be used itself.
func isAbstract(c *definition.Concept) bool {
	for _, name := range [...]string{"notSelectable", "abstract"} {
		if value, ok := property(c, name); ok && value == "true" {
			return true
		}
	}
	return false
}

// codesIn gives the loaded code system that a system and version name, and otherwise why there is none.
func (l *Library) codesIn(system, version string) (*codeSystem, Verdict) {
	canonical := system
	if version != "" {
		canonical += "|" + version
	}
	s, ok, known := l.codeSystems.find(canonical, codeSystemVersion)
	switch {
	case ok && s.hasCodes():
		return s, in
	case known && !ok:
		return nil, unknown(UnknownVersion, canonical)
	}
	return nil, unknown(UnknownSystem, system)
}

func (s *codeSystem) verdict(code string) Verdict {
	if _, ok := s.find(code); ok {
		return in
	}
	return s.absent(code)
}

// absent is the verdict on a code the rows do not have.
func (s *codeSystem) absent(code string) Verdict {
	if s.Content == complete {
		return notIn(NoSuchCode)
	}
	if g := grammars[s.URL]; g != nil && g.check(code) == NotIn {
		return notIn(Malformed)
	}
	return unknown(IncompleteSystem, s.URL)
}
