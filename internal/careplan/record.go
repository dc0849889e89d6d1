package careplan

import (
	"slices"

	"hearken/fhir"
	"hearken/internal/access"
)

// Follow gives the ODS codes of what a reference leads to; none when it leads to no organisation.
type Follow func(fhir.Key) (code string, err error)

// Record puts together what the resources of a patient say about who may see them. when reads a date as the
// store does: the first moment it may stand for, in any unit; ok is false for what is no date. Of agreements
// and objections the latest counts, and of several that may be the latest an objection. The error is one of
// follow's.
func Record(patient fhir.ID, all []Facts, follow Follow, when func(string) (int64, bool)) (access.Record, error) {
	r := access.Record{Patient: patient, Sharing: Sharing(all, when)}
	for i := range all {
		f := &all[i]
		r.Restricted = r.Restricted || f.Restricted
		r.Published = r.Published || f.Published
		for _, list := range [...]struct {
			codes   *[]string
			parties []Party
		}{{&r.Authors, f.Authors}, {&r.Practices, f.Practices}, {&r.Carers, f.Carers}} {
			if err := add(list.codes, list.parties, follow); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// Sharing is the agreement or objection that counts of several: see Record.
func Sharing(all []Facts, when func(string) (int64, bool)) (counts access.Sharing) {
	var latest moment
	for i := range all {
		if all[i].Sharing != access.NotRecorded {
			if said := momentOf(&all[i], when); latest.before(said) {
				latest, counts = said, all[i].Sharing
			}
		}
	}
	return counts
}

func add(codes *[]string, parties []Party, follow Follow) error {
	for _, p := range parties {
		code := p.Code
		if code == "" && !p.Key.IsZero() {
			var err error
			if code, err = follow(p.Key); err != nil {
				return err
			}
		}
		if code != "" && !slices.Contains(*codes, code) {
			*codes = append(*codes, code)
		}
	}
	return nil
}

// moment is when an agreement or objection was said. An objection of an unknown date may be the latest; an
// agreement without a date is the oldest.
type moment struct {
	known, objection bool
	at               int64
}

func momentOf(f *Facts, when func(string) (int64, bool)) moment {
	m := moment{objection: f.Sharing == access.Objected}
	m.at, m.known = when(f.Said)
	return m
}

// before reports whether other counts rather than m.
func (m moment) before(other moment) bool {
	if m == (moment{}) {
		return true
	}
	switch {
	case m.objection && !m.known:
		return false
	case other.objection && !other.known:
		return true
	case m.known != other.known:
		return other.known
	case m.at != other.at:
		return m.at < other.at
	}
	return other.objection
}
