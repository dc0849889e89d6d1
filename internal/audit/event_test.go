package audit_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/audit"
)

var site = audit.Site{Base: "https://plans.example.org/fhir", OrganisationSystem: "https://fhir.nhs.uk/Id/ods-organization-code"}

// rendered is an AuditEvent as far as the patterns say something of it.
type rendered struct {
	ID      string
	Meta    struct{ Profile []string }
	Action  string
	Outcome string
	Subtype []struct{ System, Code string }
	Agent   []struct {
		Type      struct{ Coding []struct{ Code string } }
		Requestor bool
		Who       struct {
			Identifier struct{ System, Value string }
		}
		Network *struct{ Address, Type string }
	}
	Entity []struct {
		Type struct{ System, Code string }
		Role struct{ Code string }
		What struct {
			Reference  string
			Identifier struct{ Value string }
		}
		Query []byte
	}
}

func render(t *testing.T, r audit.Record) (all []rendered) {
	t.Helper()
	e := audit.Entry{Place: audit.Place{Chain: 3, Sequence: 7}, Record: r}
	e.Time = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	v := validation.New(r4.Definitions())
	for _, text := range audit.Events(&e, site) {
		tree, faults := element.ParseAs(r4.Definitions(), "AuditEvent", text, element.DefaultLimits())
		if faults.Failed() {
			t.Fatalf("not FHIR: %v\n%s", faults, text)
		}
		for _, issue := range v.Validate(tree) {
			if issue.Severity != fhir.Information {
				t.Errorf("%s at %v: %s\n%s", issue.Severity, issue.Expression, issue.Diagnostics, text)
			}
		}
		var out rendered
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
		all = append(all, out)
	}
	return all
}

// count is how many entities have a type of a code.
func (r *rendered) count(code string) (n int) {
	for _, e := range r.Entity {
		if e.Type.Code == code {
			n++
		}
	}
	return n
}

// TestEvents renders each sort of act. All must be valid R4, name the profile they conform to, and keep what
// that asks for: one client and one server in the right parts with their addresses, one patient at most, one
// object or one query.
func TestEvents(t *testing.T) {
	nurse := audit.Agent{Issuer: "https://am.example.org", Subject: "u-1", Client: "app", Role: "S8000:G8000:R8001", Organisation: "RX1", Purpose: "TREAT", User: true}
	plan := audit.Version{Key: fhir.Key{Type: "CarePlan", ID: "c"}, Version: 2}
	written := plan
	written.Written = true
	for _, row := range []struct {
		name           string
		record         audit.Record
		profile        string
		client, server string
		events         int
	}{
		{"read", audit.Record{Interaction: "read", Action: audit.Read, Agent: nurse, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan}, Target: plan.Key}, "PatientRead", "110152", "110153", 1},
		{"read of nobody's", audit.Record{Interaction: "vread", Action: audit.Read, Versions: []audit.Version{plan}}, "Read", "110152", "110153", 1},
		{"history of several versions", audit.Record{Interaction: "history-instance", Action: audit.Read, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan, plan}}, "", "110152", "110153", 1},
		{"query", audit.Record{Interaction: "search-type", Action: audit.Execute, Agent: nurse, Target: fhir.Key{Type: "CarePlan"}, Query: "status=active"}, "Query", "110153", "110152", 1},
		{"query that shows two people's", audit.Record{Interaction: "search-type", Action: audit.Execute, Patients: []fhir.ID{"p", "q"}, Versions: []audit.Version{plan, plan},
			Target: fhir.Key{Type: "CarePlan"}, Query: "patient.identifier=x|{1}", Sought: []audit.Digest{{0xab}}}, "PatientQuery", "110153", "110152", 2},
		{"create", audit.Record{Interaction: "create", Action: audit.Create, Agent: nurse, Patients: []fhir.ID{"p"}, Versions: []audit.Version{written}}, "PatientCreate", "110153", "110152", 1},
		{"update", audit.Record{Interaction: "update", Action: audit.Update, Versions: []audit.Version{written}}, "Update", "110153", "110152", 1},
		{"delete", audit.Record{Interaction: "delete", Action: audit.Delete, Agent: nurse, Patients: []fhir.ID{"p"}, Versions: []audit.Version{written}}, "PatientDelete", "110150", "custodian", 1},
		{"transaction", audit.Record{Interaction: "transaction", Action: audit.Execute, Agent: nurse, Patients: []fhir.ID{"p"}, Versions: []audit.Version{written, plan}, Correlation: "x"}, "", "110153", "110152", 1},
		{"break-glass", audit.Record{Interaction: "read", Action: audit.Read, Agent: nurse, Ground: audit.Ground{Reason: "life-at-risk", Emergency: true}, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan}}, "PatientRead", "110152", "110153", 1},
		{"denied", audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Denied, Detail: "forbidden", Agent: nurse, Patients: []fhir.ID{"p"}, Target: fhir.Key{Type: "Patient", ID: "p"}}, "", "110152", "110153", 1},
		{"a failed login", audit.Record{Interaction: "login", Action: audit.Execute, Outcome: audit.Denied, Detail: "token-expired"}, "", "110153", "110152", 1},
		{"an operation", audit.Record{Interaction: "operation", Operation: "access-log", Action: audit.Execute, Patients: []fhir.ID{"p"}, Target: fhir.Key{Type: "Patient", ID: "p"}}, "", "110153", "110152", 1},
		{"a purge", *audit.PurgeRecord(time.Now(), nurse), "", "110150", "custodian", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := row.record
			r.Address, r.RequestID = "192.0.2.7", "req-1"
			if r.Outcome == 0 {
				r.Outcome = audit.Success
			}
			events := render(t, r)
			if len(events) != row.events {
				t.Fatalf("%d events, want %d", len(events), row.events)
			}
			for _, e := range events {
				name := strings.TrimPrefix(strings.Join(e.Meta.Profile, " "), "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.")
				if name != row.profile {
					t.Errorf("profile %q, want %q", name, row.profile)
				}
				parts := []string{e.Agent[0].Type.Coding[0].Code, e.Agent[1].Type.Coding[0].Code}
				if row.name != "a purge" && !slices.Equal(parts, []string{row.client, row.server}) || e.Agent[0].Network == nil || e.Agent[1].Network == nil {
					t.Errorf("client and server are %v, want %s and %s with their addresses", parts, row.client, row.server)
				}
				if persons := e.count("1"); persons > 1 || persons == 0 != (len(r.Patients) == 0) {
					t.Errorf("%d patients in one event", persons)
				}
				if objects := e.count("2"); row.profile != "" && objects != 1 {
					t.Errorf("%d objects or queries, want one", objects)
				}
				if e.count("XrequestId") != 1 || r.Agent.User && (!e.Agent[2].Requestor || e.Agent[2].Who.Identifier.Value != "u-1") {
					t.Errorf("request or user are not there: %+v", e)
				}
			}
		})
	}
}

// TestEvents_Query tells what was asked for, with a digest for what must not be stored.
func TestEvents_Query(t *testing.T) {
	events := render(t, audit.Record{Interaction: "search-type", Action: audit.Execute, Outcome: audit.Success, Target: fhir.Key{Type: "Patient"},
		Query: "identifier=nhs|{1},{2}&_count=5", Sought: []audit.Digest{{0xab}, {0xcd}}})
	var got string
	for _, e := range events[0].Entity {
		if e.Role.Code == "24" {
			got = string(e.Query)
		}
	}
	want := "Patient?identifier=nhs|salted:ab" + strings.Repeat("0", 30) + ",salted:cd" + strings.Repeat("0", 30) + "&_count=5"
	if got != want {
		t.Errorf("query = %q, want %q (%s)", got, want, base64.StdEncoding.EncodeToString([]byte(want)))
	}
}

func TestRecord_Words(t *testing.T) {
	told := audit.Version{Key: fhir.Key{Type: "AuditEvent", ID: "a"}, Version: 1, Written: true}
	plan := audit.Version{Key: fhir.Key{Type: "CarePlan", ID: "c"}, Version: 2}
	consent := audit.Version{Key: fhir.Key{Type: "Consent", ID: "c"}, Version: 2}
	nurse := audit.Agent{Subject: "u", Role: "S8000:G8000:R8001", Purpose: "ETREAT", User: true}
	for _, row := range []struct {
		record audit.Record
		want   audit.Words
	}{
		{audit.Record{Interaction: "search-type", Action: audit.Execute, Outcome: audit.Success, Agent: nurse, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan, consent, consent}},
			audit.Words{What: "looked at: care plan, consent (2)", Role: "nurse", Why: "treatment in an emergency", End: "done"}},
		{audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan}, Ground: audit.Ground{Emergency: true}},
			audit.Words{What: "looked at: care plan", Role: "somebody without a login", Why: "emergency access, which has to be justified afterwards", End: "done"}},
		{audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success, Patients: []fhir.ID{"p"}, Versions: []audit.Version{plan}, Ground: audit.Ground{Reason: "life-at-risk", Emergency: true}},
			audit.Words{What: "looked at: care plan", Role: "somebody without a login", Why: "emergency access: life at risk", End: "done"}},
		{audit.Record{Interaction: "search-type", Action: audit.Execute, Outcome: audit.Success, Agent: audit.Agent{Client: "c"}, Patients: []fhir.ID{"p", "q"}, Versions: []audit.Version{plan}},
			audit.Words{What: "saw or changed the records of several people, this one among them", Role: "a computer system", Why: "no purpose was given", End: "done"}},
		{audit.Record{Interaction: "create", Action: audit.Create, Outcome: audit.Success, Agent: audit.Agent{Client: "c"}, Patients: []fhir.ID{"p", "q"}, Versions: []audit.Version{told}},
			audit.Words{What: "told what was done with the record in another system", Role: "a computer system", Why: "no purpose was given", End: "done"}},
		{audit.Record{Interaction: "transaction", Action: audit.Execute, Outcome: audit.Success, Agent: audit.Agent{Client: "c"}, Patients: []fhir.ID{"p"}, Versions: []audit.Version{told, plan}},
			audit.Words{What: "looked at: care plan; added, changed or removed: audit event", Role: "a computer system", Why: "no purpose was given", End: "done"}},
		{audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Denied, Agent: audit.Agent{Role: "X1", User: true, Purpose: "Y2"}, Patients: []fhir.ID{"p"}},
			audit.Words{What: "tried to look, and was not allowed", Role: "code X1", Why: "code Y2", End: "refused"}},
	} {
		if got := row.record.Words(); got != row.want {
			t.Errorf("Words() = %+v, want %+v", got, row.want)
		}
	}
}
