package interaction_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// weakStore is the weakest store its contract allows, on top of a real one: any number of Updates run at the
// same time, each searches the state of its beginning and is only checked for what it read by Get and was
// told of claims; claims are seen by others at once and outlive an Update that fails. What is right on it is
// right on any engine.
type weakStore struct {
	store.Store
	delay   time.Duration // at most, before each claim and commit
	mutant  bool          // claims guard nothing: everyone is the first
	tipGets bool          // Get reads what is newest, not the state of the beginning
}

var errStale = errors.New("what was read has changed")

func (w *weakStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	for {
		err := w.try(ctx, fn)
		if !errors.Is(err, errStale) {
			return err
		}
	}
}

func (w *weakStore) try(ctx context.Context, fn func(store.Tx) error) error {
	tx := &weakTx{store: w, ctx: ctx, read: map[fhir.Key]fhir.VersionID{}, own: map[fhir.Key]store.Record{}, claims: map[[2]string]fhir.Key{}}
	err := w.View(ctx, func(r store.Reader) error {
		tx.Reader = r
		return fn(tx)
	})
	if err != nil {
		return err
	}
	w.sleep()
	return w.Store.Update(ctx, func(inner store.Tx) error {
		for key, version := range tx.read {
			if current, err := currentVersion(inner, key); err != nil || current.Version != version {
				return errors.Join(err, errStale)
			}
		}
		for claim, owner := range tx.claims {
			if now, _, err := inner.Claim(claim[0], claim[1], owner); err != nil || now != owner {
				return errors.Join(err, errStale)
			}
		}
		for _, p := range tx.puts {
			if _, err := inner.Put(p); err != nil {
				return err
			}
		}
		for _, relabel := range tx.labels {
			if err := relabel(inner); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *weakStore) sleep() {
	if w.delay > 0 {
		time.Sleep(rand.N(w.delay))
	}
}

func currentVersion(r store.Reader, key fhir.Key) (store.Record, error) {
	rec, err := r.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{}, nil
	}
	return rec, err
}

// weakTx reads the state of the Update's beginning and keeps what is written to itself.
type weakTx struct {
	store.Reader
	store  *weakStore
	ctx    context.Context
	read   map[fhir.Key]fhir.VersionID
	own    map[fhir.Key]store.Record
	puts   []store.Prepared
	claims map[[2]string]fhir.Key // the owner each was last said to have
	labels []func(store.Tx) error
}

func (tx *weakTx) Get(key fhir.Key) (rec store.Record, err error) {
	if rec, ok := tx.own[key]; ok {
		return rec, nil
	}
	if tx.store.tipGets {
		err = tx.store.View(tx.ctx, func(r store.Reader) error {
			rec, err = r.Get(key)
			return err
		})
	} else {
		rec, err = tx.Reader.Get(key)
	}
	if _, known := tx.read[key]; !known && (err == nil || errors.Is(err, store.ErrNotFound)) {
		tx.read[key] = rec.Version
	}
	return rec, err
}

// Relabel is kept to the commit, as a Put is.
func (tx *weakTx) Relabel(key fhir.Key, label []query.Token) error {
	tx.labels = append(tx.labels, func(inner store.Tx) error { return inner.Relabel(key, label) })
	return nil
}

func (tx *weakTx) Put(p store.Prepared) (store.Record, error) {
	current, err := tx.Get(p.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Record{}, err
	}
	rec := store.Record{Key: p.Key, Version: current.Version + 1, Method: p.Method, Commit: tx.Commit() + 1, Patients: p.Patients}
	if p.Stamp != nil {
		rec.Body = p.Stamp(rec.Version, rec.LastUpdated)
	}
	tx.own[p.Key] = rec
	tx.puts = append(tx.puts, p)
	return rec, nil
}

// Search sees the transaction's own writes too, by the oracle.
func (tx *weakTx) Search(q *query.Query) (store.Page, error) {
	page, err := tx.Reader.Search(q)
	if err != nil {
		return page, err
	}
	found := page.Matches[:0:0]
	for _, rec := range page.Matches {
		if _, own := tx.own[rec.Key]; !own {
			found = append(found, rec)
		}
	}
	for _, p := range tx.puts {
		if p.Method != store.Delete && p.Key.Type == q.Types[0] && search.Match(q.Where, search.Document{Key: p.Key, Index: p.Index}, nobody{}) {
			found = append(found, tx.own[p.Key])
		}
	}
	page.Matches = found
	return page, nil
}

type nobody struct{}

func (nobody) Current(fhir.Type) iter.Seq2[fhir.Key, query.Index] {
	return func(func(fhir.Key, query.Index) bool) {}
}
func (nobody) Lookup(fhir.Key) (search.Document, bool) { return search.Document{}, false }

func (tx *weakTx) Claim(space, value string, proposed fhir.Key) (owner fhir.Key, fresh bool, err error) {
	tx.store.sleep()
	if tx.store.mutant {
		return proposed, true, nil
	}
	err = tx.store.Store.Update(tx.ctx, func(inner store.Tx) error {
		owner, fresh, err = inner.Claim(space, value, proposed)
		return err
	})
	tx.claims[[2]string{space, value}] = owner
	return owner, fresh, err
}

func (tx *weakTx) Reclaim(space, value string, owner, proposed fhir.Key) (moved bool, err error) {
	if tx.store.mutant {
		return true, nil
	}
	err = tx.store.Store.Update(tx.ctx, func(inner store.Tx) error {
		moved, err = inner.Reclaim(space, value, owner, proposed)
		return err
	})
	if moved {
		tx.claims[[2]string{space, value}] = proposed
	}
	return moved, err
}
