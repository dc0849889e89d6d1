package access

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Change is a kind of change that lets more people see a record, and needs two people.
type Change string

// The changes.
const (
	EndsObjection   Change = "objection"   // the person had objected to sharing, and now has not
	AddsAuthor      Change = "author"      // an organisation becomes an author of a closed record, which authors see all the same
	EndsRestriction Change = "restriction" // the whereabouts of the person were withheld, and now are not
	WidensFact      Change = "fact"        // an agreement, an entry of a staff list, a grant or a proxy lets somebody do more: see Fact.Widens
)

// ofRecords reports whether it is a change that those who may write into the record judge, and not the admin
// plane's alone.
func (w Change) ofRecords() bool { return w == EndsObjection || w == AddsAuthor }

// The stable details of what needs two people.
const (
	DetailSecondPerson = "second-person" // it needs another person: what was done waits for one, or the one who asks is not another
	DetailNothingWaits = "nothing-waits"
	DetailExpired      = "expired"
)

// Widens reports whether a change of what is recorded of sharing lets more people see a record, which needs
// two people. Recording an objection does not, nor does a first agreement: see the table in the package
// comment.
func Widens(before, after Sharing) bool { return before == Objected && after != Objected }

// Closed reports whether a record with this label, of the Patient, is closed to all but its authors.
func Closed(label []query.Token) bool {
	return len(label) > 0 && (slices.Contains(label, Restricted) || !slices.ContainsFunc(label, func(t query.Token) bool { return t.System == systemContact }))
}

// Organisations are the ODS codes of those whom a label shows a record for what they are to the person.
func Organisations(label []query.Token) (codes []string) {
	for _, t := range label {
		if t.System == systemOrg {
			codes = append(codes, t.Code)
		}
	}
	return codes
}

// Admitted are the authors named in a record who see it, when label is what its Patient had before. Of one
// that is closed and was closed they are those who saw it and those who are confirmed. A record that closes
// keeps the authors it has, and one that opens shows itself to whoever is named by then.
func (r *Record) Admitted(label []query.Token, confirmed []string) []string {
	if !Closed(label) || !r.closed() {
		return r.Authors
	}
	seeing := slices.Concat(Organisations(label), confirmed)
	return slices.DeleteFunc(slices.Clone(r.Authors), func(code string) bool { return !slices.Contains(seeing, code) })
}

// WaitsFor is the Task by which an objection that one person took back waits for a second, as the label of
// the Patient says; "" for none.
func WaitsFor(label []query.Token) fhir.ID {
	for _, t := range label {
		if t.System == systemWaits {
			return fhir.ID(t.Code)
		}
	}
	return ""
}

// MayLift reports whether the caller may ask that the restriction of a record with this label ends: an
// administrator, and a privacy officer of an organisation that wrote it. It is a label that goes down, which
// is the admin plane's alone: whoever asks, an administrator confirms it. The error is CodeForbidden, for
// whoever may never ask, or CodeNotFound for an officer of another organisation.
func (c *Caller) MayLift(label []query.Token) error {
	switch {
	case c.administers():
		return nil
	case c.Role != PrivacyOfficer || c.Organisation == "" || c.standing() != InForce:
		return adminOnly("that a restriction ends is asked for by administrators, and by privacy officers of the organisations that wrote the record")
	case !slices.Contains(label, ofOrganisation(c.Organisation)):
		return fhir.Errorf(fhir.CodeNotFound, "no such resource or version").Detailed("unknown-resource")
	}
	return nil
}

// MayConfirm reports whether the caller may be one of the two people for a change, of a record with this
// label: an administrator, or, where it is not the admin plane's alone, a professional who may write into the
// record. It is a person who logged in (user), and never one who stands for the change already (own). The
// error is CodeForbidden.
func (c *Caller) MayConfirm(what Change, d *Decision, label []query.Token, user, own bool) error {
	if !user || own {
		return fhir.Errorf(fhir.CodeForbidden, "it is confirmed by a person who logs in, and by another than the one who did it").Detailed(DetailSecondPerson)
	}
	return c.mayJudge(what, d, label)
}

// MayDecline reports whether the caller may end a change that waits: whoever might confirm it, and who made
// it themself. The error is CodeForbidden.
func (c *Caller) MayDecline(what Change, d *Decision, label []query.Token, user, own bool) error {
	if !user {
		return fhir.Errorf(fhir.CodeForbidden, "it is declined by a person who logs in").Detailed(DetailSecondPerson)
	}
	if own {
		return nil
	}
	return c.mayJudge(what, d, label)
}

func (c *Caller) mayJudge(what Change, d *Decision, label []query.Token) error {
	if c.administers() || what.ofRecords() && c.Role.professional() && d.MayWrite(label) {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "it is confirmed by a professional who may write into the record, or by an administrator").Detailed(DetailForbidden)
}
