package access

import (
	"testing"

	"hearken/fhir/search/query"
)

// An act is the business of the privacy officer of who did it, and of those who have to do with the record,
// while agreement and entry are in force.
func TestOversees(t *testing.T) {
	officer := Caller{Role: PrivacyOfficer, Organisation: "A", Agreement: InForce, Staff: InForce}
	of := func(code string) []query.Token { return []query.Token{ofOrganisation(code), urgent} }
	for _, row := range []struct {
		name   string
		change func(*Caller)
		by     string
		label  []query.Token
		want   bool
	}{
		{"done by their organisation", func(*Caller) {}, "A", of("B"), true},
		{"in a record of their organisation", func(*Caller) {}, "B", of("A"), true},
		{"neither", func(*Caller) {}, "B", of("B"), false},
		{"a clinician", func(c *Caller) { c.Role = Clinical }, "A", of("A"), false},
		{"an administrator", func(c *Caller) { c.Role = Administrator }, "A", of("A"), false},
		{"of no organisation", func(c *Caller) { c.Organisation = "" }, "", of(""), false},
		{"whose agreement has lapsed", func(c *Caller) { c.Agreement = Lapsed }, "A", of("A"), false},
		{"who is on the list no more", func(c *Caller) { c.Staff = Lapsed }, "A", of("A"), false},
	} {
		c := officer
		row.change(&c)
		if got := c.Oversees(row.by, row.label); got != row.want {
			t.Errorf("%s: Oversees() = %v, want %v", row.name, got, row.want)
		}
	}
}
