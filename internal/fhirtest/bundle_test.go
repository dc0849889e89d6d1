package fhirtest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// planResourceTypes are the resource types that a plan is made of.
var planResourceTypes = []string{
	"Patient", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson", "Condition", "AllergyIntolerance", "MedicationStatement",
	"CareTeam", "Goal", "CarePlan", "Consent", "Observation", "Flag", "DocumentReference",
}

// bundle is a transaction Bundle as far as these tests look into it.
type bundle struct {
	ResourceType, Type string
	Entry              []entry
}

type entry struct {
	FullURL  string `json:"fullUrl"`
	Resource map[string]any
	Request  struct{ Method, URL, IfNoneExist string }
}

func (e entry) resourceType() string { s, _ := e.Resource["resourceType"].(string); return s }

func readBundle(t *testing.T, data []byte) bundle {
	t.Helper()
	var b bundle
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, data)
	}
	return b
}

// faults returns what is wrong with b as a transaction that holds one plan.
func (b bundle) faults() []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if b.ResourceType != "Bundle" || b.Type != "transaction" {
		fault("a %s of type %s, want a transaction Bundle", b.ResourceType, b.Type)
	}
	urls, count := map[string]bool{}, map[string]int{}
	for i, e := range b.Entry {
		kind := e.resourceType()
		count[kind]++
		if !strings.HasPrefix(e.FullURL, "urn:uuid:") || len(e.FullURL) != len("urn:uuid:")+36 || urls[e.FullURL] {
			fault("entry %d has fullUrl %q, want a urn:uuid of its own", i, e.FullURL)
		}
		urls[e.FullURL] = true
		if e.Request.Method != "POST" || e.Request.URL != kind || !slices.Contains(planResourceTypes, kind) {
			fault("entry %d is %s %s of a %s", i, e.Request.Method, e.Request.URL, kind)
		}
	}
	for _, kind := range planResourceTypes {
		if count[kind] == 0 {
			fault("no %s", kind)
		}
	}
	if count["Patient"] != 1 || count["CarePlan"] != 1 {
		fault("%d Patients and %d CarePlans, want one of each", count["Patient"], count["CarePlan"])
	}
	for i, e := range b.Entry {
		walk(e.Resource, func(name, text string) {
			if name == "reference" && !urls[text] {
				fault("entry %d refers to %q, which is no entry", i, text)
			}
			if text == "" || strings.Contains(text, "${") {
				fault("entry %d has %s = %q", i, name, text)
			}
		})
	}
	return faults
}

// walk calls f with every text in v and the name of the member that holds it.
func walk(v any, f func(name, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if text, ok := member.(string); ok {
				f(name, text)
			}
			walk(member, f)
		}
	case []any:
		for _, item := range v {
			if text, ok := item.(string); ok {
				f("", text)
			}
			walk(item, f)
		}
	}
}
