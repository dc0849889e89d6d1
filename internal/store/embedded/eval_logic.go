package embedded

import (
	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

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
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, err
	}
	indexed, err := ev.present(t, p.number, false)
	if err != nil {
		return nil, err
	}
	return ev.corrected(t, indexed, query.Not{Expr: e})
}
