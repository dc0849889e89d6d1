package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// Several Patients may have one NHS number: one from each author, or one by mistake, or by malice. What opens
// by a number, to the person and to a crew that breaks the glass, is
//
//	each that says the number was traced to the person, and
//	the one that was here first with it, of those that do not say
//
// so that nobody's write takes from anybody what was open to them: a Patient that comes later, or that is
// given the number later, adds itself at most. One that says the number was not traced is never opened to a
// person by it, since it may be somebody else's; to a crew it is, when it was here first. Who puts "verified"
// on a record says that the number was looked up in PDS, under an agreement, and is recorded.

// numbered is a Patient with an NHS number.
type numbered struct {
	key   fhir.Key
	says  careplan.Verification
	since store.Commit // it has had the number
}

const (
	maxNumbered = 1000 // how many Patients with one number are looked at
	maxNumbers  = 1000 // and how many versions of one
	maxOpened   = 8    // how many are opened by one number
)

// patientsNumbered finds the Patients with an NHS number, in the order in which they came to have it.
func (s *Server) patientsNumbered(rd store.Reader, number string) (all []numbered, err error) {
	q := query.Query{Types: []fhir.Type{patientType}, Where: s.hasToken(patientType, "identifier", careplan.NHSNumberSystem, number), Count: 100, Total: query.TotalNone}
	for len(all) < maxNumbered {
		page, err := rd.Search(&q)
		if err != nil {
			return nil, err
		}
		for i := range page.Matches {
			one, err := s.numberedSince(rd, &page.Matches[i], number, page.Next != "" || len(page.Matches) > 1 || len(all) > 0)
			if err != nil {
				return nil, err
			}
			if one.says != careplan.NotNumbered {
				all = append(all, one)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	slices.SortFunc(all, func(a, b numbered) int {
		if a.since != b.since {
			return int(min(max(int64(a.since)-int64(b.since), -1), 1))
		}
		return compareIDs(a.key.ID, b.key.ID)
	})
	return all, nil
}

// numberedSince reads what a Patient says of a number and, where others have it too, since when it has it
// without a break.
func (s *Server) numberedSince(rd store.Reader, rec *store.Record, number string, others bool) (numbered, error) {
	n, err := s.parse(rec.Body, patientType)
	if err != nil {
		return numbered{}, errUnreadable
	}
	one := numbered{key: rec.Key, says: careplan.NumberOf(n, number), since: rec.Commit}
	for version := rec.Version - 1; others && version > 0 && rec.Version-version < maxNumbers; version-- {
		before, err := rd.GetVersion(rec.Key, version)
		if err != nil || before.Deleted() {
			return one, foreign(err)
		}
		if n, err = s.parse(before.Body, patientType); err != nil {
			return numbered{}, errUnreadable
		}
		if careplan.NumberOf(n, number) == careplan.NotNumbered {
			break
		}
		one.since = before.Commit
	}
	return one, nil
}

// opened are the Patients that a number opens; untraced is whether it opens what says that it was not traced.
func opened(all []numbered, untraced bool) (keys []fhir.Key) {
	first := true
	for _, one := range all {
		open := one.says == careplan.Verified
		if first && one.says != careplan.Verified && (untraced || one.says == careplan.Unsaid) {
			open, first = true, false
		}
		if open && len(keys) < maxOpened {
			keys = append(keys, one.key)
		}
	}
	return keys
}
