package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// ended finds which of what was withheld from the person they see by now.
func (l *lookup) ended() error {
	ids := l.caller.ActsFor
	if l.caller.Patient != "" {
		ids = append([]fhir.ID{l.caller.Patient}, l.caller.Others...)
	}
	types, err := l.ending(l.rd, l.server().Registry.CompartmentMembers(patientType))
	if err != nil || len(types) == 0 {
		return err
	}
	for _, id := range ids {
		if err := l.endedOf(id, types); err != nil {
			return err
		}
	}
	slices.Sort(l.caller.Ended)
	l.caller.Ended = slices.Compact(l.caller.Ended)
	return nil
}

// endedOf looks at what ends some time in the record of one patient.
func (l *lookup) endedOf(id fhir.ID, types []fhir.Type) error {
	ending := make(query.Or, len(types))
	for i, t := range types {
		ending[i] = access.Ending(l.server().Registry.Access(t))
	}
	q := query.Query{Types: types, Where: query.And{query.InCompartment{Focus: fhir.Key{Type: patientType, ID: id}}, ending}, Count: 1000, Total: query.TotalNone}
	page, err := l.rd.Search(&q) // of more than so many the others end later: nothing is shown too early
	if err != nil {
		return err
	}
	for _, rec := range page.Matches {
		label, err := l.rd.Label(rec.Key)
		if err != nil {
			return err
		}
		l.caller.Ended = append(l.caller.Ended, access.Ended(label, l.caller.Now)...)
	}
	return nil
}

// endings are the types of which there are resources that withhold something from the person until some time.
// It is what resources say themselves, and a label that follows from other facts changes nothing of it: so it
// is so of a type until something of that type is written.
type endings struct {
	types []fhir.Type  // sorted
	of    store.Commit // the state they were found on; 0 for none
}

// ending gives those of the members of a compartment that have something which ends: most have not, and so
// need not be looked through for each caller.
func (c *Callers) ending(rd store.Reader, members []fhir.Type) ([]fhir.Type, error) {
	at, err := c.kept.moment(rd)
	if err != nil {
		return nil, err
	}
	types, open := c.kept.endings(members, at)
	for _, t := range open {
		some, err := c.anyEnding(rd, t)
		if err != nil {
			return nil, err
		}
		if some {
			types = append(types, t)
		}
	}
	slices.Sort(types)
	c.kept.putEndings(endings{types, at.commit}, at)
	return types, nil
}

func (c *Callers) anyEnding(rd store.Reader, t fhir.Type) (bool, error) {
	page, err := rd.Search(&query.Query{Types: []fhir.Type{t}, Where: access.Ending(c.Server.Registry.Access(t)), Count: 1, Total: query.TotalNone})
	return len(page.Matches) > 0, err
}

// endings is what is kept that is so on a state, and of which members that is still open.
func (c *callerCache) endings(members []fhir.Type, at moment) (types, open []fhir.Type) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := min(c.ending.of, at.commit)
	if at.tip || at.unread || first == 0 || first < c.floor {
		return nil, members
	}
	for t, last := range c.written {
		if _, member := slices.BinarySearch(members, t); member && last > first {
			open = append(open, t)
		}
	}
	slices.Sort(open)
	types = slices.DeleteFunc(slices.Clone(c.ending.types), func(t fhir.Type) bool { return slices.Contains(open, t) })
	return types, open
}

// putEndings keeps what was found, but on the tip of an Update and on a state older than one of which that is kept.
func (c *callerCache) putEndings(e endings, at moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !at.tip && (e.of > c.ending.of || c.ending.of < c.floor) && e.of >= c.floor {
		c.ending = endings{slices.Clone(e.types), e.of}
	}
}
