package access

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// The stable details of what needs two people.
const (
	DetailSecondPerson = "second-person" // it needs another person: what was done waits for one, or the one who asks is not another
	DetailNothingWaits = "nothing-waits"
)

// Widens reports whether a change of what is recorded of sharing lets more people see a record, which needs two people. Recording an objection does not, nor does a
// first agreement: see the table in the package comment.
func Widens(before, after Sharing) bool { return before == Objected && after != Objected }

// WaitsFor is the Task by which an objection that one person took back waits for a second, as the label of the Patient says; "" for none.
func WaitsFor(label []query.Token) fhir.ID {
	for _, t := range label {
		if t.System == systemWaits {
			return fhir.ID(t.Code)
		}
	}
	return ""
}

// MayConfirm reports whether the caller is the second person for a record with this label: an administrator, or a professional who may write into it. It
// is a person who logged in (user), and never the one who took the objection back (own). The error is CodeForbidden.
func (c *Caller) MayConfirm(d *Decision, label []query.Token, user, own bool) error {
	if !user || own {
		return fhir.Errorf(fhir.CodeForbidden, "it is confirmed by a person who logs in, and by another than the one who did it").Detailed(DetailSecondPerson)
	}
	if c.administers() || c.Role.professional() && d.MayWrite(label) {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "it is confirmed by a professional who may write into the record, or by an administrator").Detailed(DetailForbidden)
}
