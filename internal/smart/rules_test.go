package smart_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"hearken/fhir"
	"hearken/fhir/r4"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/smart"
)

var registry = sync.OnceValue(func() *search.Registry {
	r, err := search.NewRegistry(r4.Definitions())
	if err != nil {
		panic(err)
	}
	return r
})

// definitions are those of R4, as the wiring takes them from fhir/search.
func definitions() smart.Definitions {
	r := registry()
	parser := &search.Parser{Registry: r}
	members := r.CompartmentMembers("Patient")
	inCompartment := func(t fhir.Type) bool { return slices.Contains(members, t) }
	return smart.Definitions{
		Types:                r.Types(),
		InPatientCompartment: inCompartment,
		IsType: func(t fhir.Type) query.Expr {
			return query.Not{Expr: query.Missing{Parameter: r.Parameter(t, "_id")}}
		},
		Compile: func(t fhir.Type, pairs []smart.Pair) (query.Expr, error) {
			var criteria []search.Pair
			for _, p := range pairs {
				criteria = append(criteria, search.Pair(p))
			}
			parsed, err := parser.Parse(search.Target{Type: t}, criteria, search.Options{Criteria: true})
			if err != nil {
				return nil, err
			}
			return parsed.Query.Where, nil
		},
		Referenced: smart.ReferencedBy(r.All(), inCompartment),
	}
}

var rules = sync.OnceValue(func() *smart.Rules { return smart.NewRules(definitions()) })

// caller is a principal for tests: "app" acts for a person and has a patient in context, "user" a person
// without, "client" for itself without, "kiosk" for itself with a patient in context.
func caller(kind, scopes string) *smart.Principal {
	p := &smart.Principal{Issuer: "https://issuer.example.org", Subject: "s", ClientID: "c", Scopes: smart.ParseScopes(scopes)}
	p.User = kind == "app" || kind == "user"
	if kind == "app" || kind == "kiosk" {
		p.Context.Patient = "1"
	}
	return p
}

const allowedEverywhere = "everything"

func restriction(p *smart.Principal, t fhir.Type, wanted smart.Permissions) string {
	where, err := rules().Restrict(p, t, wanted)
	switch {
	case err != nil:
		return "403"
	case where == nil:
		return allowedEverywhere
	}
	return where.String()
}

func TestRestrict(t *testing.T) {
	own := `in "Patient/1"`
	active := `CarePlan.status is *|"active"`
	for _, row := range []struct {
		caller, scopes string
		request        string // type and letter
		want           string
	}{
		// nobody is allowed anything without a scope that says so
		{"app", "", "Patient.r", "403"},
		{"app", "openid fhirUser launch/patient offline_access", "Patient.r", "403"},
		{"app", "patient/*.sr", "Patient.r", "403"},
		{"app", "patient/Observation.rs", "Patient.r", "403"},
		{"app", "patient/ObservationX.rs", "Observation.r", "403"},
		{"app", "patient/Obs.rs", "Observation.r", "403"},
		// patient/ is about the patient in context
		{"app", "patient/*.read", "Patient.r", own},
		{"app", "patient/*.read", "Patient.s", own},
		{"app", "patient/*.read", "CarePlan.s", own},
		{"app", "patient/*.read", "CarePlan.c", "403"},
		{"app", "patient/*.read", "CarePlan.u", "403"},
		{"app", "patient/*.read", "CarePlan.d", "403"},
		{"app", "patient/*.write", "CarePlan.c", own},
		{"app", "patient/*.write", "CarePlan.u", own},
		{"app", "patient/*.write", "CarePlan.d", own},
		{"app", "patient/*.write", "CarePlan.r", "403"},
		{"app", "patient/*.write", "CarePlan.s", "403"},
		{"app", "patient/*.*", "CarePlan.d", own},
		{"app", "patient/CarePlan.c", "CarePlan.c", own},
		{"app", "patient/CarePlan.c", "CarePlan.u", "403"},
		{"user", "patient/*.cruds", "CarePlan.r", "403"},
		{"client", "patient/*.cruds", "CarePlan.r", "403"},
		{"kiosk", "patient/*.rs", "CarePlan.r", own},
		// outside every compartment: read what is referenced, write nothing
		{"app", "patient/*.cruds", "Organization.c", "403"},
		{"app", "patient/*.cruds", "Organization.u", "403"},
		{"app", "patient/*.cruds", "Organization.d", "403"},
		{"app", "patient/*.cruds", "ValueSet.r", "403"},
		{"app", "patient/*.cruds", "SearchParameter.r", "403"},
		// user/ needs a person and no patient
		{"user", "user/*.read", "CarePlan.r", allowedEverywhere},
		{"user", "user/*.rs", "Organization.s", allowedEverywhere},
		{"user", "user/CarePlan.rs", "CarePlan.s", allowedEverywhere},
		{"user", "user/CarePlan.rs", "Patient.s", "403"},
		{"user", "user/CarePlan.r", "CarePlan.s", "403"},
		{"user", "user/CarePlan.s", "CarePlan.r", "403"},
		{"app", "user/CarePlan.rs", "CarePlan.s", allowedEverywhere},
		{"client", "user/*.cruds", "CarePlan.r", "403"},
		{"kiosk", "user/*.cruds", "CarePlan.r", "403"},
		// system/ needs that there is none
		{"client", "system/*.rs", "CarePlan.r", allowedEverywhere},
		{"client", "system/*.rs", "CarePlan.c", "403"},
		{"kiosk", "system/*.rs", "CarePlan.r", allowedEverywhere},
		{"user", "system/*.cruds", "CarePlan.r", "403"},
		{"app", "system/*.cruds", "CarePlan.r", "403"},
		// granular
		{"user", "user/CarePlan.rs?status=active", "CarePlan.r", active},
		{"user", "user/CarePlan.rs?status=active", "CarePlan.s", active},
		{"user", "user/CarePlan.rs?status=active", "CarePlan.u", "403"},
		{"user", "user/CarePlan.rs?status=active", "Patient.r", "403"},
		{"app", "patient/CarePlan.rs?status=active", "CarePlan.r", "(" + own + " & " + active + ")"},
		{"user", "user/CarePlan.rs?status=active&intent=plan", "CarePlan.r", `(` + active + ` & CarePlan.intent is *|"plan")`},
		{"user", "user/CarePlan.rs?status=active,draft", "CarePlan.r", `(` + active + ` | CarePlan.status is *|"draft")`},
		{"client", "system/Patient.r?gender=female", "Patient.r", `Patient.gender is *|"female"`},
		{"user", "user/*.rs?_tag=a", "Patient.r", `Patient._tag is *|"a"`},
		// what does not compile grants nothing
		{"user", "user/CarePlan.rs?nonsense=1", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?status=active&nonsense=1", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?_count=1", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?_include=CarePlan:subject", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?status=active&_sort=date", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?date=nonsense", "CarePlan.r", "403"},
		{"user", "user/CarePlan.rs?_filter=status eq active", "CarePlan.r", "403"},
		{"user", "user/*.rs?status=active", "Patient.r", "403"}, // Patient has no status
		// a union
		{"user", "user/CarePlan.rs?status=active user/CarePlan.rs?status=draft", "CarePlan.r", `(` + active + ` | CarePlan.status is *|"draft")`},
		{"user", "user/CarePlan.rs?status=active user/CarePlan.rs", "CarePlan.r", allowedEverywhere},
		{"user", "user/CarePlan.rs?status=active user/*.r", "CarePlan.r", allowedEverywhere},
		{"user", "user/CarePlan.rs?status=active user/*.r", "CarePlan.s", active},
		{"user", "user/CarePlan.r user/CarePlan.s?status=active", "CarePlan.s", active},
		{"user", "user/CarePlan.rs?nonsense=1 user/CarePlan.rs?status=active", "CarePlan.r", active},
		{"app", "patient/CarePlan.rs user/CarePlan.rs?status=active", "CarePlan.r", "(" + own + " | " + active + ")"},
		{"app", "patient/CarePlan.rs user/CarePlan.rs", "CarePlan.r", allowedEverywhere},
		{"app", "patient/CarePlan.rs system/CarePlan.rs", "CarePlan.r", own},
		{"client", "patient/CarePlan.rs system/CarePlan.rs?status=active", "CarePlan.r", active},
		{"user", "patient/*.rs user/CarePlan.rs?status=active", "CarePlan.r", active},
		{"user", "user/CarePlan.rs?status=active user/CarePlan.rs?status=active", "CarePlan.r", active},
	} {
		name, letter, _ := strings.Cut(row.request, ".")
		wanted := smart.ParseScopes("user/*." + letter).Granted[0].Permissions
		p := caller(row.caller, row.scopes)
		if got := restriction(p, fhir.Type(name), wanted); got != row.want {
			t.Errorf("%s with %q: Restrict(%s) = %s, want %s", row.caller, row.scopes, row.request, got, row.want)
		}
		if allowed := p.Decide(fhir.Type(name), wanted).Allowed(); !allowed && row.want != "403" {
			t.Errorf("%s with %q: Decide(%s) refuses what Restrict allows", row.caller, row.scopes, row.request)
		}
		if whole := p.Decide(fhir.Type(name), wanted).Unrestricted(); whole != (row.want == allowedEverywhere) {
			t.Errorf("%s with %q: Decide(%s).Unrestricted() = %v, Restrict says %s", row.caller, row.scopes, row.request, whole, row.want)
		}
	}
}

// Every combination of level, caller, letter of the scope and letter asked for, against the rule in three
// lines; the default is to deny.
func TestDecide_EveryCombination(t *testing.T) {
	rows := 0
	for level, callers := range map[string][]string{"patient": {"app", "kiosk"}, "user": {"app", "user"}, "system": {"client", "kiosk"}} {
		for _, kind := range []string{"app", "user", "client", "kiosk"} {
			for granted := smart.Permissions(1); granted < 32; granted++ {
				for asked := smart.Permissions(1); asked < 32; asked++ {
					for _, name := range []string{"*", "Patient", "CarePlan"} {
						text := fmt.Sprintf("%s/%s.%s", level, name, granted)
						want := slices.Contains(callers, kind) && granted|asked == granted && name != "CarePlan"
						if got := caller(kind, text).Decide("Patient", asked).Allowed(); got != want {
							t.Errorf("%s with %q: Decide(Patient, %s) = %v, want %v", kind, text, asked, got, want)
						}
						rows++
					}
				}
			}
		}
	}
	if want := 3 * 4 * 31 * 31 * 3; rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
	var nobody *smart.Principal
	if nobody.Decide("Patient", smart.Read).Allowed() || caller("user", "user/*.cruds").Decide("Patient", 0).Allowed() ||
		caller("user", "user/*.cruds").Decide("", smart.Read).Allowed() {
		t.Error("nobody, nothing and no type are allowed")
	}
}

// What is about to be stored goes into no other patient's record by a patient/ scope, whatever else it is in.
func TestAdmit(t *testing.T) {
	own, other, encounter := fhir.Key{Type: "Patient", ID: "1"}, fhir.Key{Type: "Patient", ID: "2"}, fhir.Key{Type: "Encounter", ID: "2"}
	for _, row := range []struct {
		caller, scopes string
		compartments   []fhir.Key
		want           string
	}{
		{"app", "patient/*.cud", []fhir.Key{own}, `in "Patient/1"`},
		{"app", "patient/*.cud", []fhir.Key{encounter, own}, `in "Patient/1"`},
		{"app", "patient/*.cud", nil, `in "Patient/1"`},
		{"app", "patient/*.cud", []fhir.Key{other}, "403"},
		{"app", "patient/*.cud", []fhir.Key{own, other}, "403"},
		{"app", "patient/*.cud user/Observation.u?status=final", []fhir.Key{own, other}, `Observation.status is *|"final"`},
		{"app", "patient/*.cud user/Observation.u", []fhir.Key{own, other}, allowedEverywhere},
		{"user", "user/*.cud", []fhir.Key{own, other}, allowedEverywhere},
		{"client", "system/*.cud", []fhir.Key{own, other}, allowedEverywhere},
		{"user", "patient/*.cud", []fhir.Key{own}, "403"},
		{"app", "patient/*.rs", []fhir.Key{own}, "403"},
	} {
		where, err := rules().Admit(caller(row.caller, row.scopes), "Observation", smart.Update, row.compartments)
		got := "403"
		if err == nil {
			got = allowedEverywhere
		}
		if where != nil {
			got = where.String()
		}
		if got != row.want {
			t.Errorf("%s with %q: Admit(%v) = %s, want %s", row.caller, row.scopes, row.compartments, got, row.want)
		}
	}
	if _, err := rules().Admit(nil, "Observation", smart.Create, []fhir.Key{own}); fhir.CodeOf(err) != fhir.CodeForbidden {
		t.Errorf("Admit of nobody's = %v, want forbidden", err)
	}
}

// Without a say on what is referenced, patient/ reaches nothing outside the compartment.
func TestRestrict_NothingReferenced(t *testing.T) {
	d := definitions()
	d.Referenced = nil
	if where, err := smart.NewRules(d).Restrict(caller("app", "patient/*.rs"), "Practitioner", smart.Read); err == nil {
		t.Errorf("Restrict(Practitioner) = %v, want a refusal", where)
	}
	if text := restriction(caller("app", "patient/*.rs"), "Practitioner", smart.Read); !strings.Contains(text, `has(CarePlan.performer: in "Patient/1")`) {
		t.Errorf("Restrict(Practitioner) = %s, want who performs the plan", text)
	}
}

// Parameters are compiled once for a type and text, however often and by however many at once they are asked for; the
// cache is bounded.
func TestRestrict_CompiledOnce(t *testing.T) {
	d := definitions()
	var mu sync.Mutex
	compiled := 0
	compile := d.Compile
	d.Compile = func(t fhir.Type, pairs []smart.Pair) (query.Expr, error) {
		mu.Lock()
		compiled++
		mu.Unlock()
		return compile(t, pairs)
	}
	r := smart.NewRules(d)
	p := caller("user", "user/CarePlan.rs?status=active")
	for range 100 {
		if _, err := r.Restrict(p, "CarePlan", smart.Read); err != nil {
			t.Fatal(err)
		}
	}
	if compiled != 1 {
		t.Errorf("the parameters were compiled %d times, want once", compiled)
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 3000 {
				one := caller("user", fmt.Sprintf("user/CarePlan.rs?status=x%d-%d", worker, i))
				if _, err := r.Restrict(one, "CarePlan", smart.Read); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestInsufficient(t *testing.T) {
	_, err := rules().Restrict(caller("user", "user/CarePlan.rs"), "Patient", smart.Read)
	if fhir.CodeOf(err) != fhir.CodeForbidden {
		t.Fatalf("Restrict = %v, want forbidden", err)
	}
	if got, want := err.Error(), "forbidden: the scopes of the access token do not allow this: it takes Patient.r"; got != want {
		t.Errorf("the error says %q, want %q", got, want)
	}
}
