package interaction_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

type statement struct {
	Kind, FHIRVersion string
	PatchFormat       []string
	Implementation    struct{ URL string }
	Rest              []struct {
		Mode        string
		Interaction []struct{ Code string }
		Compartment []string
		Resource    []struct {
			Type, Versioning, ConditionalRead, ConditionalDelete            string
			ReadHistory, UpdateCreate, ConditionalCreate, ConditionalUpdate bool
			Interaction                                                     []struct{ Code string }
			ReferencePolicy, SearchInclude, SearchRevInclude                []string
			SearchParam                                                     []struct{ Name, Type, Definition string }
		}
	}
}

func readStatement(t *testing.T, body []byte) statement {
	t.Helper()
	var s statement
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCapabilities_Statement(t *testing.T) {
	s, _ := newServer(t)
	body := mustDo(t, s, 200, "GET", "metadata", "").Body
	tree, faults := element.ParseAs(r4.Definitions(), "CapabilityStatement", body, element.DefaultLimits())
	if faults.Failed() {
		t.Fatalf("the statement is not FHIR: %v", faults)
	}
	if issues := validator().Validate(tree); len(issues) > 0 {
		t.Errorf("the statement is not valid: %v", issues)
	}
	c := readStatement(t, body)
	if c.Kind != "instance" || c.FHIRVersion != "4.0.1" || c.Implementation.URL != base || len(c.PatchFormat) != 0 {
		t.Errorf("kind, version, url, patch formats = %s %s %s %v", c.Kind, c.FHIRVersion, c.Implementation.URL, c.PatchFormat)
	}
	rest := c.Rest[0]
	if rest.Mode != "server" || len(rest.Resource) != 145 || len(rest.Compartment) != 5 {
		t.Errorf("mode %s, %d types, %d compartments; want server, 145, 5", rest.Mode, len(rest.Resource), len(rest.Compartment))
	}
	for _, r := range rest.Resource {
		if r.Type == "AuditEvent" {
			continue // kept apart: see TestApart
		}
		if r.Versioning != "versioned" || !r.ReadHistory || !r.UpdateCreate || !r.ConditionalCreate || !r.ConditionalUpdate ||
			r.ConditionalRead != "full-support" || r.ConditionalDelete != "single" || strings.Join(r.ReferencePolicy, " ") != "literal logical" {
			t.Errorf("%s: %+v", r.Type, r)
		}
		for _, p := range r.SearchParam {
			if p.Definition == "" || p.Name == "_access" {
				t.Errorf("%s: parameter %q with definition %q", r.Type, p.Name, p.Definition)
			}
		}
	}
	again := mustDo(t, s, 200, "GET", "metadata?mode=full", "").Body
	if !bytes.Equal(body, again) {
		t.Error("two statements of one server differ")
	}
	other := call("GET", "metadata", "")
	other.Base = "https://other.test/fhir"
	if got := readStatement(t, answer(s, other).Body).Implementation.URL; got != "https://other.test/fhir" {
		t.Errorf("url under another base = %q", got)
	}
}

// What the statement says of a type is so: each interaction is there, and each search parameter can be searched.
func TestCapabilities_CannotLie(t *testing.T) {
	s, _ := newServer(t)
	c := readStatement(t, mustDo(t, s, 200, "GET", "metadata", "").Body)
	requests := map[string][2]string{
		"read": {"GET", "/a"}, "vread": {"GET", "/a/_history/1"}, "update": {"PUT", "/a"}, "delete": {"DELETE", "/a"},
		"history-instance": {"GET", "/a/_history"}, "history-type": {"GET", "/_history"}, "create": {"POST", ""}, "search-type": {"GET", ""},
	}
	for _, r := range c.Rest[0].Resource {
		for _, i := range r.Interaction {
			request, known := requests[i.Code]
			if !known {
				t.Fatalf("%s: interaction %s", r.Type, i.Code)
			}
			a := do(s, request[0], r.Type+request[1], "")
			if a.Status == 405 || strings.Contains(string(a.Body), `"unknown-endpoint"`) {
				t.Errorf("%s of %s = %d", i.Code, r.Type, a.Status)
			}
		}
		for _, p := range r.SearchParam {
			if p.Type == "special" {
				continue
			}
			if a := do(s, "GET", r.Type+"?"+p.Name+":missing=true&_count=0", ""); a.Status != 200 && p.Type != "composite" && p.Name != "_id" {
				t.Errorf("%s?%s: %d %s", r.Type, p.Name, a.Status, a.Body)
			}
		}
	}
}

func TestCapabilities_Integrity(t *testing.T) {
	s, _ := newServer(t)
	s.Policy.ReferentialIntegrity = true
	c := readStatement(t, mustDo(t, s, 200, "GET", "metadata", "").Body)
	if got := strings.Join(c.Rest[0].Resource[0].ReferencePolicy, " "); got != "literal logical enforced" {
		t.Errorf("referencePolicy = %q", got)
	}
}
