package embedded

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// evaluator answers conditions on one state, or with past on the state as of an earlier commit.
type evaluator struct {
	*reader
	past     *past
	deferred bool                  // what changed since the past state is judged at the end, as a whole
	memo     map[document]*forward // records that may be asked for again; shared by all evaluators of one search
	freshIn  map[typeNumber]freshDocuments
	all      map[typeNumber]*roaring.Bitmap // what changed, asked for before
}

// exact is the evaluator for the other end of a reference, where the past state matters at once.
func (ev *evaluator) exact() *evaluator {
	if !ev.deferred {
		return ev
	}
	return &evaluator{reader: ev.reader, past: ev.past, memo: ev.memo}
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

// correctedLive is corrected where the condition always holds: of what is fresh it is known what is there.
func (ev *evaluator) correctedLive(t typeNumber, indexed *roaring.Bitmap) (*roaring.Bitmap, error) {
	if fresh := ev.freshOf(t); fresh.changed != nil {
		indexed = roaring.Or(roaring.AndNot(indexed, fresh.changed), fresh.live)
	}
	past := ev.changedSince(t)
	if past == nil {
		return indexed, nil
	}
	return ev.judge(t, roaring.AndNot(indexed, past), past, query.Const(true))
}

// corrected replaces what the index says of documents that are fresh, or changed since the past state, by
// what holds in the state asked about.
func (ev *evaluator) corrected(t typeNumber, indexed *roaring.Bitmap, e query.Expr) (*roaring.Bitmap, error) {
	changed := ev.changed(t)
	if changed == nil || ev.deferred {
		return indexed, nil
	}
	if always, ok := e.(query.Const); e == nil || ok && bool(always) {
		return ev.correctedLive(t, indexed)
	}
	judged, err := ev.judged(t, e)
	if err != nil {
		return nil, err
	}
	return ev.judge(t, roaring.AndNot(indexed, changed), judged, e)
}

// judge adds to a set those of the documents for which a condition holds.
func (ev *evaluator) judge(t typeNumber, set, documents *roaring.Bitmap, e query.Expr) (*roaring.Bitmap, error) {
	for it := documents.Iterator(); it.HasNext(); {
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
			set.Add(d)
		}
	}
	return set, nil
}

// changedSince is the documents of a type that changed since the past state; nil for none.
func (ev *evaluator) changedSince(t typeNumber) *roaring.Bitmap {
	if ev.past == nil {
		return nil
	}
	return ev.past.changed[t]
}

// freshOf is the fresh documents of a type.
func (ev *evaluator) freshOf(t typeNumber) freshDocuments {
	if of, known := ev.freshIn[t]; known {
		return of
	}
	if ev.freshIn == nil {
		ev.freshIn = map[typeNumber]freshDocuments{}
	}
	of := ev.freshDocuments(t)
	ev.freshIn[t] = of
	return of
}

// changed is the documents of a type of which the index does not tell what holds in the state asked about;
// nil for none.
func (ev *evaluator) changed(t typeNumber) *roaring.Bitmap {
	past, fresh := ev.changedSince(t), ev.freshOf(t).changed
	switch {
	case past == nil:
		return fresh
	case fresh == nil:
		return past
	}
	if ev.all[t] == nil {
		if ev.all == nil {
			ev.all = map[typeNumber]*roaring.Bitmap{}
		}
		ev.all[t] = roaring.Or(past, fresh)
	}
	return ev.all[t]
}

// record is the forward record of a document as of the state asked about; nil if it was not there.
func (ev *evaluator) record(t typeNumber, d document) (*forward, error) {
	if changed := ev.changedSince(t); changed != nil && changed.Contains(uint32(d)) {
		return ev.readUndo(ev.past, t, d)
	}
	return ev.forward(t, d)
}

// remembered is record for documents that others refer to, and for the few that a search finds.
func (ev *evaluator) remembered(t typeNumber, d document) (*forward, error) {
	if f, known := ev.memo[d]; known {
		return f, nil
	}
	f, err := ev.record(t, d)
	if err != nil {
		return nil, err
	}
	switch {
	case ev.memo == nil:
		ev.memo = map[document]*forward{}
	case len(ev.memo) > 1000:
		clear(ev.memo)
	}
	ev.memo[d] = f
	return f, nil
}

func bitmapOf(list []document) *roaring.Bitmap {
	set := roaring.New()
	for _, d := range list {
		set.Add(uint32(d))
	}
	return set
}
