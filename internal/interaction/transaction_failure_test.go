package interaction_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/conformance"
	"hearken/internal/interaction"
)

// A transaction that fails leaves nothing behind, and says in one OperationOutcome what is wrong and where.
func TestTransaction_Failure(t *testing.T) {
	good := ent("", patient("", "kept-out"), "POST", "Patient")
	tests := []struct {
		name    string
		entries []string
		status  int
		detail  string
		at      string // prefix of the first expression
	}{
		{"dangling urn", []string{good, ent("", observation(uuid1), "POST", "Observation")}, 400, "dangling-urn", "Bundle.entry[1].resource/*Observation*/.subject.reference"},
		{"no request", []string{good, `{"resource":` + patient("", "1") + `}`}, 400, "entry-request", "Bundle.entry[1]"},
		{"unknown type", []string{good, ent("", patient("", "1"), "POST", "Pateint")}, 400, "unknown-type", "Bundle.entry[1]"},
		{"type other than the url's", []string{good, ent("", patient("", "1"), "POST", "Observation")}, 400, "type-mismatch", "Bundle.entry[1].resource"},
		{"no resource", []string{good, ent("", "", "POST", "Patient")}, 400, "entry-resource", "Bundle.entry[1]"},
		{"id mismatch", []string{good, ent("", patient("b", "1"), "PUT", "Patient/a")}, 400, "id-mismatch", "Bundle.entry[1].resource/*Patient*/.id"},
		{"fullUrl twice", []string{ent(uuid1, patient("", "1"), "POST", "Patient"), ent(uuid1, patient("", "2"), "POST", "Patient")}, 400, "fullurl-twice", "Bundle.entry[1].fullUrl"},
		{"two PUTs of one id", []string{good, ent("", patient("a", "1"), "PUT", "Patient/a"), ent("", patient("a", "1"), "PUT", "Patient/a")}, 400, "overlapping-entries", "Bundle.entry[2]"},
		{"DELETE and PUT of one id", []string{good, ent("", patient("there", "1"), "PUT", "Patient/there"), ent("", "", "DELETE", "Patient/there")}, 400, "overlapping-entries", "Bundle.entry[1]"},
		{"conditional PUT that means what another entry writes", []string{good, ent("", patient("there", "1"), "PUT", "Patient/there"),
			ent("", patient("", "1"), "PUT", "Patient?identifier=urn:test|1")}, 400, "overlapping-entries", "Bundle.entry[2]"},
		{"two conditional PUTs for one identity", []string{good, ent("", patient("", "new"), "PUT", "Patient?identifier=urn:test|new"),
			ent("", patient("", "new"), "PUT", "Patient?identifier=new")}, 400, "overlapping-entries", "Bundle.entry[2]"},
		{"conditional DELETE of several", []string{good, ent("", "", "DELETE", "Patient?identifier=urn:test|twin")}, 412, "multiple-matches", "Bundle.entry[1]"},
		{"If-None-Exist of several", []string{good, ent("", patient("", "1"), "POST", "Patient", "ifNoneExist", "identifier=twin")}, 412, "multiple-matches", "Bundle.entry[1]"},
		{"stale If-Match", []string{good, ent("", patient("there", "1"), "PUT", "Patient/there", "ifMatch", `W/"9"`)}, 412, "version-conflict", "Bundle.entry[1]"},
		{"conditional reference to nothing", []string{good, ent("", observation("Patient?identifier=urn:test|nobody"), "POST", "Observation")}, 422, "no-match", "Bundle.entry[1].resource/*Observation*/.subject.reference"},
		{"conditional reference to several", []string{good, ent("", observation("Patient?identifier=twin"), "POST", "Observation")}, 412, "multiple-matches", "Bundle.entry[1].resource/*Observation*/.subject.reference"},
		{"conditional reference with a typo", []string{good, ent("", observation("Patient?identifer=twin"), "POST", "Observation")}, 400, "", "Bundle.entry[1].resource/*Observation*/.subject.reference"},
		{"If-None-Exist with a typo", []string{good, ent("", patient("", "1"), "POST", "Patient", "ifNoneExist", "identifer=1")}, 400, "", "Bundle.entry[1]"},
		{"a read that fails", []string{good, ent("", "", "GET", "Patient/nobody")}, 404, "unknown-resource", "Bundle.entry[1]"},
		{"NHS number", []string{good, ent("", `{"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000780"}]}`, "POST", "Patient")},
			422, "nhs-number", "Bundle.entry[1].resource/*Patient*/.identifier[0].value"},
		{"an operation that looks at what is to be written", []string{good, ent("", patient("", "1"), "POST", "Patient/$validate")}, 400, "method-not-allowed", "Bundle.entry[1]"},
		{"nested transaction", []string{good, ent("", bundleOf("batch"), "POST", "/")}, 400, "method-not-allowed", "Bundle.entry[1]"},
		{"unknown element", []string{good, ent("", `{"resourceType":"Patient","colour":"red"}`, "POST", "Patient")}, 400, "", "Bundle.entry[1].resource"},
	}
	check := func(t *testing.T, s *interaction.Server, entries []string, status int, detail, at string) {
		mustDo(t, s, 201, "PUT", "Patient/there", patient("there", "1"))
		mustDo(t, s, 201, "POST", "Patient", patient("", "twin"))
		mustDo(t, s, 201, "POST", "Patient", patient("", "twin"))
		a := mustDo(t, s, status, "POST", "", bundleOf("transaction", entries...))
		if got := text(t, a.Body, "issue.0.details.coding.0.code"); detail != "" && got != detail {
			t.Errorf("detail = %q, want %q: %s", got, detail, a.Body)
		}
		if got := text(t, a.Body, "issue.0.expression.0"); !strings.HasPrefix(got, at) {
			t.Errorf("expression = %q, want %q: %s", got, at, a.Body)
		}
		if strings.Contains(string(a.Body), "9990000780") {
			t.Errorf("an NHS number is in the outcome: %s", a.Body)
		}
		history := mustDo(t, s, 200, "GET", "_history", "")
		if got := strings.Count(string(history.Body), `"fullUrl"`); got != 3 {
			t.Errorf("versions stored = %d, want the 3 that were there", got)
		}
	}
	for _, tt := range tests {
		for engine, open := range engines {
			t.Run(tt.name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				check(t, open(t), tt.entries, tt.status, tt.detail, tt.at)
			})
		}
	}
}

// Every fault of every entry is told at once, whatever it is that finds it.
func TestTransaction_AllFaultsAtOnce(t *testing.T) {
	mistyped := `{"resourceType":"Patient","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000780"}]}`
	tests := []struct {
		name    string
		entries []string
		want    []string // the places, in their order
	}{
		{"two references to nothing", []string{ent("", observation(uuid1), "POST", "Observation"), ent("", patient("", "1"), "POST", "Patient"),
			ent("", observation(uuid2), "POST", "Observation")},
			[]string{"Bundle.entry[0].resource/*Observation*/.subject.reference", "Bundle.entry[2].resource/*Observation*/.subject.reference"}},
		{"a request and a rule", []string{ent("", mistyped, "POST", "Patient"), ent("", patient("", "1"), "POST", "Pateint")},
			[]string{"Bundle.entry[1]", "Bundle.entry[0].resource/*Patient*/.identifier[0].value"}},
		{"a reference, a conditional reference and a rule", []string{ent("", mistyped, "POST", "Patient"), ent("", observation(uuid1), "POST", "Observation"),
			ent("", observation("Patient?identifer=1"), "POST", "Observation")},
			[]string{"Bundle.entry[1].resource/*Observation*/.subject.reference", "Bundle.entry[2].resource/*Observation*/.subject.reference",
				"Bundle.entry[0].resource/*Patient*/.identifier[0].value"}},
		{"what is no FHIR and a rule", []string{ent("", mistyped, "POST", "Patient"), ent("", `{"resourceType":"Patient","birthDate":"x"}`, "POST", "Patient")},
			[]string{"Bundle.entry[1].resource/*Patient*/.birthDate", "Bundle.entry[0].resource/*Patient*/.identifier[0].value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			a := mustDo(t, s, 400, "POST", "", bundleOf("transaction", tt.entries...))
			var got []string
			for i := 0; at(t, a.Body, fmt.Sprintf("issue.%d", i)) != nil; i++ {
				got = append(got, text(t, a.Body, fmt.Sprintf("issue.%d.expression.0", i)))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places of faults (-want +got):\n%s\n%s", diff, a.Body)
			}
		})
	}
}

func TestProcess_OtherBundles(t *testing.T) {
	tests := []struct {
		name, body, want string
		status           int
	}{
		{"searchset", bundleOf("searchset"), "type searchset cannot be processed", 400},
		{"no type", `{"resourceType":"Bundle"}`, "must have a type", 400},
		{"no such type", bundleOf("frobnicate"), "", 400},
		{"not a Bundle", patient("", "1"), "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			a := mustDo(t, s, tt.status, "POST", "", tt.body)
			if !strings.Contains(string(a.Body), tt.want) {
				t.Errorf("outcome = %s, want %q", a.Body, tt.want)
			}
		})
	}
}

func TestTransaction_Limits(t *testing.T) {
	s, _ := newServer(t)
	s.Limits.Entries = 2
	e := ent("", patient("", "1"), "POST", "Patient")
	mustDo(t, s, 413, "POST", "", bundleOf("transaction", e, e, e))
	mustDo(t, s, 413, "POST", "", bundleOf("batch", e, e, e))
	mustDo(t, s, 200, "POST", "", bundleOf("transaction", e, e))
	s.Limits.Entries, s.Limits.Answers = 10_000, 100
	get := ent("", "", "GET", "Patient")
	mustDo(t, s, 422, "POST", "", bundleOf("transaction", get, get))
	gets := slices.Repeat([]string{get}, 50+8*runtime.GOMAXPROCS(0)) // more than are read at once
	a := mustDo(t, s, 200, "POST", "", bundleOf("batch", gets...))
	if got := strings.Count(string(a.Body), "answers-too-large"); got == 0 || got == len(gets) {
		t.Errorf("%d of %d reads were refused, want some", got, len(gets))
	}
}

// Only so many Bundles are worked on at once; one that gets no turn before its time is up is told to come again.
func TestProcess_Admission(t *testing.T) {
	s, _ := newServer(t)
	s.Limits.Transactions = 1
	inside, release := make(chan struct{}), make(chan struct{})
	s.Conformance = conformance.Fixed(func(*element.Tree, ...string) fhir.Outcome {
		close(inside)
		<-release
		return nil
	})
	body := bundleOf("transaction", ent("", patient("", "1"), "POST", "Patient"))
	first := make(chan int)
	go func() { first <- do(s, "POST", "", body).Status }()
	<-inside
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := s.Do(ctx, call("POST", "", body))
	if got := interaction.Status(err); got != 429 {
		t.Errorf("status while another is at work = %d (%v), want 429", got, err)
	}
	close(release)
	if got := <-first; got != 200 {
		t.Errorf("status of the first = %d, want 200", got)
	}
}

// What a validator remarks of an entry goes with that entry; what it finds wrong fails the whole.
func TestTransaction_Validation(t *testing.T) {
	s, _ := newServer(t)
	severity := fhir.Warning
	s.Conformance = conformance.Fixed(func(*element.Tree, ...string) fhir.Outcome {
		return fhir.Outcome{{Severity: severity, Code: fhir.CodeInvariant, Diagnostics: "odd", Expression: []string{"Bundle.entry[1].resource/*Patient*/.name[0]"}}}
	})
	body := bundleOf("transaction", ent("", patient("", "1"), "POST", "Patient"), ent("", patient("", "2"), "POST", "Patient"))
	a := mustDo(t, s, 200, "POST", "", body)
	if at(t, a.Body, "entry.0.response.outcome") != nil || text(t, a.Body, "entry.1.response.outcome.issue.0.diagnostics") != "odd" {
		t.Errorf("remarks: %s", a.Body)
	}
	severity = fhir.SeverityError
	a = mustDo(t, s, 422, "POST", "", body)
	if got := text(t, a.Body, "issue.0.expression.0"); got != "Bundle.entry[1].resource/*Patient*/.name[0]" {
		t.Errorf("expression = %q", got)
	}
	mustDo(t, s, 422, "POST", "Patient", patient("", "1"))
}
