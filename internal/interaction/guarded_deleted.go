package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// seesLast reports whether the caller sees a deleted resource by what it was, its last version before: it goes by the label of its patient now, which is the resource's
// own, and a fact about who may see what, a draft and what was withheld from the person are not theirs to see for having been deleted. Of what
// nothing is known, the zero Record, nothing is shown.
func (r *guardedReader) seesLast(last store.Record, label []query.Token) (bool, error) {
	if last.Version == 0 {
		return false, nil
	}
	node, index, err := r.server.newLabelling(nil).read(last)
	if err != nil {
		return false, err
	}
	was := resourceOf(last.Key.Type, index)
	was.Draft = r.server.facts.reader.Read(node).Draft
	return r.decision.See(access.Label(was, label)), nil
}

// withoutDeleted leaves out of a page of history what was deleted and seesLast does not show.
func (r *guardedReader) withoutDeleted(page *store.HistoryPage) (err error) {
	page.Records = slices.DeleteFunc(page.Records, func(rec store.Record) bool {
		sees := false
		if err == nil {
			sees, err = r.seesNow(rec.Key)
		}
		return !sees
	})
	return err
}

// seesNow reports whether what a page of history found by its label is not left out of it.
func (r *guardedReader) seesNow(key fhir.Key) (bool, error) {
	current, err := r.inner.Get(key)
	if err != nil || !current.Deleted() {
		return err == nil, err
	}
	label, err := r.inner.Label(key)
	if err != nil {
		return false, err
	}
	last, err := r.inner.GetVersion(key, max(current.Version, 2)-1)
	if foreign(err) != nil {
		return false, err
	}
	return r.seesLast(last, label)
}
