package terminology

import (
	"slices"
	"strings"

	"hearken/fhir/definition"
)

// Translate says what is wanted of a translation (https://hl7.org/fhir/R4/conceptmap-operation-translate.html).
type Translate struct {
	Coding       Coding
	TargetSystem string // the code system wanted, "" for any
	Reverse      bool   // from the targets of the maps to their sources
	Dependencies []Dependency
}

// Dependency is what is known of another element, which a mapping may depend on.
type Dependency struct {
	Property string // the element
	Codings  []Coding
}

// Match is one translation.
type Match struct {
	Equivalence string // https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html
	Concept     Coding // zero where the map says that there is none
	Product     []definition.MappingContext
	Map         string // canonical of the map
}

// Matched reports whether a match is a translation: not one that says there is none.
func (m Match) Matched() bool { return m.Equivalence != unmatched && m.Equivalence != "disjoint" }

// Translate gives the translations of a code, in the order of the maps, each once. There are none when no map
// has the code or says what becomes of codes it does not have.
func (m Map) Translate(q Translate) []Match {
	t := translation{Translate: q, library: m.library, asked: map[*conceptMap]bool{}, known: map[fact]bool{}, seen: map[string]bool{}}
	for _, d := range q.Dependencies {
		for _, c := range d.Codings {
			t.known[fact{d.Property, c.System, c.Code}] = true
			t.known[fact{d.Property, "", c.Code}] = true
		}
	}
	for _, one := range m.maps {
		t.by(one)
	}
	return t.matches
}

type translation struct {
	Translate
	library *Library
	asked   map[*conceptMap]bool // each is asked once, however often others send a code to it
	known   map[fact]bool        // the dependencies, with system and without
	seen    map[string]bool
	matches []Match
}

// fact is the code that another element has.
type fact struct{ property, system, code string }

// by adds what one map says.
func (t *translation) by(m *conceptMap) {
	if t.asked[m] {
		return
	}
	t.asked[m] = true
	index := m.sources
	if t.Reverse {
		index = m.targets
	}
	has := map[int32]bool{}
	for _, at := range index()[t.Coding.Code] {
		g := &m.Groups[at.group]
		if !t.applies(g) {
			continue
		}
		has[at.group] = true
		if one := &g.Mappings[at.mapping]; t.met(one.DependsOn) {
			t.add(t.match(m, g, one))
		}
	}
	for i := range m.Groups {
		if g := &m.Groups[i]; g.Unmapped != nil && !has[int32(i)] && !t.Reverse && t.applies(g) {
			t.unmapped(m, g)
		}
	}
}

// applies reports whether a group is from the system of the code, and to the one that is wanted.
func (t *translation) applies(g *definition.ConceptMapGroup) bool {
	from, version, to := g.Source, g.SourceVersion, g.Target
	if t.Reverse {
		from, version, to = g.Target, g.TargetVersion, g.Source
	}
	return (from == "" || from == t.Coding.System) && (t.TargetSystem == "" || to == t.TargetSystem) &&
		(version == "" || t.Coding.Version == "" || version == t.Coding.Version)
}

// met reports whether all that a mapping depends on is known to be so.
func (t *translation) met(all []definition.MappingContext) bool {
	return !slices.ContainsFunc(all, func(c definition.MappingContext) bool { return !t.known[fact{c.Property, c.System, c.Value}] })
}

// reversed is what an equivalence is the other way round; the others are their own.
var reversed = map[string]string{"wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes"}

func (t *translation) match(m *conceptMap, g *definition.ConceptMapGroup, one *definition.Mapping) Match {
	out := Match{Equivalence: one.Equivalence, Map: m.URL}
	if t.Reverse {
		if back := reversed[one.Equivalence]; back != "" {
			out.Equivalence = back
		}
		out.Concept = t.concept(g.Source, g.SourceVersion, one.Code, "")
		return out
	}
	out.Product = one.Product
	if one.Target != "" {
		out.Concept = t.concept(g.Target, g.TargetVersion, one.Target, one.Display)
	}
	return out
}

// concept is a target with a display, from the map or the code system.
func (t *translation) concept(system, version, code, display string) Coding {
	if display == "" {
		display = t.library.System(system, version).Display(code, "")
	}
	return Coding{System: system, Version: version, Code: code, Display: display}
}

// unmapped adds what a group says of codes it does not have
// (https://hl7.org/fhir/R4/conceptmap.html#unmapped). FHIR gives no equivalence for these: the code as it is,
// is taken for equal, a fixed one for no more than inexact.
func (t *translation) unmapped(m *conceptMap, g *definition.ConceptMapGroup) {
	u := g.Unmapped
	switch u.Mode {
	case "provided":
		t.add(Match{Equivalence: "equal", Concept: t.concept(g.Target, g.TargetVersion, t.Coding.Code, ""), Map: m.URL})
	case "fixed":
		t.add(Match{Equivalence: "inexact", Concept: t.concept(g.Target, g.TargetVersion, u.Code, u.Display), Map: m.URL})
	case "other-map":
		if other, ok, _ := t.library.conceptMaps.find(u.URL, conceptMapVersion); ok {
			t.by(other)
		}
	}
}

func (t *translation) add(one Match) {
	key := strings.Join([]string{one.Equivalence, one.Concept.System, one.Concept.Code, one.Map}, "|")
	for _, p := range one.Product {
		key += "|" + p.Property + "|" + p.Value
	}
	if !t.seen[key] {
		t.seen[key] = true
		t.matches = append(t.matches, one)
	}
}
