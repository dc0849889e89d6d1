package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

var errOwn = errors.New("fn's own error")

// updateTests are the sentences on Update and Tx.
var updateTests = []contractTest{
	{"what Update has answered is visible to every later View", func(b *bench) {
		b.start()
		for n := range 20 {
			want := b.put(patient(1), value{"number", query.Number{Low: decimal(n), High: decimal(n)}})
			got, err := b.get(patient(1))
			expectError(b, "Get()", err, nil)
			expect(b, "Get().Version", got.Version, want.Version)
			expect(b, "Get().Body", string(got.Body), string(want.Body))
		}
	}},
	{"nothing is visible to a reader before Update has answered", func(b *bench) {
		b.start()
		b.update(func(tx store.Tx) error {
			if _, err := tx.Put(b.prepared(patient(1))); err != nil {
				return err
			}
			_, err := b.get(patient(1))
			expectError(b, "Get() in a View beside the Update", err, store.ErrNotFound)
			return nil
		})
	}},
	{"after an error from fn nothing is stored", func(b *bench) {
		b.start()
		b.put(patient(1))
		err := b.s.Update(background, func(tx store.Tx) error {
			for _, p := range []store.Prepared{b.prepared(patient(1)), b.prepared(patient(2)), b.prepared(fhir.Key{Type: "Unheard", ID: "u"})} {
				if _, err := tx.Put(p); err != nil {
					return err
				}
			}
			if _, _, err := tx.Claim("space", "value", patient(2)); err != nil {
				return err
			}
			return errOwn
		})
		expectError(b, "Update()", err, errOwn)
		_, err = b.get(patient(2))
		expectError(b, "Get() of what was put", err, store.ErrNotFound)
		got, _ := b.get(patient(1))
		expect(b, "version of what was there", got.Version, 1)
		expect(b, "matches", len(b.found(patients(nil))), 1)
		b.update(func(tx store.Tx) error {
			_, fresh, err := tx.Claim("space", "value", patient(3))
			expect(b, "the claim is free", fresh, true)
			return err
		})
	}},
	{"an Update without writes succeeds and makes no commit", func(b *bench) {
		b.start()
		b.put(patient(1))
		var before, after store.Commit
		b.view(func(r store.Reader) error { before = r.Commit(); return nil })
		b.update(func(tx store.Tx) error { _, err := tx.Get(patient(1)); return err })
		b.view(func(r store.Reader) error { after = r.Commit(); return nil })
		expect(b, "Commit()", after, before)
	}},
	{"two Puts of one key in one Update are a duplicate", func(b *bench) {
		b.start()
		err := b.s.Update(background, func(tx store.Tx) error {
			if _, err := tx.Put(b.prepared(patient(1))); err != nil {
				return err
			}
			_, err := tx.Put(b.prepared(patient(1)))
			return err
		})
		expect(b, "code", fhir.CodeOf(err), fhir.CodeDuplicate)
		_, err = b.get(patient(1))
		expectError(b, "Get()", err, store.ErrNotFound)
	}},
	{"Get inside Update sees the transaction's own writes", func(b *bench) {
		b.start()
		b.put(patient(1))
		b.update(func(tx store.Tx) error {
			put, err := tx.Put(b.prepared(patient(1)))
			if err != nil {
				return err
			}
			got, err := tx.Get(patient(1))
			expect(b, "Get().Version", got.Version, put.Version)
			expect(b, "Get().Body", string(got.Body), string(put.Body))
			old, _ := tx.GetVersion(patient(1), 1)
			expect(b, "GetVersion(1).Version", old.Version, 1)
			own, _ := tx.GetVersion(patient(1), 2)
			expect(b, "GetVersion(2).Version", own.Version, 2)
			return err
		})
	}},
	{"Search, History, Count and Changes inside Update see its own writes", func(b *bench) {
		b.start()
		b.put(patient(1), value{"token", query.Token{Code: "old"}})
		b.put(patient(2), value{"token", query.Token{Code: "old"}})
		b.update(func(tx store.Tx) error { return b.seesOwnWrites(tx) })
		expect(b, "patients with the new code", len(b.found(patients(b.token("token", "", "new")))), 3)
	}},
	{"searches inside Update see its own writes by way of references, and what it leaves alone", func(b *bench) {
		b.start()
		b.put(patient(1), value{"token", query.Token{Code: "old"}})
		b.put(plan("1"), linkTo("reference", patient(1)))
		b.put(plan("2"), linkTo("reference", patient(2)))
		b.update(func(tx store.Tx) error { return b.seesByReference(tx) })
	}},
	{"a cancelled context stops Update before it commits", func(b *bench) {
		b.start()
		ctx, cancel := context.WithCancel(background)
		err := b.s.Update(ctx, func(tx store.Tx) error {
			_, err := tx.Put(b.prepared(patient(1)))
			cancel()
			return err
		})
		expectError(b, "Update()", err, context.Canceled)
		_, err = b.get(patient(1))
		expectError(b, "Get()", err, store.ErrNotFound)
	}},
	{"a panic in fn leaves the store usable", func(b *bench) {
		b.start()
		func() {
			defer func() { _ = recover() }()
			_ = b.s.Update(background, func(store.Tx) error { panic("fn's own") })
		}()
		b.put(patient(1))
	}},
	{"a large transaction is one commit", func(b *bench) {
		b.start()
		b.update(func(tx store.Tx) error {
			for n := range 600 {
				if _, err := tx.Put(b.prepared(patient(n), value{"token", query.Token{Code: "all"}})); err != nil {
					return err
				}
			}
			return nil
		})
		page := b.mustSearch(patients(b.token("token", "", "all")))
		expect(b, "Total", page.Total, 600)
		expect(b, "commit of the last", page.Matches[9].Commit, page.Matches[0].Commit)
	}},
	{"a body of three megabytes comes back whole", func(b *bench) {
		b.start()
		large := make([]byte, 3<<20)
		for i := range large {
			large[i] = byte('a' + i%26)
		}
		p := b.prepared(patient(1))
		p.Stamp = func(fhir.VersionID, time.Time) []byte { return large }
		b.update(func(tx store.Tx) error { _, err := tx.Put(p); return err })
		got, err := b.get(patient(1))
		expectError(b, "Get()", err, nil)
		expect(b, "the body is the same", string(got.Body) == string(large), true)
		expect(b, "the match's body is the same", string(b.mustSearch(patients(nil)).Matches[0].Body) == string(large), true)
	}},
}

// seesOwnWrites changes one patient, deletes another and makes two, and looks after each step.
func (b *bench) seesOwnWrites(tx store.Tx) error {
	look := func(what string, fresh, old int) error {
		for code, want := range map[string]int{"new": fresh, "old": old} {
			page, err := tx.Search(patients(b.token("token", "", code)))
			if err != nil {
				return err
			}
			expect(b, fmt.Sprintf("%s: total of %s", what, code), page.Total, want)
			expect(b, fmt.Sprintf("%s: matches of %s", what, code), len(page.Matches), want)
		}
		return nil
	}
	steps := []struct {
		what       string
		put        store.Prepared
		fresh, old int
	}{
		{"after a change", b.prepared(patient(1), value{"token", query.Token{Code: "new"}}), 1, 1},
		{"after a deletion", store.Prepared{Key: patient(2), Method: store.Delete}, 1, 0},
		{"after a creation", b.prepared(patient(3), value{"token", query.Token{Code: "new"}}), 2, 0},
		{"after another", b.prepared(patient(4), value{"token", query.Token{Code: "new"}}), 3, 0},
	}
	if err := look("before", 0, 2); err != nil {
		return err
	}
	for _, step := range steps {
		if _, err := tx.Put(step.put); err != nil {
			return err
		}
		if err := look(step.what, step.fresh, step.old); err != nil {
			return err
		}
	}
	n, err := tx.Count("Patient")
	expect(b, "Count()", n, 3)
	if err != nil {
		return err
	}
	history, err := tx.History(store.HistoryQuery{Type: "Patient", ID: patient(1).ID, Count: 10})
	expect(b, "versions in History()", len(history.Records), 2)
	if err != nil {
		return err
	}
	changes, err := tx.Changes(tx.Commit(), 10)
	expect(b, "Changes() of this transaction", len(changes), 4)
	return err
}

// seesByReference changes one patient and makes another, whom stored plans refer to, and only then a plan.
func (b *bench) seesByReference(tx store.Tx) (err error) {
	reference := b.world.Parameter("CarePlan", "reference")
	look := func(what string, q *query.Query, want ...fhir.Key) {
		page, failed := tx.Search(q)
		err = firstError(err, failed)
		expectKeys(b, what, append(keysOf(page.Matches), keysOf(page.Included)...), want...)
	}
	put := func(p store.Prepared) {
		_, failed := tx.Put(p)
		err = firstError(err, failed)
	}
	plansWhere := func(where query.Expr) *query.Query {
		return &query.Query{Types: []fhir.Type{"CarePlan"}, Where: where, Count: 10}
	}
	chained := plansWhere(query.Chain{Parameter: reference, Target: "Patient", Where: b.token("token", "", "new")})
	look("by a chain before", chained)
	put(b.prepared(patient(1), value{"token", query.Token{Code: "new"}}))
	look("plans, none written", plans(), plan("1"), plan("2"))
	look("by a chain", chained, plan("1"))
	put(b.prepared(patient(2), value{"token", query.Token{Code: "new"}}))
	look("by a chain to what is new", chained, plan("1"), plan("2"))
	look("by a chain that is denied", plansWhere(query.Not{Expr: chained.Where}))
	look("with what is new", b.including(plansWhere(nil), query.Include{Source: "CarePlan"}), plan("1"), plan("2"), patient(1), patient(2))
	pointedAt := patients(query.Has{Parameter: reference, Where: query.Const(true)})
	look("pointed at", pointedAt, patient(1), patient(2))
	put(store.Prepared{Key: plan("2"), Method: store.Delete})
	look("pointed at when a plan is gone", pointedAt, patient(1))
	look("plans, one deleted", plans(), plan("1"))
	return err
}
