package audit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/internal/audit"
)

// full is a Record with something in every field.
func full() audit.Record {
	return audit.Record{
		Interaction: "search-type", Operation: "access-log", Action: audit.Execute, Outcome: audit.Denied, Detail: "forbidden",
		Agent: audit.Agent{Issuer: "https://issuer.example.org", Subject: "s-1", Client: "c-1", Role: "R8001", Organisation: "RX1",
			Purpose: "ETREAT", User: true},
		Ground:  audit.Ground{Reason: "life-at-risk", Words: []byte{0, 1, 0xff}, Emergency: true},
		Address: "192.0.2.7", RequestID: "r-1", Correlation: "b-1", Target: fhir.Key{Type: "CarePlan", ID: "x"},
		Patients: []fhir.ID{"p1", "p2"},
		Versions: []audit.Version{{Key: fhir.Key{Type: "CarePlan", ID: "c"}, Version: 7, Written: true}, {Key: fhir.Key{Type: "Patient", ID: "p1"}, Version: 1 << 40}},
		Query:    "identifier={1}&_count=5", Sought: []audit.Digest{{1, 2, 3}, {15: 9}},
	}
}

func TestSeal_RoundTrip(t *testing.T) {
	for name, r := range map[string]audit.Record{"nothing": {}, "everything": full(), "a read": {Interaction: "read", Action: audit.Read,
		Outcome: audit.Success, Patients: []fhir.ID{"p"}, Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: "p"}, Version: 1}}}} {
		got, err := audit.Open(audit.Seal(nil, audit.Salt{7}, &r))
		if diff := cmp.Diff(r, got); err != nil || diff != "" {
			t.Errorf("%s: Open(Seal()) = %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// A Record of a read by somebody who did not log in should not cost more than the read itself.
func TestSeal_Size(t *testing.T) {
	r := audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success, RequestID: "0123456789abcdef", Address: "192.0.2.7",
		Patients: []fhir.ID{"0123456789abcdef0123456789abcdef"},
		Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: "0123456789abcdef0123456789abcdef"}, Version: 1}}}
	if n := len(audit.Seal(nil, audit.Salt{}, &r)); n > 200 {
		t.Errorf("the contents of a read have %d bytes, want 200 at most", n)
	}
}

// TestOpen_Damaged wants every cut and every changed byte refused or read as another Record, never a panic.
func TestOpen_Damaged(t *testing.T) {
	r := full()
	whole := audit.Seal(nil, audit.Salt{}, &r)
	for n := range whole {
		if _, err := audit.Open(whole[:n]); err == nil {
			t.Errorf("Open() of the first %d of %d bytes succeeded", n, len(whole))
		}
		changed := append([]byte(nil), whole...)
		changed[n] ^= 0xff
		_, _ = audit.Open(changed)
	}
	if _, err := audit.Open(append(whole, 0)); err == nil {
		t.Error("Open() with a byte too many succeeded")
	}
}

func FuzzOpen(f *testing.F) {
	r := full()
	f.Add(audit.Seal(nil, audit.Salt{}, &r))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		r, err := audit.Open(sealed)
		if err != nil {
			return
		}
		again, err := audit.Open(audit.Seal(nil, audit.Salt{}, &r))
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("read, written and read again: %v\n%s", err, diff)
		}
	})
}
