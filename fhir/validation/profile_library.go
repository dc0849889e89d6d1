package validation

import (
	"strings"
	"sync"

	"hearken/fhir/definition"
	"hearken/fhir/validation/snapshot"
)

// profileLibrary makes profiles ready when they are first asked for, and keeps them. It is safe for concurrent use.
type profileLibrary struct {
	validator *Validator
	set       *definition.Set
	source    snapshot.Source
	mu        sync.RWMutex
	made      map[*definition.StructureDefinition]*profile
}

// maxProfiles bounds how many profiles are kept ready: more than a server has, so that only a source which
// gives new rows for the same profile again and again comes this far. Then all are forgotten.
const maxProfiles = 4_096

func newProfileLibrary(v *Validator) *profileLibrary {
	return &profileLibrary{validator: v, set: v.set, source: v.options.profiles, made: map[*definition.StructureDefinition]*profile{}}
}

// find gives a profile by canonical, with or without "|version"; nil when it is not known, or no snapshot of
// it can be made. The types of FHIR are profiles that ask nothing.
func (l *profileLibrary) find(canonical string) *profile {
	if s := l.definition(canonical); s != nil {
		if p := l.ready(s); !p.broken {
			return p
		}
	}
	return nil
}

// ready makes a profile of a structure, once.
func (l *profileLibrary) ready(s *definition.StructureDefinition) *profile {
	l.mu.RLock()
	found := l.made[s]
	l.mu.RUnlock()
	if found != nil {
		return found
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if found = l.made[s]; found == nil {
		if len(l.made) >= maxProfiles {
			clear(l.made)
		}
		found = l.make(s)
		l.made[s] = found
	}
	return found
}

// definition finds a structure in the source, or among the definitions of the set.
func (l *profileLibrary) definition(canonical string) *definition.StructureDefinition {
	if l.source != nil {
		if s := l.source(canonical); s != nil {
			return s
		}
	}
	s := l.set.StructureDefinition(canonical)
	if _, version, _ := strings.Cut(canonical, "|"); s != nil && version != "" && s.Version != "" && version != s.Version {
		return nil
	}
	return s
}

// make makes a profile of a structure.
func (l *profileLibrary) make(s *definition.StructureDefinition) *profile {
	p := &profile{definition: s, canonical: s.URL, structure: l.set.Structure(s.Type)}
	if s.Version != "" {
		p.canonical += "|" + s.Version
	}
	if !s.Constraint && l.set.ByURL(s.URL) != nil {
		return p
	}
	rows := l.rowsOf(s)
	if len(rows) == 0 {
		p.broken = true
		return p
	}
	p.outline = definition.OutlineOf(rows)
	if p.structure == nil {
		return p
	}
	planner := rowPlanner{library: l, planner: newPlanner(l.validator), profile: p, named: map[string]*rowPlan{}}
	if p.root = planner.root(p.outline); p.root.asksNothing() {
		p.root = nil
	}
	if s.Type == "Extension" {
		p.contexts = l.contexts(planner.planner, s)
	}
	return p
}

// rowsOf gives the snapshot of a structure: as published, or else made of its differential; none when that cannot be.
func (l *profileLibrary) rowsOf(s *definition.StructureDefinition) []definition.ElementDefinition {
	if len(s.Elements) > 0 {
		return s.Elements
	}
	rows, outcome := snapshot.New(l.definition, snapshot.Options{}).Generate(s)
	if outcome.Failed() {
		return nil
	}
	return rows
}

// rows finds a structure with its snapshot.
func (l *profileLibrary) rows(canonical string) (*definition.StructureDefinition, []definition.ElementDefinition) {
	s := l.definition(canonical)
	if s == nil {
		return nil, nil
	}
	return s, l.rowsOf(s)
}

// typeOf is the type that a canonical is of; isType when it is the type itself and no profile of it. It is ""
// when unknown.
func (l *profileLibrary) typeOf(canonical string) (name string, isType bool) {
	if s := l.set.ByURL(canonical); s != nil {
		return s.Name, true
	}
	if s := l.definition(canonical); s != nil {
		return s.Type, false
	}
	return "", false
}
