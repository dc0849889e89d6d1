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

// endings is whether resources of a type withhold something from the person until some time, by the type. It is what they say themselves, and a label that follows
// from other facts changes nothing of it: so it is so until something of the type is written.
type endings map[fhir.Type]ending

type ending struct {
	some bool
	of   store.Commit // the state it was found on
}

// ending gives those of some types that have something which ends: most have not, and so need not be looked through for each caller.
func (c *Callers) ending(rd store.Reader, types []fhir.Type) (some []fhir.Type, err error) {
	at, err := c.kept.moment(rd)
	if err != nil {
		return nil, err
	}
	for i, known := range c.kept.endings(types, at) {
		if known.of == 0 {
			if known.some, err = c.anyEnding(rd, types[i]); err != nil {
				return nil, err
			}
			c.kept.putEnding(types[i], ending{known.some, at.commit}, at)
		}
		if known.some {
			some = append(some, types[i])
		}
	}
	return some, nil
}

func (c *Callers) anyEnding(rd store.Reader, t fhir.Type) (bool, error) {
	page, err := rd.Search(&query.Query{Types: []fhir.Type{t}, Where: access.Ending(c.Server.Registry.Access(t)), Count: 1, Total: query.TotalNone})
	return len(page.Matches) > 0, err
}

// endings is what is kept of types that is so on a state; zero is what is not known.
func (c *callerCache) endings(types []fhir.Type, at moment) []ending {
	found := make([]ending, len(types))
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range types {
		if e, ok := c.ending[t]; ok && !at.tip && !at.unread && c.unchanged(types[i:i+1], e.of, at.commit) {
			found[i] = e
		}
	}
	return found
}

// putEnding keeps what was found of a type, but for the tip of an Update and for a state that is over already.
func (c *callerCache) putEnding(t fhir.Type, e ending, at moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.tip || !c.unchanged([]fhir.Type{t}, e.of, c.seen) {
		return
	}
	if c.ending == nil {
		c.ending = endings{}
	}
	c.ending[t] = e
}
