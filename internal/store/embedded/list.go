package embedded

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// list is the documents of a type for which the condition holds, when finding them takes no more than about
// limit steps; otherwise ok is false. It is the planner: whatever can be listed is not made a bitmap of.
func (ev *evaluator) list(t typeNumber, e query.Expr, limit int) (list []document, ok bool, err error) {
	switch e := e.(type) {
	case query.Const:
		return nil, !bool(e), nil
	case query.And:
		return ev.listAnd(t, e, limit)
	case query.Or:
		return ev.listOr(t, e, limit)
	case query.Match:
		return ev.listMatch(t, e, limit)
	case query.Chain:
		return ev.listChain(t, e, limit)
	case query.Has:
		return ev.listHas(t, e, limit)
	case query.InCompartment:
		return ev.listCompartment(t, e, limit)
	}
	return nil, false, nil
}

// listAnd lists the first part that is short and looks at its documents for the others.
func (ev *evaluator) listAnd(t typeNumber, parts query.And, limit int) ([]document, bool, error) {
	for i, part := range parts {
		list, ok, err := ev.list(t, part, limit)
		if err != nil {
			return nil, false, err
		}
		if ok {
			list, others, err := ev.meetKept(t, list, slices.Concat(parts[:i], parts[i+1:]))
			if err == nil && len(others) > 0 {
				list, err = ev.keep(t, list, others)
			}
			return list, err == nil, err
		}
	}
	return nil, false, nil
}

// meetKept takes out of a list what is not in the bitmaps that are in memory for some of the parts, and gives the
// parts that are left. No document need be read for the others.
func (ev *evaluator) meetKept(t typeNumber, list []document, parts query.And) ([]document, query.And, error) {
	if ev.past != nil || !ev.deferred && ev.changed(t) != nil || len(list) == 0 {
		return list, parts, nil
	}
	var left query.And
	for _, part := range parts {
		match, ok := part.(query.Match)
		if !ok {
			left = append(left, part)
			continue
		}
		leaves, err := ev.leaves(t, match)
		if err != nil {
			return nil, nil, err
		}
		var kept *roaring.Bitmap
		if len(leaves) == 1 && leaves[0].single() != nil {
			kept = ev.store.bitmaps.get(leaves[0].single(), ev.reader.fresh.mark.commit)
		}
		if kept == nil {
			left = append(left, part)
			continue
		}
		list = slices.DeleteFunc(list, func(d document) bool { return !kept.Contains(uint32(d)) })
	}
	return list, left, nil
}

func (ev *evaluator) keep(t typeNumber, list []document, e query.Expr) ([]document, error) {
	kept := list[:0]
	for _, d := range list {
		f, err := ev.remembered(t, d)
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
			kept = append(kept, d)
		}
	}
	return kept, nil
}

func (ev *evaluator) listOr(t typeNumber, parts query.Or, limit int) ([]document, bool, error) {
	var union []document
	for _, part := range parts {
		list, ok, err := ev.list(t, part, limit)
		if err != nil || !ok {
			return nil, false, err
		}
		union = append(union, list...)
		if len(union) > limit {
			return nil, false, nil
		}
	}
	return distinct(union), true, nil
}

func distinct(list []document) []document {
	slices.Sort(list)
	return slices.Compact(list)
}

func (ev *evaluator) listMatch(t typeNumber, e query.Match, limit int) ([]document, bool, error) {
	leaves, err := ev.leaves(t, e)
	if err != nil {
		return nil, false, err
	}
	if len(leaves) == 0 {
		list, err := ev.corrections(t, nil, e)
		return list, err == nil, err
	}
	for _, l := range leaves { // of a composite, the first that is short
		list, doubtful, ok, err := ev.listLeaf(l, limit)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			continue
		}
		if doubtful {
			if list, err = ev.keep(t, list, e); err != nil {
				return nil, false, err
			}
		}
		list, err = ev.corrections(t, list, e)
		return list, err == nil, err
	}
	return nil, false, nil
}

// listLeaf reads a leaf unless it is long.
func (ev *evaluator) listLeaf(l leaf, limit int) (list []document, doubtful, ok bool, err error) {
	if prefix := l.single(); prefix != nil {
		if kept := ev.store.bitmaps.get(prefix, ev.reader.fresh.mark.commit); kept != nil {
			return nil, false, false, nil // only long ones are kept
		}
	}
	steps := 0
	for i := range l.spans {
		if judge := l.spans[i].judge; judge != nil {
			l.spans[i].judge = func(key []byte) verdict {
				if steps++; steps > 4*limit {
					return doubt
				}
				return judge(key)
			}
		}
	}
	err = ev.scanLeaf(l, func(d document, sure bool) bool {
		list = append(list, d)
		doubtful = doubtful || !sure
		return len(list) <= limit && steps <= 4*limit
	})
	if err != nil || len(list) > limit || steps > 4*limit {
		return nil, false, false, err
	}
	return distinct(list), doubtful, true, nil
}

// corrections replaces, in a list from the index, the documents that changed since the past state.
func (ev *evaluator) corrections(t typeNumber, list []document, e query.Expr) ([]document, error) {
	if ev.deferred || ev.changed(t) == nil {
		return list, nil
	}
	set, err := ev.corrected(t, bitmapOf(list), e)
	if err != nil {
		return nil, err
	}
	return documentsOf(set.ToArray()), nil
}

func documentsOf(numbers []uint32) []document {
	list := make([]document, len(numbers))
	for i, n := range numbers {
		list[i] = document(n)
	}
	return list
}

func (ev *evaluator) listChain(t typeNumber, e query.Chain, limit int) ([]document, bool, error) {
	to := ev.catalogue.types[e.Target]
	if e.Parameter.Base != ev.catalogue.names[t] || to == 0 {
		return nil, true, nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, false, err
	}
	targets, ok, err := ev.exact().list(to, e.Where, limit)
	if err != nil || !ok {
		return nil, false, err
	}
	var list []document
	for _, d := range targets {
		err := ev.walkPrefix(referencePrefix(t, p.number, to, d), func(key []byte) bool {
			list = append(list, lastDocument(key))
			return len(list) <= limit
		})
		if err != nil || len(list) > limit {
			return nil, false, err
		}
	}
	list, err = ev.corrections(t, distinct(list), e)
	return list, err == nil, err
}

func (ev *evaluator) listHas(t typeNumber, e query.Has, limit int) ([]document, bool, error) {
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, false, err
	}
	sources, ok, err := ev.exact().list(p.t, e.Where, limit)
	if err != nil || !ok {
		return nil, false, err
	}
	found := bitmapOf(nil)
	if err := ev.addLinks(found, p, t, bitmapOf(sources)); err != nil {
		return nil, false, err
	}
	if found.GetCardinality() > uint64(limit) {
		return nil, false, nil
	}
	list, err := ev.keep(t, documentsOf(found.ToArray()), query.Const(true))
	return list, err == nil, err
}

func (ev *evaluator) listCompartment(t typeNumber, e query.InCompartment, limit int) ([]document, bool, error) {
	focus, found, err := readIdentity(ev.kv, ev.catalogue, e.Focus)
	if err != nil || !found {
		return nil, err == nil, err
	}
	to := ev.catalogue.types[e.Focus.Type]
	list, _, ok, err := ev.listLeaf(prefixLeaf(compartmentPrefix(to, focus.d, t)), limit)
	if err != nil || !ok {
		return nil, false, err
	}
	if to == t && focus.live() {
		list = distinct(append(list, focus.d))
	}
	list, err = ev.corrections(t, list, e)
	return list, err == nil, err
}
