package embedded

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

const (
	// maxIncluded is how many resources the matches of one page may include.
	maxIncluded = 10000
	// maxRounds is how often :iterate goes on to what was included in the round before.
	maxRounds = 16
)

// including collects what a page includes.
type including struct {
	*searching
	seen    map[document]bool
	round   []pageRow // what the includes are applied to
	found   []pageRow // in this round
	records []store.Record
}

// include follows the includes from the rows of the page, and those with :iterate from what they find.
func (s *searching) include(rows []pageRow) ([]store.Record, error) {
	if len(s.query.Includes) == 0 {
		return nil, nil
	}
	in := including{searching: s, seen: map[document]bool{}, round: rows}
	for _, row := range rows {
		in.seen[row.d] = true
	}
	for n := 0; n < maxRounds && len(in.round) > 0; n++ {
		in.found = nil
		for _, include := range s.query.Includes {
			if n > 0 && !include.Iterate {
				continue
			}
			if err := in.follow(include); err != nil {
				return nil, err
			}
		}
		in.round = in.found
	}
	return in.records, nil
}

// follow applies one include to every row of the round.
func (in *including) follow(include query.Include) error {
	parameters, err := in.parameters(include)
	if err != nil {
		return err
	}
	for _, p := range parameters {
		for _, row := range in.round {
			if err := in.followFrom(include, p, row); err != nil {
				return err
			}
		}
	}
	return nil
}

// parameters are the reference parameters an include means.
func (in *including) parameters(include query.Include) ([]*parameter, error) {
	if include.Parameter != nil {
		p, err := in.ready(include.Parameter)
		return []*parameter{p}, err
	}
	var all []*parameter
	for _, p := range in.catalogue.ofType[in.catalogue.types[include.Source]] {
		if p.Kind == query.KindReference && p.readyIn(in.commit) {
			all = append(all, p)
		}
	}
	return all, nil
}

func (in *including) followFrom(include query.Include, p *parameter, row pageRow) error {
	if include.Reverse {
		return in.followBack(include, p, row)
	}
	if row.t != p.t {
		return nil
	}
	f, err := in.remembered(row.t, row.d)
	if err != nil || f == nil {
		return err
	}
	if holds, err := in.holds(f, include.From); err != nil || !holds {
		return err
	}
	f.links(p.number, func(to target) bool {
		if wantsTarget(include, in.catalogue.names[to.t]) {
			err = in.add(include, to.t, to.d)
		}
		return err == nil
	})
	return err
}

func (in *including) followBack(include query.Include, p *parameter, row pageRow) error {
	if !wantsTarget(include, in.catalogue.names[row.t]) {
		return nil
	}
	return in.referrers(p, row.t, row.d, func(d document) (bool, error) {
		return true, in.add(include, p.t, d)
	})
}

func wantsTarget(include query.Include, t fhir.Type) bool {
	return include.Target == "" || include.Target == t
}

// add includes a document once, if it is there and satisfies what deciders ask.
func (in *including) add(include query.Include, t typeNumber, d document) error {
	if in.seen[d] {
		return nil
	}
	f, err := in.remembered(t, d)
	if err != nil || f == nil {
		return err
	}
	if holds, err := in.holds(f, include.Where); err != nil || !holds {
		return err
	}
	if len(in.records) >= maxIncluded {
		return fhir.Errorf(fhir.CodeTooCostly, "the page includes more than %d resources: ask for fewer at a time", maxIncluded)
	}
	record, err := in.fetch(t, d)
	if err != nil {
		return err
	}
	in.seen[d] = true
	in.found = append(in.found, pageRow{t: t, d: d})
	in.records = append(in.records, record)
	return nil
}
