package search_test

import (
	"iter"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
)

// documents is a Source of a few resources.
type documents []search.Document

func (d documents) Current(t fhir.Type) iter.Seq2[fhir.Key, query.Index] {
	return func(yield func(fhir.Key, query.Index) bool) {
		for _, document := range d {
			if document.Key.Type == t && !yield(document.Key, document.Index) {
				return
			}
		}
	}
}

func (d documents) Lookup(key fhir.Key) (search.Document, bool) {
	for _, document := range d {
		if document.Key == key {
			return document, true
		}
	}
	return search.Document{}, false
}

func documentOf(t *testing.T, src string) search.Document {
	t.Helper()
	root := parseResource(t, src)
	key := fhir.Key{Type: fhir.Type(root.Structure().Name), ID: fhir.ID(root.Child("id").Text())}
	return search.Document{Key: key, Index: indexOf(t, src), LastUpdated: time.Date(2024, 5, 6, 7, 8, 9, 123_000_000, time.UTC)}
}

func TestMatch(t *testing.T) {
	patient := documentOf(t, `{"resourceType":"Patient","id":"p","gender":"male"}`)
	observation := documentOf(t, `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}`)
	dangling := documentOf(t, `{"resourceType":"Observation","id":"d","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/gone"}}`)
	source := documents{patient, observation, dangling}
	gender, subject := registry().Parameter("Patient", "gender"), registry().Parameter("Observation", "subject")
	male := query.Match{Parameter: gender, Test: query.TokenTest{Code: "male", AnySystem: true}}
	never := query.Const(false)
	lastUpdated := func(base fhir.Type) query.Expr {
		at := patient.LastUpdated.UnixMicro()
		return query.Match{Parameter: registry().Parameter(base, "_lastUpdated"), Test: query.DateTest{Low: at, High: at + 1000}}
	}
	id := func(base fhir.Type, id string) query.Expr {
		return query.Match{Parameter: registry().Parameter(base, "_id"), Test: query.TokenTest{Code: id, AnySystem: true}}
	}
	rows := []struct {
		name string
		e    query.Expr
		d    search.Document
		want bool
	}{
		{"nil", nil, patient, true},
		{"empty and", query.And{}, patient, true},
		{"empty or", query.Or{}, patient, false},
		{"match", male, patient, true},
		{"and", query.And{male, never}, patient, false},
		{"or", query.Or{never, male}, patient, true},
		{"not", query.Not{Expr: male}, patient, false},
		{"a parameter of another type", male, observation, false},
		{"missing", query.Missing{Parameter: gender}, patient, false},
		{"missing, of another type", query.Missing{Parameter: gender}, observation, true},
		{"id", id("Patient", "p"), patient, true},
		{"another id", id("Patient", "q"), patient, false},
		{"id of another type", id("Observation", "p"), patient, false},
		{"last updated", lastUpdated("Patient"), patient, true},
		{"last updated of another type", lastUpdated("Patient"), observation, false},
		{"chain", query.Chain{Parameter: subject, Target: "Patient", Where: male}, observation, true},
		{"chain to what does not satisfy", query.Chain{Parameter: subject, Target: "Patient", Where: never}, observation, false},
		{"chain to another type", query.Chain{Parameter: subject, Target: "Group", Where: query.Const(true)}, observation, false},
		{"chain to what is not there", query.Chain{Parameter: subject, Target: "Patient"}, dangling, false},
		{"chain to anything", query.Chain{Parameter: subject, Target: "Patient"}, observation, true},
		{"has", query.Has{Parameter: subject, Where: id("Observation", "o")}, patient, true},
		{"has not", query.Has{Parameter: subject, Where: id("Observation", "d")}, patient, false},
		{"compartment", query.InCompartment{Focus: patient.Key}, observation, true},
		{"the focus itself", query.InCompartment{Focus: patient.Key}, patient, true},
		{"another compartment", query.InCompartment{Focus: patient.Key}, dangling, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := search.Match(row.e, row.d, source); got != row.want {
				t.Errorf("Match(%v, %s) = %v, want %v", row.e, row.d.Key, got, row.want)
			}
		})
	}
}
