package app_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

// Each sample plan is posted as it is and found by the requests of an out-of-hours service.
func TestFind_ByNHSNumber(t *testing.T) {
	s := start(t, nil)
	for _, plan := range fhirtest.Plans(t) {
		t.Run(plan.Name, func(t *testing.T) {
			b := asBundle(t, s.must(200, "POST /", string(plan.Bundle)).body)
			for i, e := range b.Entry {
				if !strings.HasPrefix(e.Response.Status, "20") {
					t.Errorf("entry %d = %s", i, e.Response.Status)
				}
			}
			if plan.NHSNumber == "" {
				return
			}
			identifier := url.QueryEscape(careplan.NHSNumberSystem + "|" + plan.NHSNumber)
			if n := s.total("/Patient?identifier=" + identifier); n != 1 {
				t.Errorf("%d patients have the NHS number, want 1", n)
			}
			found := s.search("/CarePlan?patient.identifier=" + identifier + "&_include=CarePlan:subject&_revinclude:iterate=Consent:patient")
			modes := map[string]int{}
			for _, e := range found.Entry {
				modes[e.Search.Mode+" "+text(value(t, e.Resource), "resourceType")]++
			}
			if modes["match CarePlan"] < 1 || modes["include Patient"] != 1 || *found.Total != modes["match CarePlan"] {
				t.Errorf("the plan by NHS number = %v of total %d, want plans, counted, and one patient", modes, *found.Total)
			}
			posted := asBundle(t, s.must(200, "POST /CarePlan/_search", "patient.identifier="+identifier, "Content-Type: application/x-www-form-urlencoded").body)
			if posted.Total == nil || *posted.Total != *found.Total {
				t.Errorf("by POST: %v plans, by GET %d", posted.Total, *found.Total)
			}
		})
	}
	for _, plan := range fhirtest.Plans(t) {
		if plan.NHSNumber != "" && strings.Contains(s.log.String(), plan.NHSNumber) {
			t.Errorf("the log holds the NHS number of %s", plan.Name)
		}
	}
}

// Sending a plan again, as a sender without an answer does, gives the same patient and the same plan; and nothing new
// at all where every entry carries If-None-Exist.
func TestResend_AddsNothing(t *testing.T) {
	s := start(t, nil)
	for _, plan := range fhirtest.Plans(t) {
		s.must(200, "POST /", string(plan.Bundle))
	}
	patients, carePlans := s.total("/Patient?_summary=count"), s.total("/CarePlan?_summary=count")
	whole := 0
	for _, plan := range fhirtest.Plans(t) {
		before := s.total("/?_summary=count")
		b := asBundle(t, s.must(200, "POST /", string(plan.Bundle)).body)
		if strings.Count(string(plan.Bundle), `"ifNoneExist"`) != len(b.Entry) {
			continue
		}
		whole++
		if after := s.total("/?_summary=count"); after != before {
			t.Errorf("%s sent again adds %d resources, want none", plan.Name, after-before)
		}
	}
	if p, c := s.total("/Patient?_summary=count"), s.total("/CarePlan?_summary=count"); p != patients || c != carePlans {
		t.Errorf("after sending all plans twice: %d patients and %d plans, want %d and %d as after once", p, c, patients, carePlans)
	}
	if whole < 5 {
		t.Errorf("only %d plans carry If-None-Exist throughout", whole)
	}
}

// What is stored of a plan is what was sent, but for the references to its own entries, which now name resources.
func TestPlans_ReadBackTokenByToken(t *testing.T) {
	s := start(t, nil)
	for _, plan := range fhirtest.Plans(t) {
		t.Run(plan.Name, func(t *testing.T) {
			b := asBundle(t, s.must(200, "POST /", string(plan.Bundle)).body)
			sent, _ := at(value(t, plan.Bundle), "entry").([]any)
			names := map[string]string{} // fullUrl → the resource's name now
			for i, e := range b.Entry {
				name, _, _ := strings.Cut(strings.TrimPrefix(e.Response.Location, s.base+"/"), "/_history/")
				names[text(sent[i], "fullUrl")] = name
			}
			for i, e := range b.Entry {
				if !strings.HasPrefix(e.Response.Status, "201") {
					continue // it was there already
				}
				got, _ := withoutServerMeta(value(t, s.must(200, "GET /"+names[text(sent[i], "fullUrl")], "").body)).(map[string]any)
				delete(got, "id")
				want := renamed(at(sent[i], "resource"), names)
				if diff := cmp.Diff(want, any(got)); diff != "" {
					t.Errorf("entry %d came back changed (-sent +got):\n%s", i, diff)
				}
			}
		})
	}
}

// renamed replaces what refers to an entry by the name of its resource, in links of narratives too.
func renamed(v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			v[name] = renamed(child, names)
		}
	case []any:
		for i, child := range v {
			v[i] = renamed(child, names)
		}
	case string:
		if names[v] != "" {
			return names[v]
		}
		if strings.HasPrefix(v, "<div") {
			for urn, name := range names {
				v = strings.ReplaceAll(v, `"`+urn+`"`, `"`+name+`"`)
			}
			return v
		}
	}
	return v
}

// A decision that was withdrawn is never again shown as in force, from the moment the withdrawal was answered.
func TestWithdrawal_IsSeenAtOnce(t *testing.T) {
	s := start(t, nil)
	var consent map[string]any
	for _, plan := range fhirtest.Plans(t) {
		if plan.Name == "adrt-withdrawn" {
			s.must(200, "POST /", string(plan.Bundle))
			found := s.search("/Consent?status=inactive&scope=adr&patient.identifier=" + plan.NHSNumber)
			if len(found.Entry) != 1 {
				t.Fatalf("%d withdrawn decisions, want 1", len(found.Entry))
			}
			consent, _ = value(t, found.Entry[0].Resource).(map[string]any)
		}
	}
	path := "/Consent/" + text(consent, "id")
	for round := range 20 {
		for _, status := range []string{"active", "inactive"} {
			consent["status"] = status
			body, err := json.Marshal(consent)
			if err != nil {
				t.Fatal(err)
			}
			s.must(200, "PUT "+path, string(body))
			if got := text(value(t, s.must(200, "GET "+path, "").body), "status"); got != status {
				t.Fatalf("round %d: read says %s, want %s", round, got, status)
			}
			want := map[string]int{"active": 1}[status]
			if n := s.total("/Consent?status=active&scope=adr"); n != want {
				t.Fatalf("round %d: %d decisions in force after it was made %s, want %d", round, n, status, want)
			}
		}
	}
}

func TestFind_RightAfterWrite(t *testing.T) {
	s := start(t, nil)
	for i := range 50 {
		identifier := fmt.Sprintf("urn:x|%d", i)
		s.must(201, "POST /Patient", fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"%d"}]}`, i))
		if n := s.total("/Patient?identifier=" + identifier); n != 1 {
			t.Fatalf("right after it was created %d are found by %s, want 1", n, identifier)
		}
	}
}
