package search_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/r4"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
)

var registry = sync.OnceValue(func() *search.Registry {
	r, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		panic(err)
	}
	return r
})

func TestNewRegistry_Compiles(t *testing.T) {
	if _, err := search.NewRegistry(r4.Definitions()); err != nil {
		t.Fatalf("NewRegistry: %v", err)
	}
}

func TestRegistry_IsDeterministic(t *testing.T) {
	again, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		t.Fatal(err)
	}
	a, b := registry().All(), again.All()
	if len(a) != len(b) {
		t.Fatalf("All() has %d parameters, then %d", len(a), len(b))
	}
	seen := map[query.Identity]string{}
	shared := map[string]string{"phonetic": "name", "gene-amino-acid-change": "amino-acid-change", "gene-dnavariant": "dna-variant"}
	for i := range a {
		if a[i].String() != b[i].String() || a[i].Identity != b[i].Identity {
			t.Errorf("All()[%d] = %s %x, then %s %x", i, a[i], a[i].Identity, b[i], b[i].Identity)
		}
		if other := seen[a[i].Identity]; other != "" && other != string(a[i].Base)+"."+shared[a[i].Code] {
			t.Errorf("%s and %s have one identity", other, a[i])
		}
		seen[a[i].Identity] = a[i].String()
	}
}

// Another zone makes other values of dates, and of nothing else: only these are other parameters.
func TestRegistry_InZone(t *testing.T) {
	in := func(name string) *search.Registry {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := search.NewRegistry(r4.Definitions(), search.InZone(zone))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	london, utc := in("Europe/London"), in("UTC")
	for code, same := range map[string]bool{"family": true, "birthdate": false, "identifier": true, "organization": true} {
		a, b := london.Parameter("Patient", code), utc.Parameter("Patient", code)
		if (a.Identity == b.Identity) != same {
			t.Errorf("Patient.%s has one identity in both zones: %v, want %v", code, !same, same)
		}
	}
}

func TestRegistry_Parameter(t *testing.T) {
	rows := []struct {
		name      string
		base      fhir.Type
		code      string
		kind      query.Kind
		intrinsic query.Intrinsic
		targets   []fhir.Type
	}{
		{"own", "Patient", "birthdate", query.KindDate, 0, nil},
		{"shared by several types", "Patient", "family", query.KindString, 0, nil},
		{"of every resource", "Observation", "_tag", query.KindToken, 0, nil},
		{"of Binary, no DomainResource", "Binary", "_security", query.KindToken, 0, nil},
		{"canonical", "CarePlan", "_profile", query.KindURI, 0, nil},
		{"id", "CarePlan", "_id", query.KindToken, query.IntrinsicID, nil},
		{"last updated", "CarePlan", "_lastUpdated", query.KindDate, query.IntrinsicLastUpdated, nil},
		{"targets narrowed by resolve()", "CarePlan", "patient", query.KindReference, 0, []fhir.Type{"Patient"}},
		{"targets narrowed by the element", "AllergyIntolerance", "patient", query.KindReference, 0, []fhir.Type{"Patient"}},
		{"targets of a choice", "CarePlan", "subject", query.KindReference, 0, []fhir.Type{"Group", "Patient"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := registry().Parameter(row.base, row.code)
			if p == nil {
				t.Fatalf("Parameter(%s, %s) = nil", row.base, row.code)
			}
			if p.Kind != row.kind || p.Intrinsic != row.intrinsic || p.Base != row.base {
				t.Errorf("Parameter(%s, %s) = %+v, want kind %d, intrinsic %d", row.base, row.code, p, row.kind, row.intrinsic)
			}
			if row.targets != nil && !slices.Equal(p.Targets, row.targets) {
				t.Errorf("Parameter(%s, %s).Targets = %v, want %v", row.base, row.code, p.Targets, row.targets)
			}
			if d := registry().Definition(p); d == nil || d.Code != row.code {
				t.Errorf("Definition(%s) = %v, want the published one", p, d)
			}
		})
	}
}

func TestRegistry_Composite(t *testing.T) {
	p := registry().Parameter("Observation", "code-value-quantity")
	want := []*query.Parameter{registry().Parameter("Observation", "code"), registry().Parameter("Observation", "value-quantity")}
	if p == nil || !slices.Equal(p.Components, want) {
		t.Errorf("Observation.code-value-quantity = %+v, want components %v", p, want)
	}
}

func TestRegistry_Unsupported(t *testing.T) {
	for _, row := range []struct {
		base fhir.Type
		code string
	}{
		{"Patient", "_text"}, {"Patient", "_content"}, {"Patient", "_filter"}, {"Patient", "_query"},
		{"Location", "near"}, {"Patient", "age"},
	} {
		if reason, known := registry().Unsupported(row.base, row.code); !known || reason == "" {
			t.Errorf("Unsupported(%s, %s) = %q, %v, want a reason", row.base, row.code, reason, known)
		}
		if p := registry().Parameter(row.base, row.code); p != nil {
			t.Errorf("Parameter(%s, %s) = %v, want nil", row.base, row.code, p)
		}
	}
	if reason, known := registry().Unsupported("Patient", "colour"); known {
		t.Errorf("Unsupported(Patient, colour) = %q, want unknown", reason)
	}
}

// Every published parameter is offered for each of its types, special, or unsupported with a reason: none is lost.
func TestRegistry_LosesNothing(t *testing.T) {
	set := r4.Definitions()
	for _, name := range set.Resources() {
		specials := registry().Specials(fhir.Type(name))
		for _, d := range set.SearchParametersOf(name) {
			p := registry().Parameter(fhir.Type(name), d.Code)
			_, unsupported := registry().Unsupported(fhir.Type(name), d.Code)
			if p == nil && !unsupported && !slices.Contains(specials, d) {
				t.Errorf("%s of %s is lost", d.URL, name)
			}
			if p != nil && p.URL != d.URL {
				t.Errorf("%s of %s is hidden by %s", d.URL, name, p.URL)
			}
		}
	}
}

func TestRegistry_Access(t *testing.T) {
	for _, base := range registry().Types() {
		p := registry().Access(base)
		if p == nil || p.Code != query.AccessCode || p.Base != base || !slices.Contains(registry().All(), p) {
			t.Errorf("Access(%s) = %v, want a parameter that All lists", base, p)
		}
		if found := registry().Parameter(base, query.AccessCode); found != nil {
			t.Errorf("Parameter(%s, _access) = %v, want nil: it is hidden", base, found)
		}
	}
}

func TestRegistry_CompartmentMembers(t *testing.T) {
	members := registry().CompartmentMembers("Patient")
	for _, want := range []fhir.Type{"Patient", "CarePlan", "Observation", "Consent"} {
		if !slices.Contains(members, want) {
			t.Errorf("CompartmentMembers(Patient) = %v, want %s among them", members, want)
		}
	}
	if slices.Contains(members, "Organization") {
		t.Errorf("CompartmentMembers(Patient) has Organization")
	}
	if got := registry().CompartmentMembers("Observation"); got != nil {
		t.Errorf("CompartmentMembers(Observation) = %v, want nil", got)
	}
}

func BenchmarkNewRegistry(b *testing.B) {
	set := r4.Definitions()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := search.NewRegistry(set); err != nil {
			b.Fatal(err)
		}
	}
}
