package embedded

import (
	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

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
	p, err := ev.ready(e.Parameter)
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
