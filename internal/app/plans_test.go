package app_test

import (
	"net/url"
	"strings"
	"testing"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

// Each sample plan is posted as it is and found by the requests of an out-of-hours service.
func TestPlans(t *testing.T) {
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

// Sending a plan again, as a sender without an answer does, gives the same patient and the same plan.
func TestPlans_SentTwice(t *testing.T) {
	s := start(t, nil)
	for _, plan := range fhirtest.Plans(t) {
		s.must(200, "POST /", string(plan.Bundle))
	}
	patients, carePlans := s.total("/Patient?_summary=count"), s.total("/CarePlan?_summary=count")
	for _, plan := range fhirtest.Plans(t) {
		s.must(200, "POST /", string(plan.Bundle))
	}
	if p, c := s.total("/Patient?_summary=count"), s.total("/CarePlan?_summary=count"); p != patients || c != carePlans {
		t.Errorf("after sending all plans twice: %d patients and %d plans, want %d and %d as after once", p, c, patients, carePlans)
	}
}
