package access

import (
	"slices"

	"hearken/fhir/search/query"
	"hearken/profiles"
)

// Rule takes elements out of the resources a caller sees. What it takes out is gone from every surface,
// cannot be searched or sorted by for them, and is marked: meta.tag REDACTED, and where the element is
// required the extension data-absent-reason with masked.
type Rule struct {
	Name string
	// Paths are elements by their definition ("Patient.address"), with all below them.
	Paths []string
	// Label is a code of the inline security label that marks an element, wherever it stands; "" for none.
	Label string
	// Extension is an extension by its URL, with all in it; "" for none.
	Extension string
}

// The codes of the inline security labels of our guide (CodeSystem/access-label).
const (
	LabelThirdParty   = "third-party"  // speaks of somebody else: not for the person's own view
	LabelSafeguarding = "safeguarding" // a concern about someone near the person
	LabelSeriousHarm  = "serious-harm" // withheld from the person by the serious-harm test
	LabelKeySafe      = "key-safe"     // how to get in: revealed one at a time, by a request of its own
)

// PersonLabels are those that withhold from the person what others see.
var PersonLabels = []string{LabelThirdParty, LabelSafeguarding, LabelSeriousHarm}

// whereabouts are the elements that tell where a person at risk is, or lead there.
var whereabouts = []string{
	"Patient.address", "Patient.telecom", "Patient.generalPractitioner", "Patient.managingOrganization",
	"Patient.contact.address", "Patient.contact.telecom", "Patient.contact.organization", "Patient.photo",
	"RelatedPerson.address", "RelatedPerson.telecom", "RelatedPerson.photo",
	"CareTeam.managingOrganization", "CareTeam.participant", "CareTeam.telecom",
	"Encounter.location", "Encounter.serviceProvider", "Appointment.participant.actor",
}

var (
	locationRule = Rule{Name: "whereabouts", Paths: whereabouts}
	keySafeRule  = Rule{Name: LabelKeySafe, Label: LabelKeySafe, Extension: profiles.KeySafe}
	personRules  = []Rule{keySafeRule,
		{Name: LabelThirdParty, Label: LabelThirdParty},
		{Name: LabelSafeguarding, Label: LabelSafeguarding},
		{Name: LabelSeriousHarm, Label: LabelSeriousHarm},
	}
	everyoneRules  = []Rule{keySafeRule}
	elsewhereRules = []Rule{keySafeRule, locationRule}
)

// view is through whose eyes a caller sees, which decides what is withheld.
type view struct {
	role         Role
	organisation string
}

// Withheld gives the rules for a caller's view of a resource with this label. The authors of a record see it
// whole, but for the key safe, which nobody sees unasked. Everybody else does not see the whereabouts of a
// restricted person; the person does not see what is withheld from them.
func (d *Decision) Withheld(label []query.Token) []Rule {
	if d.view.role == Patient {
		return personRules
	}
	if d.HidesWhereabouts(label) {
		return elsewhereRules
	}
	return everyoneRules
}

// MostWithheld gives the rules for a caller's view of whatever resource: Withheld has none but these,
// whatever the label.
func (d *Decision) MostWithheld() []Rule {
	if d.view.role == Patient {
		return personRules
	}
	return elsewhereRules
}

// HidesWhereabouts reports whether it is kept from the caller where the person of a record with this label
// is, and with that which organisations have to do with them.
func (d *Decision) HidesWhereabouts(label []query.Token) bool {
	return d.view.role != Patient && slices.Contains(label, Restricted) && !slices.Contains(label, ofOrganisation(d.view.organisation))
}

// unrestricted is the condition of a record that Whereabouts are not withheld in from this caller.
func (d *Decision) unrestricted(access *query.Parameter) query.Expr {
	own := query.TokenTest{System: systemOrg, Code: d.view.organisation}
	return query.Or{query.Not{Expr: query.Match{Parameter: access, Test: query.TokenTest{System: systemMark}}}, query.Match{Parameter: access, Test: own}}
}

// Whereabouts are the elements that tell where a person at risk is, or lead there, by their definitions.
func Whereabouts() []string { return whereabouts }
