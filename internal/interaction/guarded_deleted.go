package interaction

import (
	"errors"
	"slices"

	"hearken/internal/access"
	"hearken/internal/store"
)

// seesDeleted reports whether the caller sees a deleted resource by what it was: it goes by the label of its patient now, and a fact about who may see
// what, a draft and what was withheld from the person are not theirs to see for having been deleted.
func (r *guardedReader) seesDeleted(deletion store.Record) (bool, error) {
	last, err := r.inner.GetVersion(deletion.Key, deletion.Version-1)
	if errors.Is(err, store.ErrNotFound) || err == nil && last.Deleted() {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	node, index, err := r.server.newLabelling(nil).read(last)
	if err != nil {
		return false, err
	}
	label, err := r.inner.Label(deletion.Key)
	if err != nil {
		return false, err
	}
	was := resourceOf(last.Key.Type, index)
	was.Draft = r.server.facts.bears(last.Key.Type) && r.server.facts.reader.Read(node).Draft
	return r.decision.See(access.Label(was, label)), nil
}

// withoutDeleted leaves out of a page of history what seesDeleted does not show.
func (r *guardedReader) withoutDeleted(page *store.HistoryPage) (err error) {
	page.Records = slices.DeleteFunc(page.Records, func(rec store.Record) bool {
		if err != nil {
			return true
		}
		current, failed := r.inner.Get(rec.Key)
		sees := true
		if failed == nil && current.Deleted() {
			sees, failed = r.seesDeleted(current)
		}
		err = failed
		return failed != nil || !sees
	})
	return err
}
