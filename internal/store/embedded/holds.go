package embedded

import (
	"slices"

	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// holds decides a condition on one forward record: the index is not asked, but for who refers to the document.
func (ev *evaluator) holds(f *forward, e query.Expr) (bool, error) {
	switch e := e.(type) {
	case nil:
		return true, nil
	case query.Const:
		return bool(e), nil
	case query.And:
		return ev.holdsAll(f, e)
	case query.Or:
		return ev.holdsAny(f, e)
	case query.Not:
		holds, err := ev.holds(f, e.Expr)
		return !holds, err
	case query.Missing:
		return ev.holdsMissing(f, e)
	case query.Match:
		return ev.holdsMatch(f, e)
	case query.Chain:
		return ev.holdsChain(f, e)
	case query.Has:
		return ev.holdsHas(f, e)
	case query.InCompartment:
		return ev.holdsCompartment(f, e)
	}
	return false, fmt.Errorf("store/embedded: unknown condition %T", e)
}

func (ev *evaluator) holdsAll(f *forward, parts []query.Expr) (bool, error) {
	for _, part := range parts {
		if holds, err := ev.holds(f, part); err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

func (ev *evaluator) holdsAny(f *forward, parts []query.Expr) (bool, error) {
	for _, part := range parts {
		if holds, err := ev.holds(f, part); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

func (ev *evaluator) holdsMissing(f *forward, e query.Missing) (bool, error) {
	if e.Parameter.Base != f.names[f.t] {
		return true, nil
	}
	if e.Parameter.Intrinsic != query.NotIntrinsic {
		return false, nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return false, err
	}
	return !f.has(p.number), nil
}

func (ev *evaluator) holdsMatch(f *forward, e query.Match) (bool, error) {
	if e.Parameter.Base != f.names[f.t] {
		return false, nil
	}
	switch e.Parameter.Intrinsic {
	case query.IntrinsicID:
		return query.Satisfies(e.Test, query.Token{Code: string(f.id)}), nil
	case query.IntrinsicLastUpdated:
		return query.Satisfies(e.Test, f.moment()), nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return false, err
	}
	if changed := ev.changedSince(f.t); e.Parameter.Code == query.AccessCode && changed != nil && changed.Contains(uint32(f.d)) {
		return ev.holdsLabel(f, e.Test)
	}
	if test, ok := e.Test.(query.TokenTest); ok {
		return f.hasToken(p.number, test)
	}
	found := false
	err = f.values(p.number, func(v query.Value) bool {
		found = query.Satisfies(e.Test, v)
		return !found
	})
	return found, err
}

// hasToken is values with query.Satisfies for tokens.
func (f *forward) hasToken(p parameterNumber, test query.TokenTest) (found bool, err error) {
	err = f.tokens(p, func(system, code []byte) bool {
		found = (test.AnySystem || string(system) == test.System) && (test.AnyCode || string(code) == test.Code)
		return !found
	})
	return found, err
}

// holdsLabel tests the label a document has now, whatever state the rest of the query is about; the one it
// had then where nothing says what it would be now.
func (ev *evaluator) holdsLabel(f *forward, test query.Test) (bool, error) {
	label, known, err := ev.presentLabel(f.t, f.d, f.compartmentKeys())
	if err == nil && !known {
		label, err = f.label(ev.catalogue)
	}
	return slices.ContainsFunc(label, func(token query.Token) bool { return query.Satisfies(test, token) }), err
}

func (ev *evaluator) holdsChain(f *forward, e query.Chain) (bool, error) {
	t := ev.catalogue.types[e.Target]
	if e.Parameter.Base != f.names[f.t] || t == 0 {
		return false, nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return false, err
	}
	found := false
	f.links(p.number, func(to target) bool {
		if to.t == t {
			found, err = ev.targetHolds(t, to.d, e.Where)
		}
		return err == nil && !found
	})
	return found, err
}

func (ev *evaluator) targetHolds(t typeNumber, d document, where query.Expr) (bool, error) {
	f, err := ev.remembered(t, d)
	if err != nil || f == nil {
		return false, err
	}
	return ev.holds(f, where)
}

func (ev *evaluator) holdsHas(f *forward, e query.Has) (bool, error) {
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return false, err
	}
	found := false
	err = ev.referrers(p, f.t, f.d, func(d document) (bool, error) {
		source, err := ev.record(p.t, d)
		if err != nil || source == nil {
			return true, err
		}
		found, err = ev.holds(source, e.Where)
		return !found, err
	})
	return found, err
}

// referrers calls visit with the documents that point at (t, d) by the parameter, as of the state asked about.
func (ev *evaluator) referrers(p *parameter, t typeNumber, d document, visit func(document) (bool, error)) error {
	changed := ev.changed(p.t)
	var failed error
	more := true
	prefix := referencePrefix(p.t, p.number, t, d)
	err := ev.walkPrefix(prefix, func(key []byte) bool {
		source := lastDocument(key)
		if changed == nil || !changed.Contains(uint32(source)) {
			more, failed = visit(source)
		}
		return more && failed == nil
	})
	if err != nil || failed != nil || !more || changed == nil {
		return firstError(err, failed)
	}
	judged := roaring.New()
	ev.findFresh(p.t, prefix, after(prefix), judged)
	if past := ev.changedSince(p.t); past != nil {
		judged.Or(past)
	}
	for it := judged.Iterator(); more && it.HasNext(); {
		source := document(it.Next())
		if more, err = ev.visitChanged(p, source, d, visit); err != nil {
			return err
		}
	}
	return nil
}

// visitChanged is visit if the changed document pointed at d as of the past state.
func (ev *evaluator) visitChanged(p *parameter, source, d document, visit func(document) (bool, error)) (bool, error) {
	f, err := ev.record(p.t, source)
	if err != nil || f == nil {
		return true, err
	}
	points := false
	f.links(p.number, func(to target) bool {
		points = to.d == d
		return !points
	})
	if !points {
		return true, nil
	}
	return visit(source)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (ev *evaluator) holdsCompartment(f *forward, e query.InCompartment) (bool, error) {
	focus, found, err := readIdentity(ev.kv, ev.catalogue, e.Focus)
	if err != nil || !found {
		return false, err
	}
	return focus.d == f.d || f.inCompartment(focus.d), nil
}
