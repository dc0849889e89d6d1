package embedded

import (
	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// setChain is the documents that point at one for which Where holds: when these are few, their referrers are
// looked up; when many, all references of the parameter are walked.
func (ev *evaluator) setChain(t typeNumber, e query.Chain) (*roaring.Bitmap, error) {
	to := ev.catalogue.types[e.Target]
	if e.Parameter.Base != ev.catalogue.names[t] || to == 0 {
		return roaring.New(), nil
	}
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, err
	}
	targets, err := ev.exact().set(to, e.Where, nil)
	if err != nil {
		return nil, err
	}
	sources := collector{bitmap: roaring.New()}
	err = ev.walkReferences(p, to, targets, func(_, source document) { sources.add(source) })
	if err != nil {
		return nil, err
	}
	return ev.corrected(t, sources.done(), e)
}

// walkReferences visits the references of a parameter to any of the targets, as the index has them now.
func (ev *evaluator) walkReferences(
	p *parameter, to typeNumber, targets *roaring.Bitmap, visit func(target, source document),
) error {
	if targets.GetCardinality() > uint64(ev.store.options.Planner.Targets) {
		all := append(parameterPrefix(familyReference, p.t, p.number), byte(to))
		return ev.walkPrefix(all, func(key []byte) bool {
			if d := order.Uint32(key[5:]); targets.Contains(d) {
				visit(document(d), lastDocument(key))
			}
			return true
		})
	}
	for it := targets.Iterator(); it.HasNext(); {
		d := document(it.Next())
		err := ev.walkPrefix(referencePrefix(p.t, p.number, to, d), func(key []byte) bool {
			visit(d, lastDocument(key))
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// setHas is the documents that one for which Where holds points at.
func (ev *evaluator) setHas(t typeNumber, e query.Has) (*roaring.Bitmap, error) {
	p, err := ev.ready(e.Parameter)
	if err != nil {
		return nil, err
	}
	sources, err := ev.exact().set(p.t, e.Where, nil)
	if err != nil {
		return nil, err
	}
	found := roaring.New()
	if changed := ev.changed(p.t); changed != nil || sources.GetCardinality() <= ev.few() {
		few := sources
		if sources.GetCardinality() > ev.few() {
			few = roaring.And(sources, changed)
		}
		if err := ev.addLinks(found, p, t, few); err != nil {
			return nil, err
		}
		sources = roaring.AndNot(sources, few)
	}
	if !sources.IsEmpty() {
		all := append(parameterPrefix(familyReference, p.t, p.number), byte(t))
		targets := collector{bitmap: found}
		err := ev.walkPrefix(all, func(key []byte) bool {
			if sources.Contains(uint32(lastDocument(key))) {
				targets.add(document(order.Uint32(key[5:])))
			}
			return true
		})
		if err != nil {
			return nil, err
		}
		targets.done()
	}
	return ev.onlyLive(t, found)
}

// addLinks adds what the sources point at by the parameter.
func (ev *evaluator) addLinks(found *roaring.Bitmap, p *parameter, t typeNumber, sources *roaring.Bitmap) error {
	for it := sources.Iterator(); it.HasNext(); {
		f, err := ev.record(p.t, document(it.Next()))
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		f.links(p.number, func(to target) bool {
			if to.t == t {
				found.Add(uint32(to.d))
			}
			return true
		})
	}
	return nil
}

// onlyLive takes away the documents that are not there.
func (ev *evaluator) onlyLive(t typeNumber, set *roaring.Bitmap) (*roaring.Bitmap, error) {
	if set.GetCardinality() <= ev.few() {
		return ev.probe(t, set, query.Const(true))
	}
	live, err := ev.live(t)
	if err != nil {
		return nil, err
	}
	return roaring.And(set, live), nil
}

// setCompartment is the members of a compartment, its focus among them.
func (ev *evaluator) setCompartment(t typeNumber, e query.InCompartment) (*roaring.Bitmap, error) {
	focus, found, err := readIdentity(ev.kv, ev.catalogue, e.Focus)
	if err != nil || !found {
		return roaring.New(), err
	}
	to := ev.catalogue.types[e.Focus.Type]
	members, err := ev.bitmap(compartmentPrefix(to, focus.d, t))
	if err != nil {
		return nil, err
	}
	if to == t && focus.live() {
		members = members.Clone()
		members.Add(uint32(focus.d))
	}
	return ev.corrected(t, members, e)
}
