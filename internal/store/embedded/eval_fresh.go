package embedded

import (
	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// freshDocuments is the documents of a type that the index is not yet right about.
func (r *reader) freshDocuments(t typeNumber) freshDocuments {
	base := r.fresh.of(t)
	if r.own == nil {
		return base
	}
	own := r.own.of(t)
	switch {
	case own.changed == nil:
		return base
	case base.changed == nil:
		return own
	}
	return freshDocuments{
		changed: roaring.Or(base.changed, own.changed),
		live:    roaring.Or(roaring.AndNot(base.live, own.changed), own.live),
	}
}

// findFresh adds the fresh documents of a type with a key in [lower, upper).
func (r *reader) findFresh(t typeNumber, lower, upper []byte, found *roaring.Bitmap) {
	visit := func(e *freshEntry) { found.Add(uint32(e.d)) }
	r.fresh.find(t, lower, upper, visit)
	if r.own != nil {
		r.own.find(t, lower, upper, visit)
	}
}

// freshFew is how many fresh documents of a type are judged without asking first which may be meant.
const freshFew = 4

// judged is the changed documents of a type for which a condition may hold: the forward record of each must tell.
func (ev *evaluator) judged(t typeNumber, e query.Expr) (*roaring.Bitmap, error) {
	changed, fresh := ev.changed(t), ev.freshOf(t).changed
	if fresh == nil || fresh.GetCardinality() <= freshFew {
		return changed, nil
	}
	within, narrowed, err := ev.narrowed(t, e)
	if err != nil || !narrowed {
		return changed, err
	}
	within.And(fresh)
	if past := ev.changedSince(t); past != nil {
		within.Or(past)
	}
	return within, nil
}

// narrowed is documents among which are all the fresh ones for which a condition holds, where that can be
// told by their keys.
func (ev *evaluator) narrowed(t typeNumber, e query.Expr) (found *roaring.Bitmap, ok bool, err error) {
	switch e := e.(type) {
	case query.And:
		return ev.narrowedAnd(t, e)
	case query.Or:
		return ev.narrowedOr(t, e)
	case query.Match:
		return ev.narrowedMatch(t, e)
	case query.Chain:
		return ev.narrowedChain(t, e)
	case query.Has:
		return ev.narrowedHas(t, e)
	case query.InCompartment:
		return ev.narrowedCompartment(t, e)
	case query.Const:
		return roaring.New(), !bool(e), nil
	}
	return nil, false, nil
}

// narrowedAnd takes the parts that tell something until few documents are left.
func (ev *evaluator) narrowedAnd(t typeNumber, parts query.And) (found *roaring.Bitmap, ok bool, err error) {
	for _, part := range parts {
		of, told, err := ev.narrowed(t, part)
		switch {
		case err != nil:
			return nil, false, err
		case !told:
			continue
		case found == nil:
			found = of
		default:
			found.And(of)
		}
		if found.GetCardinality() <= freshFew {
			break
		}
	}
	return found, found != nil, nil
}

func (ev *evaluator) narrowedOr(t typeNumber, parts query.Or) (*roaring.Bitmap, bool, error) {
	found := roaring.New()
	for _, part := range parts {
		of, told, err := ev.narrowed(t, part)
		if err != nil || !told {
			return nil, false, err
		}
		found.Or(of)
	}
	return found, true, nil
}

// narrowedMatch looks a test up among the keys of what is fresh. Labels tell little: most documents have
// those that are asked for.
func (ev *evaluator) narrowedMatch(t typeNumber, e query.Match) (*roaring.Bitmap, bool, error) {
	if e.Parameter.Code == query.AccessCode {
		return nil, false, nil
	}
	if test, ok := e.Test.(query.TokenTest); ok && test.AnySystem && !test.AnyCode && e.Parameter.Intrinsic == query.NotIntrinsic {
		return ev.narrowedCode(t, e.Parameter, test.Code)
	}
	leaves, err := ev.leaves(t, e)
	if err != nil {
		return nil, false, err
	}
	found := roaring.New()
	for i, l := range leaves {
		of := roaring.New()
		for _, s := range l.spans {
			ev.findFresh(t, s.lower, s.upper, of)
		}
		if i == 0 {
			found = of
		} else {
			found.And(of)
		}
	}
	return found, true, nil
}

// narrowedCode looks for names: in those of the index are none yet of what is fresh.
func (ev *evaluator) narrowedCode(t typeNumber, of *query.Parameter, code string) (*roaring.Bitmap, bool, error) {
	found := roaring.New()
	if of.Base != ev.catalogue.names[t] {
		return found, true, nil
	}
	p, err := ev.ready(of)
	if err != nil {
		return nil, false, err
	}
	prefix := codePrefix(p, code)
	ev.findFresh(t, prefix, after(prefix), found)
	return found, true, nil
}

// narrowedChain looks for what points at one of few targets.
func (ev *evaluator) narrowedChain(t typeNumber, e query.Chain) (*roaring.Bitmap, bool, error) {
	to, found := ev.catalogue.types[e.Target], roaring.New()
	if e.Parameter.Base != ev.catalogue.names[t] || to == 0 {
		return found, true, nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, false, err
	}
	targets, ok, err := ev.exact().list(to, e.Where, freshFew)
	if err != nil || !ok {
		return nil, false, err
	}
	for _, d := range targets {
		prefix := referencePrefix(t, p.number, to, d)
		ev.findFresh(t, prefix, after(prefix), found)
	}
	return found, true, nil
}

// narrowedHas looks for what few sources point at.
func (ev *evaluator) narrowedHas(t typeNumber, e query.Has) (*roaring.Bitmap, bool, error) {
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, false, err
	}
	sources, ok, err := ev.exact().list(p.t, e.Where, freshFew)
	if err != nil || !ok {
		return nil, false, err
	}
	found := roaring.New()
	return found, true, ev.addLinks(found, p, t, bitmapOf(sources))
}

func (ev *evaluator) narrowedCompartment(t typeNumber, e query.InCompartment) (*roaring.Bitmap, bool, error) {
	found := roaring.New()
	focus, known, err := readIdentity(ev.kv, ev.catalogue, e.Focus)
	if err != nil || !known {
		return found, err == nil, err
	}
	to := ev.catalogue.types[e.Focus.Type]
	prefix := compartmentPrefix(to, focus.d, t)
	ev.findFresh(t, prefix, after(prefix), found)
	if to == t {
		found.Add(uint32(focus.d))
	}
	return found, true, nil
}
