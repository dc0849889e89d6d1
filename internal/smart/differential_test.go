package smart_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/fhirtest/searchtest"
	"hearken/internal/smart"
)

// record makes resources of a few types that refer to each other at random: what one may see of them is
// decided by where they point.
func record(r *rand.Rand) []searchtest.Resource {
	const each = 6
	pick := func(names ...string) string { return fmt.Sprintf("%s/%d", names[r.IntN(len(names))], r.IntN(each)) }
	code := func() string { return []string{"a", "b", "c"}[r.IntN(3)] }
	status := func(codes ...string) string { return codes[r.IntN(len(codes))] }
	forms := map[fhir.Type]func() string{
		"Organization": func() string {
			return fmt.Sprintf(`"name":%q,"partOf":{"reference":%q}`, code(), pick("Organization"))
		},
		"Practitioner": func() string { return fmt.Sprintf(`"name":[{"family":%q}]`, code()) },
		"Patient": func() string {
			return fmt.Sprintf(`"gender":%q,"name":[{"family":%q}],"generalPractitioner":[{"reference":%q}]`, status("male", "female"), code(), pick("Practitioner", "Organization"))
		},
		"Encounter": func() string {
			return fmt.Sprintf(`"status":%q,"class":{"code":"AMB"},"subject":{"reference":%q}`, status("planned", "finished"), pick("Patient"))
		},
		"CarePlan": func() string {
			return fmt.Sprintf(`"status":%q,"intent":"plan","subject":{"reference":%q},"activity":[{"detail":{"status":"unknown","performer":[{"reference":%q}]}}],"encounter":{"reference":%q}`,
				status("active", "draft"), pick("Patient"), pick("Practitioner", "Patient"), pick("Encounter"))
		},
		"Observation": func() string {
			return fmt.Sprintf(`"status":%q,"code":{"coding":[{"code":%q}]},"subject":{"reference":%q},"performer":[{"reference":%q}],"basedOn":[{"reference":%q}]`,
				status("final", "preliminary"), code(), pick("Patient"), pick("Practitioner", "Organization", "Patient"), pick("CarePlan"))
		},
	}
	var out []searchtest.Resource
	for _, name := range []fhir.Type{"Organization", "Practitioner", "Patient", "Encounter", "CarePlan", "Observation"} {
		for i := range each {
			key := fhir.Key{Type: name, ID: fhir.ID(fmt.Sprint(i))}
			out = append(out, searchtest.Resource{Key: key, JSON: fmt.Appendf(nil, `{"resourceType":%q,"id":%q,%s}`, name, key.ID, forms[name]())})
		}
	}
	return out
}

// A search under scopes gives, in matches, totals, order and includes, what the same search without any would
// give if what the scopes do not cover did not exist. Thus nothing hidden can be told from it: not by a
// chain, nor by _has, nor by what is not there.
func TestSearch_AsIfTheRestDidNotExist(t *testing.T) {
	requests := []string{
		"Patient?gender=male", "Patient?gender:not=male", "Patient?_sort=family", "Patient?family=a", "Patient/2/Observation?code=a", "Patient/1/CarePlan?status=active",
		"CarePlan?subject:Patient.gender=male", "CarePlan?subject:Patient.family=a&status=active", "CarePlan?performer:Practitioner.family=a",
		"CarePlan?performer:Patient.family=b", "CarePlan?encounter:Encounter.status=finished", "CarePlan?status:not=active", "CarePlan?performer:missing=false",
		"CarePlan?_include=CarePlan:subject", "CarePlan?_include=CarePlan:*", "CarePlan?_include=CarePlan:performer:Practitioner",
		"CarePlan?_include=CarePlan:subject&_include:iterate=Patient:general-practitioner", "CarePlan?_revinclude=Observation:based-on",
		"CarePlan?_has:Observation:based-on:code=a", "CarePlan?_has:Observation:based-on:subject:Patient.gender=male",
		"Patient?_has:Observation:subject:code=a", "Patient?_has:Observation:subject:code:not=a", "Patient?_has:CarePlan:subject:_has:Observation:based-on:code=b",
		"Patient?_has:CarePlan:performer:status=active", "Patient?_revinclude=Observation:subject&_revinclude=CarePlan:subject", "Patient?general-practitioner:Practitioner.family=a",
		"Patient?general-practitioner:Organization.partof.name=a", "Observation?based-on:CarePlan.performer:Practitioner.family=a", "Observation?based-on:CarePlan.subject:Patient.family=a,b",
		"Observation?performer:Patient.gender=female", "Observation?_include=Observation:performer&_include=Observation:based-on", "Observation?code=a&code:not=b&_sort=-code",
		"Practitioner?family=a", "Practitioner?_has:Patient:general-practitioner:gender=male", "Practitioner?_revinclude=Patient:general-practitioner",
		"Organization?partof.name=a", "Organization?_revinclude:iterate=Organization:partof", "?_type=Patient,CarePlan,Observation", "Encounter?subject:Patient.family=a&_revinclude=CarePlan:encounter",
	}
	scopes := []string{
		"patient/*.rs", "patient/*.read", "user/*.rs", "user/Patient.rs?gender=male user/CarePlan.rs user/Observation.rs?code=a",
		"user/CarePlan.rs?status=active user/Patient.rs user/Observation.rs?status=final user/Practitioner.rs", "patient/Patient.rs patient/Observation.rs user/CarePlan.rs?status=active",
		"patient/*.rs user/Observation.rs?code=b", "user/Patient.rs?family=a user/Patient.rs?gender=female user/CarePlan.rs?subject:Patient.gender=male user/Observation.rs", "patient/CarePlan.rs?status=active patient/Patient.rs",
		"user/*.rs?_id=1,2,3", "user/CarePlan.rs", "patient/Observation.rs patient/Practitioner.rs user/Organization.rs?name=a",
	}
	allowed, hidden := 0, 0
	for seed := range uint64(6) {
		resources := record(rand.New(rand.NewPCG(seed, 1)))
		whole := searchtest.NewMemory(registry(), time.UTC, time.Now())
		whole.Load(t, resources)
		for _, text := range scopes {
			p := caller("app", text)
			seen := searchtest.NewMemory(registry(), time.UTC, time.Now())
			seen.Load(t, slices.DeleteFunc(slices.Clone(resources), func(r searchtest.Resource) bool {
				where, err := rules().Restrict(p, r.Key.Type, smart.Search)
				d, _ := whole.Lookup(r.Key)
				return err != nil || !search.Match(where, d, whole)
			}))
			for _, request := range requests {
				q := parsed(t, request)
				restricted, _, err := rules().Search(p, q, smart.Refuse)
				if err != nil {
					continue
				}
				allowed++
				want := seen.Answer(q)
				if diff := cmp.Diff(want, whole.Answer(restricted)); diff != "" {
					t.Errorf("seed %d, %q searching %s: -as if the rest did not exist +got\n%s", seed, text, request, diff)
				}
				if open := whole.Answer(q); open.Total != want.Total || len(open.Included) != len(want.Included) {
					hidden++
				}
			}
		}
	}
	if allowed < 1000 || hidden < 300 {
		t.Errorf("%d searches were allowed and in %d something was hidden: too few to prove anything", allowed, hidden)
	}
}
