package storetest

import (
	"errors"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

func linkTo(code string, key fhir.Key) value { return value{code, query.Link{Key: key}} }

// searchTests are the sentences on Search and conditions; the differential test has the rest.
var searchTests = []contractTest{
	{"no condition finds everything current of the types", func(b *bench) {
		b.start()
		b.put(patient(1))
		b.put(patient(2))
		b.delete(patient(2))
		b.put(fhir.Key{Type: "Practitioner", ID: "pr"})
		expectKeys(b, "Patient", b.found(patients(nil)), patient(1))
		both := &query.Query{Types: []fhir.Type{"Patient", "Practitioner"}}
		expectKeys(b, "both", b.found(both), patient(1), fhir.Key{Type: "Practitioner", ID: "pr"})
		expectKeys(b, "a type never heard of", b.found(&query.Query{Types: []fhir.Type{"Unheard"}}))
	}},
	{"an update replaces the values of the version before", func(b *bench) {
		b.start()
		b.put(patient(1), value{"token", query.Token{Code: "a"}}, value{"string", query.Text{Text: "Ann"}})
		b.put(patient(1), value{"token", query.Token{Code: "b"}}, value{"string", query.Text{Text: "Ann"}})
		expectKeys(b, "the old code", b.found(patients(b.token("token", "", "a"))))
		expectKeys(b, "the new code", b.found(patients(b.token("token", "", "b"))), patient(1))
	}},
	{"a deleted resource is out of every index, a revived one back", func(b *bench) {
		b.start()
		p := b.world.Parameter("Patient", "token")
		for _, where := range []query.Expr{
			nil, b.token("token", "", "a"), query.Missing{Parameter: b.world.Parameter("Patient", "uri")},
			query.Not{Expr: query.Missing{Parameter: p}}, query.Not{Expr: b.token("token", "", "z")},
			query.InCompartment{Focus: patient(1)},
			query.Match{Parameter: b.world.Parameter("Patient", "_id"), Test: query.TokenTest{Code: string(patient(1).ID), AnySystem: true}},
		} {
			b.put(patient(1), value{"token", query.Token{Code: "a"}})
			expectKeys(b, "live", b.found(patients(where)), patient(1))
			b.delete(patient(1))
			expectKeys(b, "deleted", b.found(patients(where)))
		}
	}},
	{"a chain leads to its target whichever was written first", func(b *bench) {
		b.start()
		where := query.Chain{Parameter: b.world.Parameter("CarePlan", "reference"), Target: "Patient", Where: b.token("token", "nhs", "9990000018")}
		plan := func(id fhir.ID) fhir.Key { return fhir.Key{Type: "CarePlan", ID: id} }
		b.put(plan("before"), linkTo("reference", patient(1)))
		q := &query.Query{Types: []fhir.Type{"CarePlan"}, Where: where}
		expectKeys(b, "while the target is absent", b.found(q))
		b.put(patient(1), value{"token", query.Token{System: "nhs", Code: "9990000018"}})
		b.put(plan("after"), linkTo("reference", patient(1)))
		b.put(plan("other"), linkTo("reference", patient(2)))
		expectKeys(b, "with the target", b.found(q), plan("before"), plan("after"))
		b.delete(patient(1))
		expectKeys(b, "after its deletion", b.found(q))
	}},
	{"a resource can refer to itself", func(b *bench) {
		b.start()
		b.put(patient(1), linkTo("reference", patient(1)), value{"token", query.Token{Code: "a"}})
		p := b.world.Parameter("Patient", "reference")
		expectKeys(b, "chain", b.found(patients(query.Chain{Parameter: p, Target: "Patient", Where: b.token("token", "", "a")})), patient(1))
		expectKeys(b, "has", b.found(patients(query.Has{Parameter: p, Where: b.token("token", "", "a")})), patient(1))
	}},
	{"a compartment has its members and its focus, not others' foci", func(b *bench) {
		b.start()
		b.put(patient(1))
		b.put(patient(2))
		inside := b.prepared(fhir.Key{Type: "Observation", ID: "o"})
		inside.Index.Compartments = []fhir.Key{patient(1)}
		b.update(func(tx store.Tx) error { _, err := tx.Put(inside); return err })
		all := &query.Query{Types: Types, Where: query.InCompartment{Focus: patient(1)}}
		expectKeys(b, "compartment", b.found(all), patient(1), inside.Key)
		absent := &query.Query{Types: Types, Where: query.InCompartment{Focus: patient(3)}}
		expectKeys(b, "compartment of nobody", b.found(absent))
	}},
	{"a parameter of another type is missing and matches nothing", func(b *bench) {
		b.start()
		b.put(patient(1), value{"token", query.Token{Code: "a"}})
		foreign := b.world.Parameter("CarePlan", "token")
		expectKeys(b, "match", b.found(patients(query.Match{Parameter: foreign, Test: query.TokenTest{Code: "a", AnySystem: true}})))
		expectKeys(b, "missing", b.found(patients(query.Missing{Parameter: foreign})), patient(1))
	}},
	{"a count of zero gives the total only", func(b *bench) {
		b.start()
		for n := range 5 {
			b.put(patient(n))
		}
		page := b.mustSearch(&query.Query{Types: []fhir.Type{"Patient"}})
		expect(b, "Total", page.Total, 5)
		expect(b, "matches", len(page.Matches), 0)
		expect(b, "Next", page.Next, "")
	}},
	{"without a total the page says so", func(b *bench) {
		b.start()
		b.put(patient(1))
		q := patients(nil)
		q.Total = query.TotalNone
		expect(b, "Total", b.mustSearch(q).Total, -1)
	}},
	{"a parameter the store was not opened with is an error", func(b *bench) {
		b.start()
		stranger := &query.Parameter{Base: "Patient", Code: "stranger", Kind: query.KindToken, Identity: query.Identity{9}}
		_, err := b.search(patients(query.Missing{Parameter: stranger}))
		expect(b, "there is an error", err != nil, true)
	}},
	{"a Reader is dead when fn returns", func(b *bench) {
		b.start()
		b.put(patient(1))
		var kept store.Reader
		b.view(func(r store.Reader) error { kept = r; return nil })
		_, err := kept.Get(patient(1))
		if _, oracle := b.s.(*Oracle); !oracle {
			expect(b, "Get() fails", err != nil && !errors.Is(err, store.ErrNotFound), true)
		}
	}},
}
