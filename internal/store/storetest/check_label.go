package storetest

import (
	"fmt"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

var (
	teamA = query.Token{System: "org", Code: "A"}
	teamB = query.Token{System: "org", Code: "B"}
)

// labelTests are the sentences on Label, Relabel and Prepared.Label.
var labelTests = []contractTest{
	{"a Put brings its label: that of the index, or the one set beside it", func(b *bench) {
		b.start()
		b.put(patient(1), value{query.AccessCode, teamA})
		b.putLabelled(patient(2), []query.Token{teamB, teamA}, value{query.AccessCode, teamA})
		b.putLabelled(patient(3), []query.Token{}, value{query.AccessCode, teamA})
		b.put(patient(4))
		b.wantLabels("[{org A}]", "[{org A} {org B}]", "[]", "[]")
		expect(b, "seen by A", fmt.Sprint(b.found(patients(b.seenBy(teamA)))), fmt.Sprint([]fhir.Key{patient(1), patient(2)}))
		expect(b, "seen by B", fmt.Sprint(b.found(patients(b.seenBy(teamB)))), fmt.Sprint([]fhir.Key{patient(2)}))
	}},
	{"Relabel changes what searches see, and nothing else", func(b *bench) {
		b.start()
		want := b.put(patient(1), number(1), value{query.AccessCode, teamA})
		var before store.Commit
		b.view(func(r store.Reader) error { before = r.Commit(); return nil })
		b.relabel(patient(1), teamB)
		got, err := b.get(patient(1))
		expectError(b, "Get()", err, nil)
		expect(b, "version", fmt.Sprint(got.Version, got.LastUpdated, string(got.Body)), fmt.Sprint(want.Version, want.LastUpdated, string(want.Body)))
		expect(b, "seen by A", len(b.found(patients(b.seenBy(teamA)))), 0)
		expect(b, "seen by B", len(b.found(patients(b.seenBy(teamB)))), 1)
		expect(b, "found by its number", len(b.found(patients(query.Match{Parameter: b.world.Parameter("Patient", "number"),
			Test: query.NumberTest{Comparison: query.GreaterOrEqual, Low: decimal(1), High: decimal(1)}}))), 1)
		b.view(func(r store.Reader) error {
			changes, err := r.Changes(before, 10)
			expect(b, "changes", len(changes), 0)
			return err
		})
	}},
	{"a Relabel outlives later ones, re-opening and re-indexing", func(b *bench) {
		b.start()
		b.put(patient(1), value{query.AccessCode, teamA}, number(1))
		b.relabel(patient(1), teamB)
		b.relabel(patient(1), teamB, teamA)
		b.relabel(patient(1))
		b.wantLabels("[]")
		b.relabel(patient(1), teamB)
		b.world.Redefine("Patient", "number")
		b.again()
		b.wantLabels("[{org B}]")
		b.put(patient(1), value{query.AccessCode, teamA})
		b.wantLabels("[{org A}]")
		expect(b, "seen by B", len(b.found(patients(b.seenBy(teamB)))), 0)
	}},
	{"Relabel of what is not there is ErrNotFound", func(b *bench) {
		b.start()
		b.put(patient(2))
		b.delete(patient(2))
		b.put(patient(4))
		for what, fn := range map[string]func(store.Tx) error{
			"the deleted":        func(tx store.Tx) error { return tx.Relabel(patient(2), nil) },
			"what never was":     func(tx store.Tx) error { return tx.Relabel(patient(3), nil) },
			"an unheard-of type": func(tx store.Tx) error { return tx.Relabel(fhir.Key{Type: "Unheard", ID: "u"}, nil) },
			"what it deleted": func(tx store.Tx) error {
				_, err := tx.Put(store.Prepared{Key: patient(4), Method: store.Delete})
				return firstError(err, tx.Relabel(patient(4), nil))
			},
		} {
			expectError(b, "Relabel() of "+what, b.s.Update(background, fn), store.ErrNotFound)
		}
	}},
	{"the last label of an Update counts, whether Put or Relabel came first, and a search in between", func(b *bench) {
		for i, between := range []func(store.Tx) error{
			func(store.Tx) error { return nil },
			func(tx store.Tx) error { _, err := tx.Search(patients(nil)); return err },
		} {
			b.place = fmt.Sprint(b.Name(), i)
			b.start()
			b.put(patient(1), value{query.AccessCode, teamA}, number(1))
			b.put(patient(2), value{query.AccessCode, teamA}, number(2))
			b.update(func(tx store.Tx) error {
				_, err := tx.Put(b.prepared(patient(1), value{query.AccessCode, teamA}, number(3)))
				err = firstError(err, between(tx), tx.Relabel(patient(1), []query.Token{teamB}))
				err = firstError(err, tx.Relabel(patient(2), []query.Token{teamB}), between(tx))
				if err != nil {
					return err
				}
				_, err = tx.Put(b.prepared(patient(2), value{query.AccessCode, teamA}, number(4)))
				_, err2 := tx.Put(b.prepared(patient(3)))
				err = firstError(err, err2, between(tx), tx.Relabel(patient(3), []query.Token{teamA}), tx.Relabel(patient(3), []query.Token{teamB}))
				for n, want := range map[int]string{1: "[{org B}]", 2: "[{org A}]", 3: "[{org B}]"} {
					label, err := tx.Label(patient(n))
					expectError(b, "Label() inside", err, nil)
					expect(b, fmt.Sprint("label inside of patient ", n), fmt.Sprint(label), want)
				}
				return err
			})
			b.wantLabels("[{org B}]", "[{org A}]", "[{org B}]")
			expect(b, "seen by A", fmt.Sprint(b.found(patients(b.seenBy(teamA)))), fmt.Sprint([]fhir.Key{patient(2)}))
			expect(b, "seen by B", fmt.Sprint(b.found(patients(b.seenBy(teamB)))), fmt.Sprint([]fhir.Key{patient(1), patient(3)}))
			expect(b, "with the old number", len(b.found(patients(query.Match{Parameter: b.world.Parameter("Patient", "number"),
				Test: query.NumberTest{Comparison: query.LessOrEqual, Low: decimal(2), High: decimal(2)}}))), 0)
			b.again()
			b.wantLabels("[{org B}]", "[{org A}]", "[{org B}]")
		}
	}},
	{"Relabels commit with the Puts of their Update, or not at all", func(b *bench) {
		b.start()
		b.put(patient(1), value{query.AccessCode, teamA})
		err := b.s.Update(background, func(tx store.Tx) error {
			if err := tx.Relabel(patient(1), []query.Token{teamB}); err != nil {
				return err
			}
			label, err := tx.Label(patient(1))
			expect(b, "label inside", fmt.Sprint(label), "[{org B}]")
			page, err2 := tx.Search(patients(b.seenBy(teamB)))
			expect(b, "found inside", len(page.Matches), 1)
			return firstError(err, err2, errOwn)
		})
		expectError(b, "Update()", err, errOwn)
		b.wantLabels("[{org A}]")
	}},
	{"pages go by the label of now, whatever the first page saw", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n), value{query.AccessCode, teamA})
		}
		q := patients(b.seenBy(teamA))
		q.Count = 4
		first := b.mustSearch(q)
		hidden := 0
		for n := range 10 {
			if !slices.Contains(keysOf(first.Matches), patient(n)) && hidden < 3 {
				b.relabel(patient(n), teamB)
				hidden++
			}
		}
		q.Cursor, q.Count = first.Next, 100
		expect(b, "the rest", len(b.mustSearch(q).Matches), 3)
	}},
	{"a page shows what was deleted since to those who see its focus, and to nobody else", func(b *bench) {
		b.start()
		b.put(patient(1), value{query.AccessCode, teamA})
		for n := range 4 {
			b.putIn(fhir.Key{Type: "Observation", ID: fhir.ID(fmt.Sprint("o", n))}, []fhir.Key{patient(1)}, value{query.AccessCode, teamA})
		}
		access := b.world.Parameter("Observation", query.AccessCode)
		q := &query.Query{Types: []fhir.Type{"Observation"}, Count: 1, Where: query.Match{Parameter: access, Test: query.TokenTest{System: "org", Code: "A"}}}
		first := b.mustSearch(q)
		for n := range 4 {
			if key := (fhir.Key{Type: "Observation", ID: fhir.ID(fmt.Sprint("o", n))}); key != first.Matches[0].Key {
				b.delete(key)
			}
		}
		q.Cursor, q.Count = first.Next, 100
		expect(b, "the rest", len(b.mustSearch(q).Matches), 3)
		b.relabel(patient(1), teamB)
		expect(b, "the rest when the focus is another's", len(b.mustSearch(q).Matches), 0)
	}},
	{"conditions on old versions go by the label of now, of deleted resources by their focus", func(b *bench) {
		b.start()
		b.put(patient(1), value{query.AccessCode, teamA})
		of := fhir.Key{Type: "Observation", ID: "of-1"}
		b.putIn(of, []fhir.Key{patient(1)}, value{query.AccessCode, teamB})
		b.putIn(of, []fhir.Key{patient(1)}, value{query.AccessCode, teamB})
		history := func(token query.Token) int {
			where := query.Match{Parameter: b.world.Parameter("Observation", query.AccessCode), Test: query.TokenTest{System: token.System, Code: token.Code}}
			return len(b.history(store.HistoryQuery{Type: "Observation", Where: where, Count: 10}).Records)
		}
		expect(b, "versions seen by B", history(teamB), 2)
		b.relabel(of, teamA)
		expect(b, "versions seen by A", history(teamA), 2)
		expect(b, "versions seen by B", history(teamB), 0)
		b.relabel(of, teamB)
		b.delete(of)
		expect(b, "versions of the deleted seen by A", history(teamA), 3)
		expect(b, "versions of the deleted seen by B", history(teamB), 0)
		b.view(func(r store.Reader) error {
			label, err := r.Label(of)
			expect(b, "label of the deleted", fmt.Sprint(label), "[{org A}]")
			return err
		})
		b.relabel(patient(1), teamB)
		expect(b, "versions of the deleted seen by B", history(teamB), 3)
		b.delete(patient(1))
		expect(b, "versions seen by B when the focus is gone", history(teamB), 0)
	}},
	{"Label of what never was is ErrNotFound", func(b *bench) {
		b.start()
		b.view(func(r store.Reader) error {
			_, err := r.Label(patient(1))
			expectError(b, "Label()", err, store.ErrNotFound)
			return nil
		})
	}},
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) seenBy(token query.Token) query.Expr {
	return query.Match{Parameter: b.world.Parameter("Patient", query.AccessCode), Test: query.TokenTest{System: token.System, Code: token.Code}}
}

func (b *bench) relabel(key fhir.Key, label ...query.Token) {
	b.Helper()
	b.update(func(tx store.Tx) error { return tx.Relabel(key, label) })
}

func (b *bench) putLabelled(key fhir.Key, label []query.Token, values ...value) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		p := b.prepared(key, values...)
		p.Label = label
		_, err := tx.Put(p)
		return err
	})
}

// putIn stores a resource in compartments.
func (b *bench) putIn(key fhir.Key, compartments []fhir.Key, values ...value) {
	b.Helper()
	c := Content{Values: map[string][]query.Value{}, Compartments: compartments}
	for _, v := range values {
		c.Values[v.code] = append(c.Values[v.code], v.Value)
	}
	b.update(func(tx store.Tx) error {
		_, err := tx.Put(b.world.Prepare(key, store.Update, b.world.Add(c)))
		return err
	})
}

// wantLabels compares the labels of the first patients, from 1.
func (b *bench) wantLabels(want ...string) {
	b.Helper()
	b.view(func(r store.Reader) error {
		for i, text := range want {
			label, err := r.Label(patient(i + 1))
			expectError(b, "Label()", err, nil)
			slices.SortFunc(label, func(a, c query.Token) int {
				return len(a.Code+a.System) - len(c.Code+c.System) + int(a.Code[0]) - int(c.Code[0])
			})
			expect(b, fmt.Sprintf("label of patient %d", i+1), fmt.Sprint(label), text)
		}
		return nil
	})
}
