package storetest

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// includeTests are the sentences on _include and _revinclude.
var includeTests = []contractTest{
	{"an include follows references, each target once and none that is a match", func(b *bench) {
		b.start()
		b.family()
		page := b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan"}))
		expectKeys(b, "included", keysOf(page.Included), patient(1), patient(2))
		expect(b, "Total counts matches only", page.Total, 3)
	}},
	{"an include can ask for one type of target", func(b *bench) {
		b.start()
		b.family()
		page := b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan", Target: "Practitioner"}))
		expectKeys(b, "included", keysOf(page.Included))
	}},
	{"a reverse include finds what refers to the matches", func(b *bench) {
		b.start()
		b.family()
		page := b.mustSearch(b.including(patients(nil), query.Include{Source: "CarePlan", Reverse: true}))
		expectKeys(b, "included", keysOf(page.Included), plan("1"), plan("2"), plan("3"))
	}},
	{"iterate goes on to what was included", func(b *bench) {
		b.start()
		b.family()
		on := query.Include{Source: "Patient", Iterate: true}
		page := b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan"}, on))
		expectKeys(b, "included", keysOf(page.Included), patient(1), patient(2), patient(3), patient(4))
		on.Iterate = false
		page = b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan"}, on))
		expectKeys(b, "included without iterate", keysOf(page.Included), patient(1), patient(2))
	}},
	{"what may not be seen is not included", func(b *bench) {
		b.start()
		b.family()
		allowed := query.Include{Source: "CarePlan", Where: b.token("token", "", "yes")}
		page := b.mustSearch(b.including(plans(), allowed))
		expectKeys(b, "included", keysOf(page.Included), patient(2))
	}},
	{"references are not followed from where they may not be seen", func(b *bench) {
		b.start()
		b.family()
		for allowed, want := range map[bool][]fhir.Key{true: {patient(1), patient(2)}, false: {}} {
			page := b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan", From: query.Const(allowed)}))
			expectKeys(b, "included", keysOf(page.Included), want...)
		}
	}},
	{"what is deleted or absent is not included", func(b *bench) {
		b.start()
		b.family()
		b.delete(patient(1))
		page := b.mustSearch(b.including(plans(), query.Include{Source: "CarePlan"}))
		expectKeys(b, "included", keysOf(page.Included), patient(2))
	}},
}

func plan(id fhir.ID) fhir.Key { return fhir.Key{Type: "CarePlan", ID: id} }

func plans() *query.Query { return &query.Query{Types: []fhir.Type{"CarePlan"}, Count: 10} }

// including adds includes by the reference parameter of their sources.
func (b *bench) including(q *query.Query, includes ...query.Include) *query.Query {
	for _, include := range includes {
		include.Parameter = b.world.Parameter(include.Source, "reference")
		q.Includes = append(q.Includes, include)
	}
	return q
}

// family writes three plans of two patients, one of whom leads to two more, in a circle.
func (b *bench) family() {
	b.put(plan("1"), linkTo("reference", patient(1)), linkTo("reference", plan("2")))
	b.put(plan("2"), linkTo("reference", patient(1)), linkTo("reference", patient(2)))
	b.put(plan("3"), linkTo("reference", patient(2)), linkTo("reference", patient(99)))
	b.put(patient(1))
	b.put(patient(2), linkTo("reference", patient(3)), value{"token", query.Token{Code: "yes"}})
	b.put(patient(3), linkTo("reference", patient(4)))
	b.put(patient(4), linkTo("reference", patient(2)))
}
