package access

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Refusal is why a caller is answered with nothing at all.
type Refusal uint8

// The refusals.
const (
	NotRefused         Refusal = iota
	Forbidden                  // 403 forbidden
	EmergencyAvailable         // 403 forbidden, details emergency-access-available: break-glass would open it
)

// The stable details of refusals, and of absences that are said with certainty.
const (
	DetailForbidden = "forbidden"
	DetailEmergency = "emergency-access-available"
	DetailNoPlan    = "no-plan-here"
)

// Err is the refusal as the error a client gets; nil for NotRefused. It is the same whatever was asked for.
func (r Refusal) Err() error {
	switch r {
	case Forbidden:
		return fhir.Errorf(fhir.CodeForbidden, "this caller may not see records here: the agreement of the organisation, "+
			"the entry in its staff list, the role or the purpose does not cover it").Detailed(DetailForbidden)
	case EmergencyAvailable:
		return fhir.Errorf(fhir.CodeForbidden, "this caller has no established access; in an emergency a clinician may ask for "+
			"access to one person's record, which is recorded and reviewed").Detailed(DetailEmergency)
	}
	return nil
}

// Decision is what a caller may see, whatever they ask for.
type Decision struct {
	Refusal Refusal       // nothing is answered, and nothing was looked up
	Sees    []query.Token // a resource is visible that has one of these
	Absent  Refusal       // what a read of something not visible, or not there, answers instead of 404
	Hint    Hint          // what every searchset says besides, whatever it found
	Basis   []Basis       // why, for the audit, strongest first
	view    view
	ended   []string // see Caller.Ended
}

// Hint is a remark that every searchset of a caller carries, found something or not.
type Hint uint8

// The hints.
const (
	NoHint         Hint = iota
	MayBeMore           // there may be records this caller cannot see
	MayBeEmergency      // and emergency access is available
)

// Basis is a reason for access.
type Basis string

// The bases.
const (
	BasisOrganisation Basis = "organisation" // author team, registered practice or residence
	BasisUrgentCare   Basis = "urgent-care"
	BasisContact      Basis = "contact" // a dispatch or an open urgent-care contact
	BasisBreakGlass   Basis = "break-glass"
	BasisSelf         Basis = "self"
	BasisProxy        Basis = "proxy"
	BasisPartner      Basis = "exchange-partner"
	BasisOversight    Basis = "oversight"
	BasisAdmin        Basis = "admin"
	BasisStaffList    Basis = "staff-list" // keeps the list of an organisation's staff, and sees nothing by it
)

// Decide applies the table of who may see what. It is the only place that does.
func Decide(c Caller) Decision {
	var d Decision
	switch {
	case c.Purpose == OtherUse:
		d.Refusal = Forbidden
	case c.Role.professional():
		d.professional(&c)
	case c.Role == Patient && c.Patient != "":
		d.person(&c, BasisSelf, append([]fhir.ID{c.Patient}, c.Others...)...)
	case c.Role == Proxy && len(c.ActsFor) > 0:
		d.person(&c, BasisProxy, c.ActsFor...)
	case c.Role == PrivacyOfficer && c.Organisation != "" && c.standing() == InForce:
		d.see(BasisOversight, ofOfficer(c.Organisation), fedBy(c.Organisation), directory, public)
	case c.Role.Software():
		d.system(&c)
	case c.administers():
		d.see(BasisAdmin, admin, directory, public)
	case c.keepsList():
		d.see(BasisStaffList, directory, public)
	default:
		d.Refusal = Forbidden
	}
	return d
}

func (d *Decision) see(basis Basis, tokens ...query.Token) {
	d.Basis = append(d.Basis, basis)
	d.Sees = append(d.Sees, tokens...)
}

// professional decides for those who work under an agreement and on a staff list. A lapse downgrades clinicians to
// break-glass, not to nothing: the crew in the house is the same as yesterday.
func (d *Decision) professional(c *Caller) {
	clinical := c.Role == Clinical
	if clinical {
		d.grants(c)
	}
	switch {
	case c.standing() == InForce && c.Organisation != "":
		d.established(c)
		d.Hint = MayBeMore
		if clinical {
			d.Hint = MayBeEmergency
		}
	case clinical && c.standing() != Never && c.Organisation != "":
		d.Absent, d.Hint = EmergencyAvailable, MayBeEmergency
		if len(d.Sees) == 0 {
			d.Refusal = EmergencyAvailable
		}
		d.Sees = append(d.Sees, directory, public)
	default:
		*d = Decision{Refusal: Forbidden}
	}
}

func (d *Decision) established(c *Caller) {
	d.see(BasisOrganisation, ofOrganisation(c.Organisation), directory, public)
	d.view = view{role: c.Role, organisation: c.Organisation}
	for _, id := range c.Contacts {
		d.see(BasisContact, ofPatient(systemContact, id))
	}
	if c.Urgent && (c.Role == Clinical || c.Role == UrgentNonClinical) {
		d.see(BasisUrgentCare, urgent)
	}
}

// grants are the break-glass grants that still run.
func (d *Decision) grants(c *Caller) {
	for _, g := range c.Grants {
		if g.Patient != "" && c.Now.Before(g.Until) {
			d.see(BasisBreakGlass, ofPatient(systemEmergency, g.Patient))
			d.view = view{role: c.Role, organisation: c.Organisation}
		}
	}
}

// person decides for people and their own records.
func (d *Decision) person(c *Caller, basis Basis, ids ...fhir.ID) {
	d.ended = c.Ended
	for _, id := range ids {
		d.Sees = append(d.Sees, ofPatient(systemSelf, id))
		for _, end := range c.Ended {
			d.Sees = append(d.Sees, query.Token{System: systemLater, Code: string(id) + "|" + end})
		}
	}
	d.see(basis, public)
	d.view = view{role: Patient}
}

// system decides for clients behind which nobody stands: they see no plan, unless an organisation registered
// them to exchange the plans of its own patients. One that sends crews sees nothing of those they are sent
// to.
func (d *Decision) system(c *Caller) {
	d.Sees = append(d.Sees, directory, public)
	if c.Partner && c.Organisation != "" && c.Agreement == InForce {
		d.see(BasisPartner, ofOrganisation(c.Organisation), fedBy(c.Organisation))
		d.view = view{role: System, organisation: c.Organisation}
	}
}

// See reports whether a resource with this label is visible.
func (d *Decision) See(label []query.Token) bool {
	return d.Refusal == NotRefused && slices.ContainsFunc(d.Sees, func(t query.Token) bool { return slices.Contains(label, t) })
}

// MayWrite reports whether the caller may write into the record of a patient with this label: those with a
// relationship to the person, and the person. Urgent care, a contact and a broken glass show, and change
// nothing.
func (d *Decision) MayWrite(label []query.Token) bool {
	return d.Refusal == NotRefused && slices.ContainsFunc(d.Sees, func(t query.Token) bool {
		return (t.System == systemOrg || t.System == systemSelf) && slices.Contains(label, t)
	})
}

// WorksIn reports whether the caller's organisation has a relationship to the person of a record with this
// label: then nothing of it is hidden from them but facts about access, and what is somebody else's as well.
func (d *Decision) WorksIn(label []query.Token) bool {
	return d.Refusal == NotRefused && slices.ContainsFunc(d.Sees, func(t query.Token) bool { return t.System == systemOrg && slices.Contains(label, t) })
}

// Visible is the condition a resource must meet to be shown, on the hidden access parameter of its type. It
// is a conjunct of every search, of what is included, chained to and counted.
func (d *Decision) Visible(access *query.Parameter) query.Expr {
	if d.Refusal != NotRefused {
		return query.Const(false)
	}
	any := make(query.Or, len(d.Sees))
	for i, t := range d.Sees {
		any[i] = query.Match{Parameter: access, Test: testOf(t)}
	}
	return query.Simplify(any)
}

// Oversees reports whether what was done with a record is the business of the caller as a privacy officer:
// somebody of their organisation did it, or the record, whose label this is, is of one their organisation has
// to do with.
func (c *Caller) Oversees(organisation string, label []query.Token) bool {
	if c.Role != PrivacyOfficer || c.Organisation == "" || c.standing() != InForce {
		return false
	}
	return organisation == c.Organisation || slices.Contains(label, ofOrganisation(c.Organisation))
}
