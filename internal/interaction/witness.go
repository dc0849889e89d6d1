package interaction

import (
	"context"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// witness is the Tx below all others: it notes what is written for the audit log.
type witness struct {
	store.Tx
	server *Server
	act    *act
	before map[fhir.Key]store.Record
}

// updateStore is an Update of the store whose commit records the act of ctx, if that is recorded. The
// caller's decision must hold on the state it begins from.
func (s *Server) updateStore(ctx context.Context, fn func(store.Tx) error) error {
	r, recorded := ctx.Value(actKey{}).(*request)
	g := guardOf(ctx)
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		if err := g.holds(tx); err != nil {
			return err
		}
		if !recorded {
			return fn(tx)
		}
		return s.witnessed(r, tx, fn)
	})
	if recorded && err != nil {
		r.act.recorded, r.act.versions = false, recordings{} // nothing was written
	}
	return err
}

// witnessed runs the function of an Update and, when it has written, records the act in the same commit.
func (s *Server) witnessed(r *request, tx store.Tx, fn func(store.Tx) error) error {
	r.act.recorded, r.act.versions = false, recordings{} // this may be another run
	if err := fn(&witness{Tx: tx, server: s, act: r.act, before: map[fhir.Key]store.Record{}}); err != nil {
		return err
	}
	recorder, ok := tx.(audit.Recorder)
	if !ok || !r.act.wrote() {
		return nil // it is recorded before it is answered
	}
	if err := recorder.Record(s.recordOf(r, nil, nil)); err != nil {
		return notRecorded(err)
	}
	r.act.recorded = true
	return nil
}

// Get is the current version, which a Put that follows is recorded to have replaced.
func (w *witness) Get(key fhir.Key) (store.Record, error) {
	record, err := w.Tx.Get(key)
	if err == nil {
		w.before[key] = record
	}
	return record, err
}

// Put stores a version, which touches the records of those it is about and of those it was about.
func (w *witness) Put(p store.Prepared) (store.Record, error) {
	record, err := w.Tx.Put(p)
	if err != nil {
		return record, err
	}
	var versions []store.Record
	if before, ok := w.before[p.Key]; ok {
		versions = append(versions, before)
	}
	versions = append(versions, record)
	if err := w.server.attributeIn(w.Tx, versions); err != nil {
		return record, err
	}
	for i := range versions {
		w.act.versions.concern(w.server.patientsOf(&versions[i]))
	}
	w.act.versions.add(record.Key, record.Version, true, nil)
	return record, nil
}

// noteShown makes versions that were read in an Update part of what is recorded with it.
func (a *act) noteShown(s *Server, shown []store.Record) {
	written := map[fhir.Key]bool{}
	for _, v := range a.versions.versions {
		written[v.Key] = true
	}
	for i := range shown {
		if !written[shown[i].Key] { // else it was shown as it was written
			a.versions.add(shown[i].Key, shown[i].Version, false, s.patientsOf(&shown[i]))
		}
	}
}

// requests are those of the entries.
func (t *transaction) requests() []*request {
	all := make([]*request, len(t.entries))
	for i, e := range t.entries {
		all[i] = e.request
	}
	return all
}

// shown is what the answers to all entries show.
func (t *transaction) shown() (all []store.Record) {
	for i := range t.answers {
		all = append(all, t.answers[i].Shown...)
	}
	return all
}
