package careplan

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
)

// How the facts about callers are written. Each is a resource that bears the security label access.LabelFact,
// which only the admin plane gives.
const (
	// RoleSystem has the codes of access.Role: PractitionerRole.code of a staff-list entry, Contract.subType of
	// an agreement.
	RoleSystem = "https://hearken.example.org/fhir/CodeSystem/access-role"
	// PurposeSystem has the purposes of an agreement: TREAT, ETREAT, HOPERAT.
	PurposeSystem = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	// GrantSystem has the kinds of a Basic that opens one patient's record to one caller for a time.
	GrantSystem = "https://hearken.example.org/fhir/CodeSystem/access-grant"
	// TrainedUntil is the extension of a staff-list entry that says until when training is in date.
	TrainedUntil = "https://hearken.example.org/fhir/StructureDefinition/trained-until"
	// GrantReason is the extension of a grant that says why it was given.
	GrantReason = "https://hearken.example.org/fhir/StructureDefinition/grant-reason"
)

// TaskSystem has the kinds of Task of the admin plane.
const TaskSystem = "https://hearken.example.org/fhir/CodeSystem/access-task"

// The kinds of Task.
const (
	TaskStaffList  = "staff-list"         // a staff list that was applied, or waits for a second person
	TaskBreakGlass = "break-glass-review" // emergency access that a privacy officer looks into
	TaskWaiting    = "waiting-change"     // what one person did that lets more people see something, until a second confirms it
)

// The kinds of grant.
const (
	GrantBreakGlass = "break-glass"
	GrantContact    = "urgent-care-contact"
)

var purposes = map[string]access.Purpose{"TREAT": access.Care, "ETREAT": access.UrgentCare, "HOPERAT": access.Oversight}

// Times reads the dates of facts: the moment a date begins, and with end the moment it is over. ok is false
// for no date.
type Times func(text string) (start, end time.Time, ok bool)

// period reads a Period as [from, until); what is open is zero. A date that cannot be read ends it at once.
func (t Times) period(n element.Node) (from, until time.Time, ok bool) {
	ok = true
	if start := n.Child("start"); start.HasValue() {
		var valid bool
		from, _, valid = t(start.Text())
		ok = ok && valid
	}
	if end := n.Child("end"); end.HasValue() {
		var valid bool
		_, until, valid = t(end.Text())
		ok = ok && valid
	}
	return from, until, ok
}

// StaffEntry reads a PractitionerRole that is an entry of a staff list.
func (t Times) StaffEntry(n element.Node) access.StaffEntry {
	e := access.StaffEntry{Organisation: ODSCode(n.Child("organization").Child("identifier")), Role: access.ParseRole(CodeOf(n, "code", RoleSystem))}
	var ok bool
	e.From, e.Until, ok = t.period(n.Child("period"))
	e.Ended = !ok || n.Child("active").Text() == "false"
	for extension := range n.Children() {
		if extension.Name() == "extension" && extension.Child("url").Text() == TrainedUntil {
			_, e.Trained, _ = t(extension.Child("value").Text())
		}
	}
	return e
}

// Agreement reads a Contract that is an organisation's agreement.
func (t Times) Agreement(n element.Node) access.Agreement {
	var a access.Agreement
	for child := range n.Children() {
		switch child.Name() {
		case "identifier":
			if code := ODSCode(child); code != "" {
				a.Organisation = code
			}
		case "subType":
			for coding := range child.Children() {
				code := coding.Child("code").Text()
				switch coding.Child("system").Text() {
				case RoleSystem:
					a.Roles = append(a.Roles, access.ParseRole(code))
				case PurposeSystem:
					a.Purposes = append(a.Purposes, purposes[code])
				}
			}
		}
	}
	var ok bool
	a.From, a.Until, ok = t.period(n.Child("applies"))
	a.Ended = !ok || n.Child("status").Text() != "executed"
	return a
}

// Grant reads a Basic that opens a record; kind is "" for one that does not. One whose patient is not known
// here opens nothing.
func (t Times) Grant(n element.Node) (kind string, g access.Grant) {
	for child := range n.Children() {
		if child.Name() == "identifier" {
			_, g.Until, _ = t.period(child.Child("period"))
		}
	}
	g.Reason = GrantSays(n, "reason").Text()
	if key := fhir.ParseReference(n.Child("subject").Child("reference").Text(), isPatient).Key; key.Type == typePatient {
		g.Patient = key.ID
	}
	return CodingOf(n.Child("code"), GrantSystem), g
}

func isPatient(name string) bool { return name == typePatient }

// CodeOf is the first code of a system among the concepts of an element.
func CodeOf(n element.Node, name, system string) string {
	for child := range n.Children() {
		if child.Name() == name {
			if code := CodingOf(child, system); code != "" {
				return code
			}
		}
	}
	return ""
}

// CodingOf is the code of a system in a concept; "" for none.
func CodingOf(concept element.Node, system string) string {
	for coding := range concept.Children() {
		if coding.Name() == "coding" && coding.Child("system").Text() == system {
			return coding.Child("code").Text()
		}
	}
	return ""
}
