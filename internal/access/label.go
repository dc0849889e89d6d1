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
	Draft       bool   // not approved: authors and the person see it, urgent care does not
	FromPatient bool   // withheld from the person by the serious-harm test, and still so
	Fact        bool   // it decides about access itself: see LabelFact
	Officer     string // ODS code of the organisation whose privacy officer it is for; "" for none
}

// Label gives the tokens that stand in the index of a resource: those of the patients in whose compartments it is, or, outside any, those
// of the policy for its type. It is sorted and has no token twice.
//
// A resource in several compartments needs all of them: only an organisation that may see each of the patients sees it.
func Label(resource Resource, patients ...Record) []query.Token {
	var label []query.Token
	switch {
	case resource.Fact:
		label = []query.Token{admin}
	case resource.Officer != "":
		label = []query.Token{ofOfficer(resource.Officer)}
	case len(patients) == 0:
		label = outside(resource.Type)
	case len(patients) == 1:
		label = append(labelOf(resource, &patients[0]), personal(resource, &patients[0])...)
	default:
		label = shared(resource, patients)
	}
	slices.SortFunc(label, compareTokens)
	return slices.Compact(label)
}

// labelOf is the part of a label that several patients can have in common.
func labelOf(resource Resource, r *Record) []query.Token {
	var label []query.Token
	for _, code := range r.relationships() {
		if code != "" {
			label = append(label, ofOrganisation(code))
		}
	}
	if r.Published && !resource.Draft && r.Sharing != Objected && !r.Restricted {
		label = append(label, urgent)
	}
	return label
}

// personal is the part that names the patient.
func personal(resource Resource, r *Record) []query.Token {
	label := []query.Token{ofPatient(systemEmergency, r.Patient)}
	if !resource.FromPatient {
		label = append(label, ofPatient(systemSelf, r.Patient))
	}
	if r.Sharing != Objected && !resource.Draft {
		label = append(label, ofPatient(systemContact, r.Patient))
	}
	return label
}

func shared(resource Resource, patients []Record) []query.Token {
	common := labelOf(resource, &patients[0])
	for i := range patients[1:] {
		other := labelOf(resource, &patients[i+1])
		common = slices.DeleteFunc(common, func(t query.Token) bool { return !slices.Contains(other, t) })
	}
	return common
}

func compareTokens(a, b query.Token) int {
	if order := strings.Compare(a.System, b.System); order != 0 {
		return order
	}
	return strings.Compare(a.Code, b.Code)
}
