package storetest

import (
	"sync"
	"sync/atomic"

	"hearken/fhir"
	"hearken/internal/store"
)

// claimTests are the sentences on Claim and Reclaim.
var claimTests = []contractTest{
	{"the first to ask owns it for good", func(b *bench) {
		b.start()
		b.claims("space", "value", patient(1), patient(1), true)
		b.claims("space", "value", patient(2), patient(1), false)
		b.claims("space", "value", patient(1), patient(1), false)
		b.again()
		b.claims("space", "value", patient(3), patient(1), false)
	}},
	{"spaces and values do not mix", func(b *bench) {
		b.start()
		b.claims("a", "bc", patient(1), patient(1), true)
		b.claims("ab", "c", patient(2), patient(2), true)
		b.claims("a", "b", patient(3), patient(3), true)
		b.claims("", "abc", patient(4), patient(4), true)
		b.claims("a", "", patient(5), patient(5), true)
	}},
	{"a claim is seen in the same Update", func(b *bench) {
		b.start()
		b.update(func(tx store.Tx) error {
			_, fresh, err := tx.Claim("space", "value", patient(1))
			expect(b, "first Claim is fresh", fresh, true)
			if err != nil {
				return err
			}
			owner, fresh, err := tx.Claim("space", "value", patient(2))
			expect(b, "second Claim is fresh", fresh, false)
			expect(b, "owner", owner, patient(1))
			return err
		})
	}},
	{"Reclaim moves a claim from its owner only", func(b *bench) {
		b.start()
		b.reclaims(patient(1), patient(2), false)
		b.claims("space", "value", patient(1), patient(1), true)
		b.reclaims(patient(2), patient(3), false)
		b.claims("space", "value", patient(9), patient(1), false)
		b.reclaims(patient(1), patient(2), true)
		b.claims("space", "value", patient(9), patient(2), false)
		b.reclaims(patient(1), patient(3), false)
	}},
	{"of 32 concurrent claims exactly one is fresh", func(b *bench) {
		b.start()
		for round := range 10 {
			var fresh atomic.Int32
			owners := make([]fhir.Key, 32)
			var all sync.WaitGroup
			for n := range owners {
				all.Go(func() {
					b.error(b.s.Update(background, func(tx store.Tx) error {
						owner, first, err := tx.Claim("race", string(rune('a'+round)), patient(n))
						owners[n] = owner
						if first {
							fresh.Add(1)
							_, err = tx.Put(b.prepared(patient(round*32 + n)))
						}
						return err
					}))
				})
			}
			all.Wait()
			expect(b, "fresh claims", fresh.Load(), 1)
			for _, owner := range owners {
				expect(b, "owner", owner, owners[0])
			}
		}
		expect(b, "resources made by the winners", len(b.found(patients(nil))), 10)
	}},
}

func (b *bench) claims(space, value string, proposed, want fhir.Key, fresh bool) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		owner, first, err := tx.Claim(space, value, proposed)
		expect(b, "owner", owner, want)
		expect(b, "fresh", first, fresh)
		return err
	})
}

func (b *bench) reclaims(owner, proposed fhir.Key, want bool) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		moved, err := tx.Reclaim("space", "value", owner, proposed)
		expect(b, "Reclaim()", moved, want)
		return err
	})
}

// error fails the test from any goroutine.
func (b *bench) error(err error) {
	if err != nil {
		b.Errorf("unexpected error: %v", err)
	}
}
