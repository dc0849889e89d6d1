package terminology

import "slices"

// AsOf says whether the answers of the value set would have been the same at a time in the past: whether all
// that they come from, the value set, those it imports and their code systems, was then as it is now. stood
// is asked that of the date of each (ValueSet.date: when it was last changed). The zero Verdict is yes; what
// it is not of, or not known of, is in the others. sent is that the value set itself is the asker's own, and
// of no date.
func (v *ValueSet) AsOf(stood func(date string) bool, sent bool) Verdict {
	a := asOf{library: v.library, stood: stood, sets: map[*ValueSet]bool{v: true}, systems: map[*codeSystem]bool{}}
	if !sent {
		a.date(v.def.URL, v.def.Date)
	}
	a.clauses(v)
	return a.verdict
}

// AsOf is ValueSet.AsOf of a code system.
func (s System) AsOf(stood func(date string) bool, sent bool) Verdict {
	a := asOf{library: s.library, stood: stood, systems: map[*codeSystem]bool{}}
	switch {
	case s.rows == nil:
		a.date(s.url, "")
	case sent:
		a.supplements(s.rows)
	default:
		a.system(s.rows)
	}
	return a.verdict
}

// asOf is one such question. Each definition is asked once, however many value sets import it.
type asOf struct {
	library *Library
	stood   func(date string) bool
	sets    map[*ValueSet]bool
	systems map[*codeSystem]bool
	verdict Verdict
}

func (a *asOf) date(subject, date string) {
	switch {
	case a.verdict.Reason != 0:
	case date == "":
		a.verdict = unknown(Undated, subject)
	case !a.stood(date):
		a.verdict = unknown(Changed, subject)
	}
}

func (a *asOf) clauses(v *ValueSet) {
	for _, c := range slices.Concat(v.include, v.exclude, v.published) {
		switch {
		case a.verdict.Reason != 0:
			return
		case c.codes != nil:
			a.system(c.codes)
		case c.grammar != nil && c.listed == nil:
			a.date(c.system, "") // of one that is not loaded nothing is told but what is listed
		}
		for _, i := range c.imports {
			if i.set != nil && !a.sets[i.set] {
				a.sets[i.set] = true
				a.date(i.set.def.URL, i.set.def.Date)
				a.clauses(i.set)
			}
		}
	}
}

func (a *asOf) system(s *codeSystem) {
	if !a.systems[s] {
		a.systems[s] = true
		a.date(s.URL, s.Date)
		a.supplements(s)
	}
}

// supplements give codes other names.
func (a *asOf) supplements(s *codeSystem) {
	for _, more := range a.library.supplementsOf(s) {
		a.date(more.URL, more.Date)
	}
}
