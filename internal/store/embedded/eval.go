package embedded

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// evaluator answers conditions on one state, or with past on the state as of an earlier commit.
type evaluator struct {
	*reader
	past *past
	memo map[document]*forward // records asked for by way of references
}

// few is how many documents are looked at one by one.
func (ev *evaluator) few() uint64 { return uint64(ev.store.options.Planner.Few) }

// set is the documents of a type for which the condition holds. The bitmap may be shared: do not change it.
// within, unless nil, is a set outside which the answer does not matter.
func (ev *evaluator) set(t typeNumber, e query.Expr, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	switch e := e.(type) {
	case nil:
		return ev.live(t)
	case query.Const:
		if e {
			return ev.live(t)
		}
		return roaring.New(), nil
	case query.And:
		return ev.setAnd(t, e, within)
	case query.Or:
		return ev.setOr(t, e, within)
	case query.Not:
		if missing, ok := e.Expr.(query.Missing); ok {
			return ev.setPresent(t, missing)
		}
		return ev.complement(t, e.Expr, within)
	case query.Missing:
		return ev.setMissing(t, e)
	case query.Match:
		return ev.setMatch(t, e, within)
	case query.Chain:
		return ev.setChain(t, e)
	case query.Has:
		return ev.setHas(t, e)
	case query.InCompartment:
		return ev.setCompartment(t, e)
	}
	return nil, fmt.Errorf("store/embedded: unknown condition %T", e)
}

// live is the documents of a type that are current and not deleted.
func (ev *evaluator) live(t typeNumber) (*roaring.Bitmap, error) {
	indexed, err := ev.bitmap(livePrefix(t))
	if err != nil {
		return nil, err
	}
	return ev.corrected(t, indexed, query.Const(true))
}

// corrected replaces what the index says of documents that changed since the past state by what held then.
func (ev *evaluator) corrected(t typeNumber, indexed *roaring.Bitmap, e query.Expr) (*roaring.Bitmap, error) {
	changed := ev.changed(t)
	if changed == nil {
		return indexed, nil
	}
	set := roaring.AndNot(indexed, changed)
	for it := changed.Iterator(); it.HasNext(); {
		d := it.Next()
		f, err := ev.record(t, document(d))
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		holds, err := ev.holds(f, e)
		if err != nil {
			return nil, err
		}
		if holds {
			set.Add(d)
		}
	}
	return set, nil
}

// changed is the documents of a type that changed since the past state; nil for none.
func (ev *evaluator) changed(t typeNumber) *roaring.Bitmap {
	if ev.past == nil {
		return nil
	}
	return ev.past.changed[t]
}

// record is the forward record of a document as of the state asked about; nil if it was not there.
func (ev *evaluator) record(t typeNumber, d document) (*forward, error) {
	if changed := ev.changed(t); changed != nil && changed.Contains(uint32(d)) {
		return ev.readUndo(ev.past, t, d)
	}
	return ev.forward(t, d)
}

// remembered is record for documents that many others refer to.
func (ev *evaluator) remembered(t typeNumber, d document) (*forward, error) {
	if f, known := ev.memo[d]; known {
		return f, nil
	}
	f, err := ev.record(t, d)
	if err != nil {
		return nil, err
	}
	if ev.memo == nil || len(ev.memo) > 1000 {
		ev.memo = map[document]*forward{}
	}
	ev.memo[d] = f
	return f, nil
}

// setAnd meets the parts one after the other. As soon as few documents are left, they are looked at one by one.
func (ev *evaluator) setAnd(t typeNumber, parts query.And, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if list, ok, err := ev.list(t, parts, ev.store.options.Planner.Few); ok || err != nil {
		return bitmapOf(list), err
	}
	set := within
	var negative []query.Expr
	for i, part := range parts {
		if _, ok := negated(part); ok {
			negative = append(negative, part)
			continue
		}
		found, err := ev.set(t, part, set)
		if err != nil {
			return nil, err
		}
		if set == nil {
			set = found
		} else {
			set = roaring.And(set, found)
		}
		if set.GetCardinality() <= ev.few() {
			return ev.probe(t, set, append(query.And(negative), parts[i+1:]...))
		}
	}
	if set == nil {
		live, err := ev.live(t)
		if err != nil {
			return nil, err
		}
		set = live
	}
	for _, part := range negative {
		inner, _ := negated(part)
		found, err := ev.set(t, inner, set)
		if err != nil {
			return nil, err
		}
		set = roaring.AndNot(set, found)
	}
	return set, nil
}

// negated is what a condition is the complement of: taking that away is cheaper than finding the rest.
func negated(e query.Expr) (query.Expr, bool) {
	switch e := e.(type) {
	case query.Not:
		_, present := e.Expr.(query.Missing)
		return e.Expr, !present
	case query.Missing:
		return query.Not{Expr: e}, true
	}
	return nil, false
}

// probe keeps the documents for which the condition holds.
func (ev *evaluator) probe(t typeNumber, set *roaring.Bitmap, e query.Expr) (*roaring.Bitmap, error) {
	kept := roaring.New()
	for it := set.Iterator(); it.HasNext(); {
		d := it.Next()
		if err := ev.ctx.Err(); err != nil {
			return nil, err
		}
		f, err := ev.record(t, document(d))
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		holds, err := ev.holds(f, e)
		if err != nil {
			return nil, err
		}
		if holds {
			kept.Add(d)
		}
	}
	return kept, nil
}

func (ev *evaluator) setOr(t typeNumber, parts query.Or, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	union := roaring.New()
	for _, part := range parts {
		found, err := ev.set(t, part, within)
		if err != nil {
			return nil, err
		}
		union.Or(found)
	}
	return union, nil
}

func (ev *evaluator) complement(t typeNumber, e query.Expr, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	live, err := ev.live(t)
	if err != nil {
		return nil, err
	}
	if within != nil {
		live = roaring.And(live, within)
	}
	inner, err := ev.set(t, e, live)
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(live, inner), nil
}

// setMissing is the live documents without a value of the parameter.
func (ev *evaluator) setMissing(t typeNumber, e query.Missing) (*roaring.Bitmap, error) {
	live, err := ev.live(t)
	if err != nil {
		return nil, err
	}
	some, err := ev.setPresent(t, e)
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(live, some), nil
}

func (ev *evaluator) setPresent(t typeNumber, e query.Missing) (*roaring.Bitmap, error) {
	if e.Parameter.Base != ev.catalogue.names[t] {
		return roaring.New(), nil
	}
	if e.Parameter.Intrinsic != query.NotIntrinsic {
		return ev.live(t)
	}
	p, err := ev.catalogue.ready(e.Parameter)
	if err != nil {
		return nil, err
	}
	indexed, err := ev.present(t, p.number, false)
	if err != nil {
		return nil, err
	}
	return ev.corrected(t, indexed, query.Not{Expr: e})
}

// setMatch looks a test up in the index; what the index leaves in doubt is looked at.
func (ev *evaluator) setMatch(t typeNumber, e query.Match, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	leaves, err := ev.leaves(t, e)
	if err != nil {
		return nil, err
	}
	var set *roaring.Bitmap
	for i, l := range leaves {
		sure, doubtful, err := ev.leafSet(l)
		if err != nil {
			return nil, err
		}
		if i < len(leaves)-1 { // parts of a composite: all doubtful
			within = meet(within, doubtful)
			continue
		}
		proven, err := ev.prove(t, meet(within, doubtful), e)
		if err != nil {
			return nil, err
		}
		set = sure
		if !proven.IsEmpty() {
			set = roaring.Or(sure, proven)
		}
	}
	if set == nil {
		set = roaring.New()
	}
	return ev.corrected(t, set, e)
}

func meet(within, set *roaring.Bitmap) *roaring.Bitmap {
	if within == nil {
		return set
	}
	return roaring.And(within, set)
}

// prove keeps the documents whose present record passes; those that changed since the past state are for
// corrected to judge.
func (ev *evaluator) prove(t typeNumber, doubtful *roaring.Bitmap, e query.Expr) (*roaring.Bitmap, error) {
	if changed := ev.changed(t); changed != nil {
		doubtful = roaring.AndNot(doubtful, changed)
	}
	return ev.probe(t, doubtful, e)
}

// leaves is how to look a Match up on a type. Every part of a composite has one; anything else has at most one.
func (ev *evaluator) leaves(t typeNumber, e query.Match) ([]leaf, error) {
	name := ev.catalogue.names[t]
	if e.Parameter.Base != name {
		return nil, nil
	}
	switch e.Parameter.Intrinsic {
	case query.IntrinsicID:
		return ev.idLeaves(t, name, e.Test)
	case query.IntrinsicLastUpdated:
		if test, ok := e.Test.(query.DateTest); ok {
			return []leaf{lastUpdatedLeaf(t, test)}, nil
		}
		return nil, nil
	}
	p, err := ev.catalogue.ready(e.Parameter)
	if err != nil {
		return nil, err
	}
	if test, ok := e.Test.(query.CompositeTest); ok {
		return ev.compositeLeaves(p, test), nil
	}
	l, err := ev.leafOf(p, e.Test)
	return []leaf{l}, err
}

// idLeaves looks an id up; a test for any id is for every document to answer.
func (ev *evaluator) idLeaves(t typeNumber, name fhir.Type, test query.Test) ([]leaf, error) {
	token, ok := test.(query.TokenTest)
	if !ok || token.System != "" && !token.AnySystem {
		return nil, nil
	}
	if token.AnyCode {
		return []leaf{prefixLeaf(livePrefix(t))}, nil
	}
	identity, found, err := readIdentity(ev.kv, ev.catalogue, fhir.Key{Type: name, ID: fhir.ID(token.Code)})
	if err != nil || !found || !identity.live() {
		return nil, err
	}
	key := order.AppendUint32(livePrefix(t), uint32(identity.d))
	return []leaf{{spans: []span{{lower: key, upper: append(key[:len(key):len(key)], 0)}}, doubtful: true}}, nil
}

func bitmapOf(list []document) *roaring.Bitmap {
	set := roaring.New()
	for _, d := range list {
		set.Add(uint32(d))
	}
	return set
}
