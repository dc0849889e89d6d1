package fhirpath_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/r4"
)

// One Env serves one resource after the other: what it keeps of one must not be used for the next.
func TestEnv_Reuse(t *testing.T) {
	ref1, dom3 := constraint(t, "Reference", "ref-1"), constraint(t, "DomainResource", "dom-3")
	env := &fhirpath.Env{}
	for i, row := range []struct {
		name, source string
		ref1, dom3   bool
	}{
		{"both refer", `"contained":[{"resourceType":"Patient","id":"a"}],"subject":{"reference":"#a"}`, true, true},
		{"the reference leads nowhere", `"contained":[{"resourceType":"Patient","id":"b"}],"subject":{"reference":"#a"}`, false, false},
		{"the contained one is not referred to", `"contained":[{"resourceType":"Patient","id":"a"}],"subject":{"reference":"Patient/a"}`, true, false},
		{"no reference text", `"subject":{"display":"a"}`, true, true},
		{"referring to the container", `"contained":[{"resourceType":"Provenance","id":"a","recorded":"2020-01-01T00:00:00Z","target":[{"reference":"#"}],"agent":[{"who":{"display":"x"}}]}],"subject":{"display":"a"}`, true, true},
		{"a canonical to the contained one", `"contained":[{"resourceType":"PlanDefinition","id":"a","status":"draft"}],"subject":{"display":"a"},"instantiatesCanonical":["#a"]`, true, true},
	} {
		root := parse(t, []byte(`{"resourceType":"CarePlan","status":"active","intent":"plan",`+row.source+`}`)).Root()
		if i%2 == 1 {
			env.Reset()
		}
		for range 2 { // the second time from what is kept
			if got, err := ref1.Holds(env, root.Child("subject")); got != row.ref1 || err != nil {
				t.Errorf("%s: ref-1 Holds = %v, %v, want %v", row.name, got, err, row.ref1)
			}
			if got, err := dom3.Holds(env, root); got != row.dom3 || err != nil {
				t.Errorf("%s: dom-3 Holds = %v, %v, want %v", row.name, got, err, row.dom3)
			}
		}
	}
}

// %context, unlike %resource, changes with every evaluation.
func TestEnv_Context(t *testing.T) {
	root := parse(t, []byte(fuzzPatient)).Root()
	e := fhirpath.MustCompile(r4.Definitions(), "children().all($this in %context.children())")
	env := &fhirpath.Env{}
	for _, focus := range []element.Node{root, root.Child("name"), root} {
		if holds, err := e.Holds(env, focus); !holds || err != nil {
			t.Errorf("Holds(%s) = %v, %v, want true", focus.Location(), holds, err)
		}
	}
}

func TestEnv_ResourceVariables(t *testing.T) {
	root := parse(t, []byte(careTeamSource)).Root()
	contained := root.Child("contained")
	rows := []struct {
		name  string
		env   fhirpath.Env
		focus element.Node
		expr  string
		want  string
	}{
		{"found from the focus", fhirpath.Env{}, root.Child("subject"), "%resource.id", "t"},
		{"the nearest resource", fhirpath.Env{}, contained.Child("name"), "%resource.id", "p"},
		{"the container", fhirpath.Env{}, contained.Child("name"), "%rootResource.id", "t"},
		{"as given", fhirpath.Env{Resource: root}, contained.Child("name"), "%resource.id", "t"},
		{"the focus", fhirpath.Env{}, contained.Child("name"), "%context.family", "Inside"},
		{"a variable", fhirpath.Env{Variables: map[string]fhirpath.Collection{"x": {fhirpath.OfInteger(4), fhirpath.OfString("a")}}}, root, "%x", "4; a"},
		{"the clock", fhirpath.Env{Now: time.Date(2025, 3, 4, 5, 6, 7, 8_900_000, time.FixedZone("", -7200))}, root, "now() | today() | timeOfDay()", "2025-03-04T05:06:07.008-02:00; 2025-03-04; 05:06:07.008"},
	}
	for _, row := range rows {
		if got := evaluate(t, &row.env, row.focus, row.expr); got != row.want {
			t.Errorf("%s: Evaluate(%q) = %q, want %q", row.name, row.expr, got, row.want)
		}
	}
}

func TestEnv_Trace(t *testing.T) {
	var traced []string
	env := &fhirpath.Env{Trace: func(name string, items fhirpath.Collection) {
		traced = append(traced, fmt.Sprint(name, items))
	}}
	root := parse(t, []byte(fuzzPatient)).Root()
	if got := evaluate(t, env, root, "name.trace('names', given).given.trace('given').count()"); got != "2" {
		t.Errorf("Evaluate = %q, want 2: tracing changes nothing", got)
	}
	if got := strings.Join(traced, " "); got != "names[Ada B] given[Ada B]" {
		t.Errorf("traced %q, want names[Ada B] given[Ada B]", got)
	}
}

type stubTerminology struct{}

func (stubTerminology) MemberOf(coded fhirpath.Item, valueSet string) (bool, error) {
	if valueSet != "http://known" {
		return false, errors.New("unknown value set")
	}
	text, _ := coded.Text()
	return text == "final", nil
}

func TestEnv_Hooks(t *testing.T) {
	root := parse(t, []byte(dialectSource)).Root()
	profile := fhirpath.MustCompile(r4.Definitions(), "status = 'final'")
	env := &fhirpath.Env{Terminology: stubTerminology{}}
	env.ConformsTo = func(n element.Node, url string) (bool, error) {
		if url != "http://profile" {
			return false, errors.New("unknown profile")
		}
		return profile.Holds(env, n) // in the Env of the evaluation that asks
	}
	rows := []struct{ expr, want string }{
		{"status.memberOf('http://known')", "true"},
		{"status.memberOf('http://unknown')", "error: not-supported"},
		{"conformsTo('http://profile') and status = 'final'", "true"},
		{"contained.select($this.conformsTo('http://profile'))", "false"},
		{"conformsTo('http://unknown')", "error: not-supported"},
		{"conformsTo('http://hl7.org/fhir/StructureDefinition/DomainResource|4.0.1')", "true"},
		{"conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "false"},
	}
	for _, row := range rows {
		if got := evaluate(t, env, root, row.expr); got != row.want {
			t.Errorf("Evaluate(%q) = %q, want %q", row.expr, got, row.want)
		}
	}
}

// Each stops when told to, and lets its callback evaluate in the same Env.
func TestExpression_Each(t *testing.T) {
	root := parse(t, []byte(fuzzPatient)).Root()
	given := fhirpath.MustCompile(r4.Definitions(), "name.given")
	count := fhirpath.MustCompile(r4.Definitions(), "%resource.name.given.count() = 2")
	env := &fhirpath.Env{}
	var seen []string
	err := given.Each(env, root, func(i fhirpath.Item) bool {
		if holds, err := count.Holds(env, i.Node()); !holds || err != nil {
			t.Errorf("Holds inside Each = %v, %v, want true", holds, err)
		}
		seen = append(seen, i.String())
		return i.String() != "Ada"
	})
	if got := strings.Join(seen, " "); got != "Ada" || err != nil {
		t.Errorf("Each saw %q, %v, want Ada and then no more", got, err)
	}
}

func TestEvaluate_SeveralItems(t *testing.T) {
	root := parse(t, []byte(fuzzPatient)).Root()
	var focus []fhirpath.Item
	for n := range root.Child("name").Children() {
		focus = append(focus, fhirpath.Of(n))
	}
	e := fhirpath.MustCompile(r4.Definitions(), "$this.count() + ofType(string).where($this.length() > 2).count()")
	got, err := e.Evaluate(nil, focus...)
	if err != nil || len(got) != 1 || got[0].String() != "5" {
		t.Errorf("Evaluate over a name's children = %v, %v, want 5", got, err)
	}
}
