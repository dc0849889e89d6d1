package profiles_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
	"hearken/profiles"
	"hearken/testdata/plans"
)

// found are the findings that the sample plans are meant to have, by file.
var found = map[string][]string{
	"multiple-sclerosis-draft.json": {"adrt-5"}, // it is still being written
}

// called gives the profiles that a resource calls for.
func called(t testing.TB, env *fhirpath.Env, resource element.Node) []string {
	t.Helper()
	var urls []string
	for _, call := range profiles.Calls {
		if resource.Structure().Name != call.Type {
			continue
		}
		when, err := fhirpath.Compile(r4.Definitions(), call.When, fhirpath.On(call.Type), fhirpath.Strict())
		if err != nil {
			t.Fatalf("Compile(%q) = %v", call.When, err)
		}
		if holds, err := when.Holds(env, resource); err != nil {
			t.Errorf("%q at %s = error %v", call.When, resource.Location(), err)
		} else if holds && !slices.Contains(urls, call.Profile) {
			urls = append(urls, call.Profile)
		}
	}
	return urls
}

// What the sample plans call for holds there: no resource of theirs is refused, and only what is
// meant to be found is found.
func TestPlans(t *testing.T) {
	files, err := fs.Glob(plans.Files, "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %q, %v, want the plans", files, err)
	}
	calls := map[string]int{}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			source, err := plans.Files.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got := planFindings(t, parse(t, file, source), calls); !slices.Equal(got, found[file]) {
				t.Errorf("breaks %q, want %q", got, found[file])
			}
		})
	}
	for _, profile := range []string{profiles.UrgentCarePlan, profiles.AdrtConsent, profiles.LpaConsent, profiles.SharingConsent, profiles.CprDecision, profiles.PreferredPlaceOfDeath} {
		if calls[profile] == 0 {
			t.Errorf("no plan calls for %s", profile)
		}
	}
	t.Logf("called for: %v", slices.Sorted(maps.Keys(calls)))
}

// named are the profiles that resources of the plans are looked at by though they do not name or call for
// them, by type.
var named = map[string]string{
	"Patient": profiles.UrgentCarePatient, "Practitioner": profiles.UrgentCarePractitioner, "PractitionerRole": profiles.UrgentCarePractitionerRole,
	"Organization": profiles.UrgentCareOrganization, "RelatedPerson": profiles.EmergencyContact, "Flag": profiles.UrgentCareFlag, "Bundle": profiles.UrgentCarePlanBundle,
}

// planFindings looks at each resource of a plan by the profiles it calls for and by that of its type, had it
// been named.
func planFindings(t *testing.T, tree *element.Tree, calls map[string]int) []string {
	t.Helper()
	env := newEnv()
	var keys []string
	for i := range tree.Len() {
		n := tree.Node(i)
		if !n.IsResource() {
			continue
		}
		urls := called(t, env, n)
		if len(urls) > 1 {
			t.Errorf("%s calls for %q, want one profile at most", n.Location(), urls)
		}
		for _, url := range urls {
			calls[url]++
		}
		for _, url := range append(urls, named[n.Structure().Name]) {
			if faults := structureFaults(t, structures(t), n, url); len(faults) > 0 && url != profiles.EmergencyContact {
				t.Errorf("%s: faults of structure %q against %s", n.Location(), faults, url)
			}
		}
		for _, key := range broken(t, env, n, append(urls, named[n.Structure().Name])...) {
			t.Logf("%s breaks %s", n.Location(), key)
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Each valid example calls for the profile it names, where there is a call for that profile.
func TestCalls_Examples(t *testing.T) {
	callable := map[string]bool{}
	for _, call := range profiles.Calls {
		if callable[call.Profile] = true; structures(t)[call.Profile] == nil || structures(t)[call.Profile].Type != call.Type {
			t.Errorf("a %s calls for %s, which is no profile of it", call.Type, call.Profile)
		}
	}
	env := newEnv()
	for _, e := range examples(t, "valid") {
		got, want := called(t, env, e.tree.Root()), []string(nil)
		if callable[e.profile] {
			want = []string{e.profile}
		}
		if !slices.Equal(got, want) && !strings.HasPrefix(e.file, "adrt-withdrawn") { // it has only FHIR's own category
			t.Errorf("%s calls for %q, want %q", e.file, got, want)
		}
		env.Reset()
	}
}
