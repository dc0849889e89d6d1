package access_test

import (
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

// Who works in a record has a relationship to the person; and where a person at risk is, is kept from all but
// the authors, and from the person never.
func TestDecide_Relationship(t *testing.T) {
	open := access.Record{Patient: "p", Published: true, Authors: []string{"A"}, Practices: []string{"P"}, Carers: []string{"C"}}
	closed := open
	closed.Restricted = true
	work := func(organisation string) access.Caller {
		return access.Caller{Role: access.Clinical, Organisation: organisation, Agreement: access.InForce, Staff: access.InForce}
	}
	urgent, broken, called, lapsed := work("U"), work("X"), work("X"), work("A")
	urgent.Urgent, called.Contacts, lapsed.Staff = true, append(called.Contacts, "p"), access.Never
	broken.Grants = []access.Grant{{Patient: "p", Until: broken.Now.Add(1)}}
	person := access.Caller{Role: access.Patient, Patient: "p"}
	for _, row := range []struct {
		name          string
		caller        access.Caller
		record        access.Record
		works, hidden bool
	}{
		{"an author", work("A"), open, true, false},
		{"the practice", work("P"), open, true, false},
		{"a carer", work("C"), open, true, false},
		{"somebody else", work("X"), open, false, false},
		{"urgent care", urgent, open, false, false},
		{"a broken glass", broken, open, false, false},
		{"the person", person, open, false, false},
		{"one who is off the list", lapsed, open, false, false},
		{"an author, of a person at risk", work("A"), closed, true, false},
		{"the practice, of a person at risk", work("P"), closed, false, true},
		{"a broken glass, of a person at risk", broken, closed, false, true},
		{"a crew, of a person at risk", called, closed, false, true},
		{"the person at risk", person, closed, false, false},
	} {
		label, decision := row.record.Of(), access.Decide(row.caller)
		if works, hidden := decision.WorksIn(label), decision.HidesWhereabouts(label); works != row.works || hidden != row.hidden {
			t.Errorf("%s: works in it %v, whereabouts hidden %v, want %v and %v", row.name, works, hidden, row.works, row.hidden)
		}
	}
	person.Others = []fhir.ID{"q"}
	if other := (&access.Record{Patient: "q"}); !decides(person).See(other.Of()) || !decides(person).See(open.Of()) || decides(person).See((&access.Record{Patient: "r"}).Of()) {
		t.Error("who has two records does not see both, or sees a third")
	}
	refused := access.Decide(lapsed)
	refused.Sees = append(refused.Sees, query.Token{System: "org", Code: "A"})
	if refused.WorksIn(open.Of()) {
		t.Error("who is refused works in a record")
	}
}

func decides(c access.Caller) *access.Decision {
	d := access.Decide(c)
	return &d
}
