package interaction

import (
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// seesLast reports whether the caller sees a deleted resource by what it was, its last version before: it
// goes by the label of its patient now, which is the resource's own, and a fact about who may see what, a
// draft and what was withheld from the person are not theirs to see for having been deleted. Of what nothing
// is known, the zero Record, nothing is shown. A Binary is seen by what that version named, as that is seen
// now.
func (r *guardedReader) seesLast(last store.Record, label []query.Token) (bool, error) {
	if last.Version == 0 {
		return false, nil
	}
	node, index, err := r.server.newLabelling(nil).read(last)
	if err != nil {
		return false, err
	}
	was := resourceOf(last.Key.Type, index)
	if last.Key.Type == binaryType {
		context, err := r.server.contextAt(r.inner, r.server.contextOf(node), r.guard)
		return err == nil && r.decision.See(was.In(context)), err
	}
	was.Draft = r.server.facts.reader.Read(node).Draft
	return r.decision.See(access.Label(was, label)), nil
}
