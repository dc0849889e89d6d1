package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/internal/access"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// What was written before goes by what it was. Whoever sees a resource now sees an earlier version of it only
// if they would see it, were it the newest: a draft of a plan that has been approved since is its authors'
// and the person's, what was withheld from the person or was a fact about access stays so, and what was of
// another patient is for those who see that one. A version that is not seen is answered as one that never
// was.

// versions decides about the versions of one page.
type versions struct {
	*guardedReader
	now map[fhir.Key]current
}

// current is what a resource is now.
type current struct {
	record store.Record
	sees   bool
}

// versions decides; known are resources as they are now, that the caller is known to see.
func (r *guardedReader) versions(known ...store.Record) *versions {
	v := &versions{r, map[fhir.Key]current{}}
	for _, rec := range known {
		v.now[rec.Key] = current{rec, true}
	}
	return v
}

// of looks up what a resource is now, once.
func (v *versions) of(key fhir.Key) (now current, err error) {
	now, known := v.now[key]
	if known {
		return now, nil
	}
	if now.record, err = v.inner.Get(key); err != nil {
		return now, err
	}
	if now.sees, err = v.seesNow(now.record); err == nil {
		v.now[key] = now
	}
	return now, err
}

// seesNow reports whether what was found by its label is not left out for what it was before it was deleted.
func (v *versions) seesNow(now store.Record) (bool, error) {
	if !now.Deleted() {
		return true, nil
	}
	label, err := v.inner.Label(now.Key)
	if err != nil {
		return false, err
	}
	last, err := v.inner.GetVersion(now.Key, max(now.Version, 2)-1)
	if foreign(err) != nil {
		return false, err
	}
	return v.seesLast(last, label)
}

// sees reports whether the caller sees a version of what they see now.
func (v *versions) sees(rec store.Record) (bool, error) {
	now, err := v.of(rec.Key)
	switch {
	case !now.sees:
		return false, err
	case rec.Version == now.record.Version || rec.Deleted():
		return true, nil
	case !v.judged(&rec, &now.record):
		return true, nil
	}
	return v.saw(rec)
}

// judged reports whether the label of a version may be another than that of the resource now.
func (v *versions) judged(rec, now *store.Record) bool {
	return rec.Key.Type == binaryType || v.server.facts.bears(rec.Key.Type) || mayMention(rec.Body, access.LabelSystem) || !slices.Equal(v.server.patientsOf(rec), v.server.patientsOf(now))
}

// saw reports whether the caller would see a version, were it the newest: by what it is, and by the labels of
// its patients now.
func (v *versions) saw(rec store.Record) (bool, error) {
	label, err := v.inner.Label(rec.Key)
	if err != nil {
		return false, err
	}
	sees, err := v.seesLast(rec, label)
	if !sees {
		return false, err
	}
	for _, id := range v.server.patientsOf(&rec) {
		label, err := v.inner.Label(fhir.Key{Type: patientType, ID: id})
		if foreign(err) != nil {
			return false, err
		}
		if !v.decision.See(label) {
			return false, nil // of nobody, too: who is not there is nobody's to see
		}
	}
	return true, nil
}

// seen leaves out of some versions what the caller does not see.
func (v *versions) seen(records []store.Record) (_ []store.Record, err error) {
	return slices.DeleteFunc(records, func(rec store.Record) bool {
		sees := false
		if err == nil {
			sees, err = v.sees(rec)
		}
		return !sees
	}), err
}

// maxCounted is how many versions of one resource are told as a total: those that are left out have to be looked at.
const maxCounted = 1000

// total counts the versions of one resource that a history has for the caller; -1 for too many.
func (v *versions) total(q store.HistoryQuery, all int) (total int, err error) {
	if all > maxCounted {
		return -1, nil
	}
	q.Cursor, q.Count = "", maxCounted
	page, err := v.inner.History(q)
	if err != nil {
		return -1, err
	}
	seen, err := v.seen(page.Records)
	return len(seen), err
}

// GetVersion is a version of what is visible now, if it is seen for what it was.
func (r *guardedReader) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	now, err := r.get(key, smart.Read)
	if err != nil {
		return store.Record{}, err
	}
	rec, err := r.inner.GetVersion(key, version)
	if err != nil {
		return store.Record{}, err
	}
	if version != now.Version {
		if sees, err := r.versions(now).sees(rec); !sees {
			return store.Record{}, orNotFound(err)
		}
	}
	return r.shown(rec)
}

// orNotFound is an error, or that there is no such thing.
func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return store.ErrNotFound
}
