package access

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Resource is what is known of one resource besides whose it is.
type Resource struct {
	Type        fhir.Type
	Draft       bool          // not approved: authors and the person see it, urgent care does not
	FromPatient bool          // withheld from the person: by the serious-harm test, or because it is about somebody else
	Marks       []query.Token // what of it is withheld from the person: see Mark
	Fact        bool          // it decides about access itself: see LabelFact
	Fed         bool          // it tells what was done elsewhere: an AuditEvent, of whomever's record
	Feeder      string        // ODS code of the organisation whose system sent that; "" for nobody who is known
	Officer     string        // ODS code of the organisation whose privacy officer it is for; "" for none
	Waits       bool          // it says that something of a patient's waits for a second person
	Sends       string        // ODS code of the organisation whose crew it sends to a patient, and whose privacy officer sees that; "" for a resource that does not
}

// Of is the label of a patient's own record, the Patient resource, which what is in its compartment has from
// it. It is sorted and has no token twice, as all labels.
func (r *Record) Of() []query.Token {
	label := []query.Token{ofPatient(systemEmergency, r.Patient), ofPatient(systemSelf, r.Patient)}
	for _, code := range r.relationships() {
		if code != "" {
			label = append(label, ofOrganisation(code))
		}
	}
	if r.Restricted {
		label = append(label, Restricted)
	}
	if r.Waits != "" {
		label = append(label, query.Token{System: systemWaits, Code: string(r.Waits)})
	}
	if !r.objected() {
		label = append(label, ofPatient(systemContact, r.Patient))
		if r.Published && !r.Restricted {
			label = append(label, urgent)
		}
	}
	return sorted(label)
}

// Label gives the tokens that stand in the index of a resource, from the labels of the patients in whose
// compartments it is; outside any, those of the policy for its type.
//
// A resource in several compartments needs all of them: only an organisation that may see each of the
// patients sees it. The tokens that name one patient are in no other's label, so that what is of several is
// nobody's own.
func Label(resource Resource, patients ...[]query.Token) []query.Token {
	switch {
	case resource.Fed && resource.Feeder == "":
		return []query.Token{}
	case resource.Fed:
		return []query.Token{fedBy(resource.Feeder)}
	case resource.Officer != "":
		return []query.Token{ofOfficer(resource.Officer)}
	case resource.Fact && resource.Waits && len(patients) == 1:
		return sorted(append(confirming(patients[0]), admin))
	case resource.Fact && resource.Sends != "":
		return sorted([]query.Token{admin, ofOfficer(resource.Sends)})
	case resource.Fact:
		return []query.Token{admin}
	case len(patients) == 0:
		return outside(resource.Type)
	}
	label := WithoutMarks(patients[0])
	for _, other := range patients[1:] {
		label = slices.DeleteFunc(label, func(t query.Token) bool { return t != Restricted && !slices.Contains(other, t) })
		if slices.Contains(other, Restricted) {
			label = append(label, Restricted)
		}
	}
	label = slices.DeleteFunc(label, func(t query.Token) bool {
		return resource.Draft && (t == urgent || t.System == systemContact) || resource.FromPatient && t.System == systemSelf ||
			t.System == systemWaits && resource.Type != "Patient"
	})
	return sorted(append(label, resource.marks(patients)...))
}

// confirming are the tokens of those who may write into a record with this label, but for the person.
func confirming(label []query.Token) []query.Token {
	return slices.DeleteFunc(slices.Clone(label), func(t query.Token) bool { return t.System != systemOrg })
}

// marks are the marks of a resource as they stand in its label: who it is withheld from until some time sees
// it from then on.
func (r *Resource) marks(patients [][]query.Token) (marks []query.Token) {
	for _, mark := range r.Marks {
		if mark.System != systemLater {
			marks = append(marks, mark)
			continue
		}
		if len(patients) != 1 {
			continue // what is of several is nobody's own
		}
		for _, t := range patients[0] {
			if t.System == systemSelf {
				marks = append(marks, query.Token{System: systemLater, Code: t.Code + "|" + mark.Code})
			}
		}
	}
	return marks
}

func sorted(label []query.Token) []query.Token {
	slices.SortFunc(label, func(a, b query.Token) int {
		if order := strings.Compare(a.System, b.System); order != 0 {
			return order
		}
		return strings.Compare(a.Code, b.Code)
	})
	return slices.Compact(label)
}
