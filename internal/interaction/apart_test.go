package interaction_test

import (
	"strings"
	"testing"
)

const fedEvent = `{"resourceType":"AuditEvent","type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110100"},` +
	`"recorded":"2024-02-29T12:00:00Z","agent":[{"requestor":true,"who":{"reference":"Patient/p"}}],"source":{"observer":{"display":"feed"}},` +
	`"entity":[{"what":{"reference":"Patient/p"}}]}`

// TestApart sends an AuditEvent to a server that keeps an audit log: it is created and found by its own type,
// nothing changes it, and no other way leads to it.
func TestApart(t *testing.T) {
	s, _ := newServer(t)
	mustDo(t, s, 201, "PUT", "Patient/p", patient("p", "1"))
	mustDo(t, s, 201, "POST", "AuditEvent", fedEvent)
	mustDo(t, s, 201, "PUT", "Provenance/v", `{"resourceType":"Provenance","id":"v","target":[{"reference":"Patient/p"}],"recorded":"2024-02-29T12:00:00Z",`+
		`"agent":[{"who":{"reference":"Patient/p"}}],"entity":[{"role":"source","what":{"reference":"AuditEvent/new-1"}}]}`)
	for _, row := range []struct {
		name, method, target, body string
		status                     int
		shown                      bool
	}{
		{"read", "GET", "AuditEvent/new-1", "", 200, true},
		{"vread", "GET", "AuditEvent/new-1/_history/1", "", 200, true},
		{"search", "GET", "AuditEvent?type=110100", "", 200, true},
		{"update", "PUT", "AuditEvent/new-1", strings.Replace(fedEvent, "{", `{"id":"new-1",`, 1), 405, false},
		{"update as create", "PUT", "AuditEvent/mine", strings.Replace(fedEvent, "{", `{"id":"mine",`, 1), 405, false},
		{"conditional update", "PUT", "AuditEvent?type=110100", fedEvent, 405, false},
		{"delete", "DELETE", "AuditEvent/new-1", "", 405, false},
		{"conditional delete", "DELETE", "AuditEvent?type=110100", "", 405, false},
		{"delete in a transaction", "POST", "", bundleOf("transaction", ent("", "", "DELETE", "AuditEvent/new-1")), 400, false},
		{"delete in a batch", "POST", "", bundleOf("batch", ent("", "", "DELETE", "AuditEvent/new-1")), 200, false},
		{"search of the system", "GET", "?_lastUpdated=gt2000", "", 200, false},
		{"history of the system", "GET", "_history", "", 200, false},
		{"compartment", "GET", "Patient/p/AuditEvent", "", 404, false},
		{"whole compartment", "GET", "Patient/p/*", "", 200, false},
		{"_has", "GET", "Patient?_has:AuditEvent:patient:type=110100", "", 400, false},
		{"chain", "GET", "Provenance?entity:AuditEvent.type=110100", "", 400, false},
		{"_include", "GET", "Provenance?_include=Provenance:entity", "", 200, false},
		{"_include of everything", "GET", "Provenance?_include=*", "", 200, false},
		{"_revinclude", "GET", "Patient?_revinclude=AuditEvent:entity", "", 400, false},
		{"criteria", "POST", "Patient", patient("", "9"), 400, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := call(row.method, row.target, row.body)
			if row.name == "criteria" {
				c.IfNoneExist = "_has:AuditEvent:patient:type=110100"
			}
			a := answer(s, c)
			if shown := strings.Contains(string(a.Body), `"observer"`); a.Status != row.status || shown != row.shown {
				t.Errorf("%s %s = %d, shown %v, want %d, %v: %s", row.method, row.target, a.Status, shown, row.status, row.shown, a.Body)
			}
		})
	}
	statement := string(mustDo(t, s, 200, "GET", "metadata", "").Body)
	_, event, _ := strings.Cut(statement, `"type":"AuditEvent"`)
	event, _, _ = strings.Cut(event, `"type":"Basic"`)
	for _, code := range []string{`"code":"update"`, `"code":"delete"`, `"updateCreate":true`, `"conditionalDelete":"single"`} {
		if strings.Contains(event, code) {
			t.Errorf("the CapabilityStatement says %s of AuditEvent", code)
		}
	}
	s.Audit = nil
	mustDo(t, s, 200, "GET", "Patient?_has:AuditEvent:patient:type=110100", "")
}
