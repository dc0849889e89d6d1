package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

var errStale = errors.New("the version is not the one expected")

// raceTests are the sentences on concurrent Updates and Views.
var raceTests = []contractTest{
	{"of two writers with one expected version exactly one wins", func(b *bench) {
		b.start()
		b.put(patient(1))
		for round := range 50 {
			var won, stale atomic.Int32
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					switch err := b.ifMatch(uint64(round + 1)); {
					case err == nil:
						won.Add(1)
					case errors.Is(err, errStale):
						stale.Add(1)
					default:
						b.error(err)
					}
				})
			}
			all.Wait()
			expect(b, "winners", won.Load(), 1)
			expect(b, "stale", stale.Load(), 3)
		}
	}},
	{"no increment is lost", func(b *bench) {
		b.start()
		b.put(patient(1))
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 25 {
					b.error(b.s.Update(background, func(tx store.Tx) error {
						if _, err := tx.Get(patient(1)); err != nil {
							return err
						}
						_, err := tx.Put(b.prepared(patient(1)))
						return err
					}))
				}
			})
		}
		all.Wait()
		got, _ := b.get(patient(1))
		expect(b, "version after 200 increments", got.Version, 201)
	}},
	{"a View sees one state, whole transactions only", func(b *bench) {
		b.start()
		var done atomic.Bool
		var all sync.WaitGroup
		all.Go(func() {
			defer done.Store(true)
			for n := range 100 {
				b.error(b.s.Update(background, func(tx store.Tx) error { return b.putPair(tx, n) }))
			}
		})
		for range 3 {
			all.Go(func() {
				for !done.Load() {
					b.error(b.s.View(background, b.checkPair))
				}
			})
		}
		all.Wait()
	}},
	{"nobody reads a commit that is not the newest answered or later", func(b *bench) {
		b.start()
		var answered atomic.Uint64
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for range 50 {
					var commit store.Commit
					b.error(b.s.Update(background, func(tx store.Tx) error {
						r, err := tx.Put(b.prepared(patient(n)))
						commit = r.Commit
						return err
					}))
					for old := answered.Load(); old < uint64(commit) && !answered.CompareAndSwap(old, uint64(commit)); old = answered.Load() {
					}
					least := answered.Load()
					b.error(b.s.View(background, func(r store.Reader) error {
						if uint64(r.Commit()) < least {
							return fmt.Errorf("a View shows commit %d after %d was answered", r.Commit(), least)
						}
						return nil
					}))
				}
			})
		}
		all.Wait()
	}},
}

// ifMatch writes the patient only if it has the version.
func (b *bench) ifMatch(version uint64) error {
	return b.s.Update(background, func(tx store.Tx) error {
		got, err := tx.Get(patient(1))
		if err != nil {
			return err
		}
		if uint64(got.Version) != version {
			return errStale
		}
		_, err = tx.Put(b.prepared(patient(1)))
		return err
	})
}

// putPair writes two patients with one code; checkPair wants every View to see both with the same.
func (b *bench) putPair(tx store.Tx, n int) error {
	for i := range 2 {
		p := b.prepared(patient(i), value{"token", query.Token{Code: fmt.Sprint(n)}})
		if _, err := tx.Put(p); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) checkPair(r store.Reader) error {
	first, err := r.Get(patient(0))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	second, err := r.Get(patient(1))
	if err != nil || first.Version != second.Version {
		return fmt.Errorf("versions %d and %d in one View: %w", first.Version, second.Version, err)
	}
	page, err := r.Search(patients(b.token("token", "", fmt.Sprint(first.Version-1))))
	if err == nil && page.Total != 2 {
		err = fmt.Errorf("%d resources have the code of the version that Get shows", page.Total)
	}
	return err
}
