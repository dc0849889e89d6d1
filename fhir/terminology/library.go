package terminology

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// Library is code systems, value sets and concept maps, found by canonical. It never changes once it is made:
// With makes another one with more in it. It is safe for concurrent use.
type Library struct {
	limits      Limits
	codeSystems versions[*codeSystem]
	supplements map[string][]*codeSystem // by the URL of what they add to
	valueSets   versions[*definition.ValueSet]
	whole       versions[*definition.ValueSet] // the value sets that code systems name as having all their codes
	conceptMaps versions[*conceptMap]
	mapURLs     []string // of conceptMaps, in order

	mu       sync.RWMutex
	compiled map[*definition.ValueSet]*ValueSet
}

// NewLibrary makes a library of rows. Of two with the same canonical and version the first counts.
func NewLibrary(all ...*definition.Terminology) *Library {
	return (&Library{limits: DefaultLimits()}).With(all...)
}

// With gives a library with all that this one has, and more. What this one has under a canonical and version is not
// replaced; of several versions the newest answers to the canonical alone. Value sets are compiled anew when they are
// asked for, because what was unknown to them may now be there.
func (l *Library) With(all ...*definition.Terminology) *Library {
	more := &Library{
		limits:      l.limits,
		codeSystems: cloned(l.codeSystems), valueSets: cloned(l.valueSets), whole: cloned(l.whole), conceptMaps: cloned(l.conceptMaps),
		supplements: maps.Clone(l.supplements),
		compiled:    map[*definition.ValueSet]*ValueSet{},
	}
	if more.supplements == nil {
		more.supplements = map[string][]*codeSystem{}
	}
	more.add(all)
	return more
}

func cloned[T any](all versions[T]) versions[T] {
	if all == nil {
		return versions[T]{}
	}
	return maps.Clone(all)
}

// WithLimits gives the same library with other limits.
func (l *Library) WithLimits(limits Limits) *Library {
	other := l.With()
	other.limits = limits.orDefault()
	return other
}

func (l *Library) add(all []*definition.Terminology) {
	codeSystems, conceptMaps := adding(l.codeSystems, codeSystemVersion), adding(l.conceptMaps, conceptMapVersion)
	valueSets, whole := adding(l.valueSets, valueSetVersion), adding(l.whole, valueSetVersion)
	for _, rows := range all {
		for i := range rows.CodeSystems {
			s := newCodeSystem(&rows.CodeSystems[i])
			codeSystems.add(s.URL, s)
			whole.add(s.ValueSet, &definition.ValueSet{URL: s.ValueSet, Version: s.Version, Name: s.Name, Status: s.Status, Date: s.Date,
				Include: []definition.ConceptSet{{System: s.URL, Version: s.Version}}})
			if s.Content == supplement {
				base := withoutVersion(s.Supplements)
				l.supplements[base] = append(slices.Clip(l.supplements[base]), s)
			}
		}
		for i := range rows.ValueSets {
			valueSets.add(rows.ValueSets[i].URL, &rows.ValueSets[i])
		}
		for i := range rows.ConceptMaps {
			conceptMaps.add(rows.ConceptMaps[i].URL, newConceptMap(&rows.ConceptMaps[i]))
		}
	}
	codeSystems.sort()
	valueSets.sort()
	whole.sort()
	conceptMaps.sort()
	l.mapURLs = slices.Sorted(maps.Keys(l.conceptMaps))
}

func codeSystemVersion(s *codeSystem) string        { return s.Version }
func valueSetVersion(v *definition.ValueSet) string { return v.Version }
func conceptMapVersion(m *conceptMap) string        { return m.Version }

func withoutVersion(canonical string) string {
	url, _, _ := strings.Cut(canonical, "|")
	return url
}

// Counts says how many code systems, value sets and concept maps there are, versions counted apart.
func (l *Library) Counts() (codeSystems, valueSets, conceptMaps int) {
	return count(l.codeSystems), count(l.valueSets), count(l.conceptMaps)
}

func count[T any](all versions[T]) (n int) {
	for _, one := range all {
		n += len(one)
	}
	return n
}

// ValueSet gives a value set by canonical, with or without "|version", ready for questions. It is compiled
// when first asked for. The error is CodeNotFound: not loaded. A value set that cannot be evaluated (it
// imports itself) is given and answers Unknown.
func (l *Library) ValueSet(canonical string) (*ValueSet, error) {
	def, missing := l.valueSet(canonical)
	if def == nil {
		return nil, fhir.Errorf(fhir.CodeNotFound, "%s", missing.Reason).Detailed("unknown-value-set")
	}
	return l.made(def), nil
}

// made gives a value set of the library, compiled before or now.
func (l *Library) made(def *definition.ValueSet) *ValueSet {
	if set := l.ready(def); set != nil {
		return set
	}
	return l.compile(def)
}

// valueSet finds the rows of a value set, or why there are none.
func (l *Library) valueSet(canonical string) (*definition.ValueSet, Verdict) {
	def, ok, known := l.valueSets.find(canonical, valueSetVersion)
	switch {
	case ok:
		return def, in
	case known:
		return nil, unknown(UnknownVersion, canonical)
	}
	if def, ok, _ := l.whole.find(canonical, valueSetVersion); ok {
		return def, in
	}
	if def := implied(canonical); def != nil {
		return def, in
	}
	return nil, unknown(UnknownValueSet, canonical)
}

// ready gives a value set that was compiled before, or nil.
func (l *Library) ready(def *definition.ValueSet) *ValueSet {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.compiled[def]
}

// Compile makes a value set of rows that are not in the library, to be asked of it. It is not kept.
func (l *Library) Compile(def *definition.ValueSet) *ValueSet { return l.compile(def) }

// Validate says whether a code is in a value set named by canonical. A value set that is not loaded is a reason to
// know nothing.
func (l *Library) Validate(valueSet, system, code string) Verdict {
	def, missing := l.valueSet(valueSet)
	if def == nil {
		return missing
	}
	return l.made(def).Validate(system, code)
}
