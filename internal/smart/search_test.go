package smart_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/smart"
)

// parsed reads a search as a client writes it: "Patient?name=x", "?_type=Patient,CarePlan", "Patient/1/CarePlan".
func parsed(t *testing.T, request string) query.Query {
	t.Helper()
	path, text, _ := strings.Cut(request, "?")
	target := search.Target{Type: fhir.Type(path)}
	if parts := strings.Split(path, "/"); len(parts) == 3 {
		target = search.Target{Type: fhir.Type(parts[2]), Compartment: fhir.Key{Type: fhir.Type(parts[0]), ID: fhir.ID(parts[1])}}
	}
	var pairs []search.Pair
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		value, err := url.QueryUnescape(value)
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	r, err := (&search.Parser{Registry: registry()}).Parse(target, pairs, search.Options{})
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	return r.Query
}

// refusedFor lists what an error says the scopes lack: "Patient.s (in a chain)".
func refusedFor(err error) []string {
	var e *fhir.Error
	if !errors.As(err, &e) || e.Code != fhir.CodeForbidden {
		return []string{err.Error()}
	}
	var out []string
	for _, issue := range e.Issues {
		_, lacks, _ := strings.Cut(issue.Diagnostics, "it takes ")
		out = append(out, lacks)
	}
	return out
}

func TestSearch_Refused(t *testing.T) {
	for _, row := range []struct {
		scopes, request string
		want            []string // nil: allowed
	}{
		{"user/Patient.rs", "Patient?family=x", nil},
		{"user/Patient.r", "Patient?family=x", []string{"Patient.s (searched)"}},
		{"user/Patient.s", "Patient?family=x", nil},
		{"user/CarePlan.rs", "Patient?family=x", []string{"Patient.s (searched)"}},
		// chains and _has are searches of the other type
		{"user/CarePlan.rs", "CarePlan?subject:Patient.family=x", []string{"Patient.s (in a chain)"}},
		{"user/CarePlan.rs user/Patient.r", "CarePlan?subject:Patient.family=x", []string{"Patient.s (in a chain)"}},
		{"user/CarePlan.rs user/Patient.s", "CarePlan?subject:Patient.family=x", nil},
		{"user/CarePlan.rs", "CarePlan?subject:Patient.general-practitioner:Organization.name=x", []string{"Organization.s (in a chain)", "Patient.s (in a chain)"}},
		{"user/CarePlan.rs user/Patient.rs", "CarePlan?subject:Patient.general-practitioner:Organization.name=x", []string{"Organization.s (in a chain)"}},
		{"user/Patient.rs", "Patient?_has:Observation:subject:code=x", []string{"Observation.s (in _has)"}},
		{"user/Patient.rs user/Observation.s", "Patient?_has:Observation:subject:code=x", nil},
		{"user/Patient.rs user/Observation.s", "Patient?_has:Observation:subject:performer:Practitioner.name=x", []string{"Practitioner.s (in a chain)"}},
		{"user/CarePlan.rs user/Patient.rs", "CarePlan?subject:Patient._has:Observation:subject:code=x", []string{"Observation.s (in _has)"}},
		{"user/Patient.rs", "Patient?_has:Observation:subject:code:not=x", []string{"Observation.s (in _has)"}},
		// includes are reads of the other type
		{"user/CarePlan.rs", "CarePlan?_include=CarePlan:subject:Patient", []string{"Patient.r (in _include)"}},
		{"user/CarePlan.rs user/Patient.s", "CarePlan?_include=CarePlan:subject:Patient", []string{"Patient.r (in _include)"}},
		{"user/CarePlan.rs user/Patient.r", "CarePlan?_include=CarePlan:subject:Patient", nil},
		{"user/CarePlan.rs", "CarePlan?_include=CarePlan:encounter", []string{"Encounter.r (in _include)"}},
		{"user/CarePlan.rs", "CarePlan?_include=CarePlan:subject", []string{"Group.r (in _include)", "Patient.r (in _include)"}},
		{"user/CarePlan.rs user/Patient.r", "CarePlan?_include=CarePlan:subject", nil},
		{"user/CarePlan.rs", "CarePlan?_include=CarePlan:*", nil}, // plans include plans
		{"user/Patient.rs", "Patient?_revinclude=Observation:subject", []string{"Observation.r (in _revinclude)"}},
		{"user/Patient.rs user/Observation.r", "Patient?_revinclude=Observation:subject", nil},
		{"user/Patient.rs", "Patient?_revinclude=Provenance:*", []string{"Provenance.r (in _revinclude)"}},
		{"user/CarePlan.rs user/Organization.r", "CarePlan?_include:iterate=Patient:organization", []string{"Patient.r (in _include)"}},
		{"user/CarePlan.rs user/Organization.r user/Patient.r", "CarePlan?_include:iterate=Patient:organization", nil},
		// every fault is told
		{"openid", "CarePlan?subject:Patient.family=x&_revinclude=Observation:based-on&_include=CarePlan:encounter",
			[]string{"CarePlan.s (searched)", "Patient.s (in a chain)", "Encounter.r (in _include)", "Observation.r (in _revinclude)"}},
		// several types by name
		{"user/Patient.rs", "?_type=Patient,CarePlan", []string{"CarePlan.s (searched)"}},
		{"user/Patient.rs user/CarePlan.s", "?_type=Patient,CarePlan", nil},
	} {
		_, _, err := rules().Search(caller("user", row.scopes), parsed(t, row.request), smart.Refuse)
		var got []string
		if err != nil {
			got = refusedFor(err)
		}
		slices.Sort(got)
		slices.Sort(row.want)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%q searching %s: -want +got\n%s", row.scopes, row.request, diff)
		}
	}
}

func TestSearch_Conjuncts(t *testing.T) {
	for _, row := range []struct {
		caller, scopes, request, want string
	}{
		{"user", "user/*.rs", "Patient?gender=male", `Patient where Patient.gender is *|"male"`},
		{"app", "patient/*.rs", "Patient?gender=male", `Patient where (Patient.gender is *|"male" & in "Patient/1")`},
		{"app", "patient/*.rs", "Patient/2/CarePlan", `CarePlan where (in "Patient/2" & in "Patient/1")`},
		{"app", "patient/*.rs", "CarePlan?subject:Patient.gender=male",
			`CarePlan where (CarePlan.subject -> Patient((Patient.gender is *|"male" & in "Patient/1")) & in "Patient/1")`},
		{"app", "patient/*.rs", "CarePlan?status:not=active", `CarePlan where (not(CarePlan.status is *|"active") & in "Patient/1")`},
		{"app", "patient/*.rs", "Patient?_has:Observation:subject:code=x",
			`Patient where (has(Observation.subject: (Observation.code is *|"x" & in "Patient/1")) & in "Patient/1")`},
		{"app", "patient/*.rs", "CarePlan?_include=CarePlan:subject:Patient",
			`CarePlan where in "Patient/1" include CarePlan:subject:Patient where in "Patient/1"`},
		{"user", "user/Patient.rs user/Observation.r?status=final", "Patient?_revinclude=Observation:subject",
			`Patient where true revinclude Observation:subject where Observation.status is *|"final"`},
		{"user", "user/CarePlan.rs user/Patient.r", "CarePlan?_include=CarePlan:subject",
			`CarePlan where true include CarePlan:subject where not(missing(Patient._id))`},
		{"app", "patient/Patient.rs user/CarePlan.rs?status=active", "?_type=Patient,CarePlan",
			`CarePlan,Patient where ((not(missing(CarePlan._id)) & CarePlan.status is *|"active") | (not(missing(Patient._id)) & in "Patient/1"))`},
		{"app", "patient/*.rs", "?_type=Patient,CarePlan", `CarePlan,Patient where in "Patient/1"`},
		{"app", "patient/CarePlan.rs user/Patient.rs", "?_type=Patient,CarePlan",
			`CarePlan,Patient where ((not(missing(CarePlan._id)) & in "Patient/1") | not(missing(Patient._id)))`},
	} {
		q := parsed(t, row.request)
		before := q.String()
		got, _, err := rules().Search(caller(row.caller, row.scopes), q, smart.Refuse)
		if err != nil {
			t.Errorf("%q searching %s: %v", row.scopes, row.request, err)
			continue
		}
		if text := strings.Replace(got.String(), " count 50 total accurate", "", 1); text != row.want {
			t.Errorf("%q searching %s is\n%s, want\n%s", row.scopes, row.request, text, row.want)
		}
		if q.String() != before {
			t.Errorf("%q searching %s changed the query it was given", row.scopes, row.request)
		}
	}
}

func TestSearch_Narrow(t *testing.T) {
	q := query.Query{Types: []fhir.Type{"CarePlan", "Observation", "Patient"}}
	got, left, err := rules().Search(caller("user", "user/Patient.rs user/CarePlan.r"), q, smart.Narrow)
	if err != nil || got.String() != "Patient where true count 0 total accurate" || !slices.Equal(left, []fhir.Type{"CarePlan", "Observation"}) {
		t.Errorf("Search = %s, without %v, %v; want Patient, without the others", got, left, err)
	}
	if _, _, err := rules().Search(caller("user", "openid"), q, smart.Narrow); fhir.CodeOf(err) != fhir.CodeForbidden {
		t.Errorf("Search of nothing that is covered = %v, want forbidden", err)
	}
	if _, _, err := rules().Search(nil, q, smart.Narrow); fhir.CodeOf(err) != fhir.CodeForbidden {
		t.Errorf("Search by nobody = %v, want forbidden", err)
	}
}

// A sort by another type's parameter is a search of that type.
func TestSearch_SortOfAnotherType(t *testing.T) {
	q := query.Query{Types: []fhir.Type{"CarePlan"}, Sort: []query.SortKey{{Parameter: registry().Parameter("Patient", "family")}}}
	if _, _, err := rules().Search(caller("user", "user/CarePlan.rs"), q, smart.Refuse); fhir.CodeOf(err) != fhir.CodeForbidden {
		t.Errorf("Search = %v, want forbidden", err)
	}
	if _, _, err := rules().Search(caller("user", "user/CarePlan.rs user/Patient.s"), q, smart.Refuse); err != nil {
		t.Errorf("Search = %v, want it allowed", err)
	}
}

// A parameter below a Not is written into too, and nil parts of a condition are everything.
func TestSearch_OddConditions(t *testing.T) {
	subject := registry().Parameter("CarePlan", "subject")
	for _, row := range []struct {
		where query.Expr
		want  string
	}{
		{query.Not{Expr: query.Chain{Parameter: subject, Target: "Patient"}}, `(not(CarePlan.subject -> Patient(in "Patient/1")) & in "Patient/1")`},
		{query.Or{nil, query.Const(false)}, `in "Patient/1"`},
		{query.Not{}, `false`},
		{query.And{query.Not{Expr: query.Not{Expr: query.Has{Parameter: subject}}}}, `(has(CarePlan.subject: in "Patient/1") & in "Patient/1")`},
	} {
		got, _, err := rules().Search(caller("app", "patient/*.rs"), query.Query{Types: []fhir.Type{"CarePlan"}, Where: row.where}, smart.Refuse)
		if err != nil || got.Where.String() != row.want {
			t.Errorf("Search where %v is where %v, %v; want %s", row.where, got.Where, err, row.want)
		}
	}
}
