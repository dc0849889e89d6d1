package access

import "slices"

// Rule takes elements out of the resources a caller sees. What it takes out is gone from every surface, cannot be searched or sorted by for
// them, and is marked: meta.tag REDACTED, and where the element is required the extension data-absent-reason with
// masked.
type Rule struct {
	Name string
	// Paths are elements by their definition ("Patient.address"), with all below them.
	Paths []string
	// Label is a code of the inline security label that marks an element, wherever it stands; "" for none.
	Label string
	// Restricted holds the rule to records that are restricted.
	Restricted bool
	// Narrative takes out the text of the resources the rule touches: it may say in words what was taken out.
	Narrative bool
}

// The codes of the inline security labels of our guide (CodeSystem/access-label).
const (
	LabelThirdParty   = "third-party"  // speaks of somebody else: not for the person's own view
	LabelSafeguarding = "safeguarding" // a concern about someone near the person
	LabelSeriousHarm  = "serious-harm" // withheld from the person by the serious-harm test
	LabelKeySafe      = "key-safe"     // how to get in: revealed one at a time, by a request of its own
)

// whereabouts are the elements that tell where a person at risk is, or lead there.
var whereabouts = []string{
	"Patient.address", "Patient.telecom", "Patient.generalPractitioner", "Patient.managingOrganization",
	"Patient.contact.address", "Patient.contact.telecom", "Patient.contact.organization", "Patient.photo",
	"RelatedPerson.address", "RelatedPerson.telecom", "RelatedPerson.photo",
	"CareTeam.managingOrganization", "CareTeam.participant", "CareTeam.telecom",
	"Encounter.location", "Encounter.serviceProvider", "Appointment.participant",
}

var (
	locationRule = Rule{Name: "whereabouts", Paths: whereabouts, Restricted: true, Narrative: true}
	keySafeRule  = Rule{Name: LabelKeySafe, Label: LabelKeySafe, Narrative: true}
	personRules  = []Rule{
		{Name: LabelThirdParty, Label: LabelThirdParty, Narrative: true},
		{Name: LabelSafeguarding, Label: LabelSafeguarding, Narrative: true},
		{Name: LabelSeriousHarm, Label: LabelSeriousHarm, Narrative: true},
	}
)

// view is through whose eyes a caller sees, which decides what is withheld.
type view struct {
	role         Role
	organisation string
}

// Withheld gives the rules for a caller's view of one patient's resources. The authors of a record see it whole, but for the key safe,
// which nobody sees unasked. Everybody else does not see the whereabouts of a restricted person; the person does not see
// what is withheld from them.
func (d *Decision) Withheld(r Record) []Rule {
	rules := []Rule{keySafeRule}
	own := d.view.role == Patient
	if r.Restricted && !own && !slices.Contains(r.Authors, d.view.organisation) {
		rules = append(rules, locationRule)
	}
	if own {
		rules = append(rules, personRules...)
	}
	return rules
}

// Withholds is every rule that may touch this caller's view of anything. A search parameter that reads an element of one of them
// has no value for the caller, restricted or not: whether it has one would tell.
func (d *Decision) Withholds() []Rule {
	if d.view.role == Patient {
		return append([]Rule{keySafeRule}, personRules...)
	}
	return []Rule{keySafeRule, locationRule}
}
