package interaction_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/interaction"
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
			Documentation                                                   string
			SupportedProfile                                                []string
			ReadHistory, UpdateCreate, ConditionalCreate, ConditionalUpdate bool
			Interaction                                                     []struct{ Code string }
			ReferencePolicy, SearchInclude, SearchRevInclude                []string
			SearchParam                                                     []struct{ Name, Type, Definition string }
			Operation                                                       []struct{ Name, Definition string }
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

// What the statement says of AuditEvents is so, for a privacy officer too: they are read and searched by what
// it names, and changed by nothing.
func TestCapabilities_Oversight(t *testing.T) {
	s := guarded(t)
	look := as(principal("author", "user/*.cruds"), "GET", "CarePlan/cp1", "")
	look.Address = "192.0.2.7"
	answer(s, look)
	body := answer(s, call("GET", "metadata", "")).Body
	for _, r := range readStatement(t, body).Rest[0].Resource {
		if r.Type != "AuditEvent" {
			if r.Documentation != "" {
				t.Errorf("%s: %s", r.Type, r.Documentation)
			}
			continue
		}
		codes := []string{}
		for _, i := range r.Interaction {
			codes = append(codes, i.Code)
		}
		if got := strings.Join(codes, " "); got != "search-type create history-type read history-instance vread" {
			t.Errorf("interactions of AuditEvent: %s", got)
		}
		if r.UpdateCreate || r.ConditionalUpdate || r.ConditionalDelete != "not-supported" {
			t.Errorf("AuditEvents can be changed: %+v", r)
		}
		for _, want := range []string{"privacy officer", "ITI-81", "ITI-20", "registered systems alone", "never updated, patched or deleted: 405", "newest first"} {
			if !strings.Contains(r.Documentation, want) {
				t.Errorf("the documentation does not say %q: %s", want, r.Documentation)
			}
		}
		officer := principal("officer", "user/AuditEvent.cruds")
		names := map[string]bool{}
		for _, p := range r.SearchParam {
			names[p.Name] = true
			if p.Type != "special" && p.Type != "composite" && p.Name != "_id" {
				if a := answer(s, as(officer, "GET", "AuditEvent?"+p.Name+":missing=false", "")); a.Status != 200 {
					t.Errorf("an officer's AuditEvent?%s: %d %s", p.Name, a.Status, a.Body)
				}
			}
		}
		for _, name := range strings.Fields("date patient agent agent-name entity outcome action subtype type source site policy address altid entity-role entity-type _id _lastUpdated") {
			if !names[name] {
				t.Errorf("the statement does not name the search parameter %s", name)
			}
		}
		events, text := eventsIn(t, s, "officer", "AuditEvent?patient=Patient/p1")
		if len(events) == 0 {
			t.Fatal("nothing was recorded")
		}
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			if a := answer(s, as(officer, method, "AuditEvent/"+events[0], "{}")); a.Status != 405 {
				t.Errorf("%s of an event = %d %s", method, a.Status, a.Body)
			}
		}
		claims := 0
		for _, line := range strings.Split(text, "\n") {
			if _, claim, ok := strings.Cut(line, `"profile":["`); ok {
				claims++
				if claim, _, _ = strings.Cut(claim, `"`); !strings.Contains(" "+strings.Join(r.SupportedProfile, " ")+" ", " "+claim+" ") {
					t.Errorf("the profile %s is not in the statement: %v", claim, r.SupportedProfile)
				}
			}
		}
		if claims == 0 {
			t.Error("no event names its profile")
		}
	}
}

// An operation is named where it is offered: those that are about who does it need a login, and those that
// need a record of it an audit log.
func TestCapabilities_OperationsOffered(t *testing.T) {
	named := func(s *interaction.Server) map[string]bool {
		all := map[string]bool{}
		for _, r := range readStatement(t, mustDo(t, s, 200, "GET", "metadata", "").Body).Rest[0].Resource {
			for _, o := range r.Operation {
				all[r.Type+" "+o.Name] = true
			}
		}
		return all
	}
	withAll := named(guarded(t))
	s, _ := newServer(t)
	put(t, s, "Patient/p", patient("p", "1"))
	withoutLogin := named(s)
	silent, _ := newServer(t)
	put(t, silent, "Patient/p", patient("p", "1"))
	silent.Audit = nil
	withoutBoth := named(silent)
	asked := func(s *interaction.Server, name string) string {
		typ, operation, _ := strings.Cut(name, " ")
		out := ""
		for _, target := range []string{typ + "/$" + operation, typ + "/p/$" + operation} {
			for _, body := range []string{"", glass(byReference("p"), "emergency-care", sentence), `{"resourceType":"Parameters","parameter":[{"name":"outcome","valueCode":"justified"},{"name":"words","valueString":"` + sentence + `"}]}`,
				`{"resourceType":"Parameters","parameter":[{"name":"detail","valueCode":"code"},{"name":"reason","valueCode":"going-in"}]}`} {
				for _, method := range []string{"GET", "POST"} {
					out += string(do(s, method, target, body).Body)
				}
			}
		}
		return out
	}
	for name := range withAll {
		for _, row := range []struct {
			s     *interaction.Server
			named map[string]bool
		}{{s, withoutLogin}, {silent, withoutBoth}} {
			said := asked(row.s, name)
			if refused := strings.Contains(said, `"no-login"`) || strings.Contains(said, `"no-audit"`); refused == row.named[name] {
				t.Errorf("%s: named %v, refused for want of a login or a log %v: %s", name, row.named[name], refused, said)
			}
		}
	}
	if len(withAll) < 150 || len(withoutLogin) >= len(withAll) || len(withoutBoth) >= len(withoutLogin) {
		t.Errorf("%d, %d and %d operations are named", len(withAll), len(withoutLogin), len(withoutBoth))
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
