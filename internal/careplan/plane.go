package careplan

import (
	"slices"
	"strconv"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
)

// The types whose resources are facts about callers when they bear the label of facts.
const (
	typeStaff        = "PractitionerRole"
	typeAgreement    = "Contract"
	typeGrant        = "Basic"
	typeProxy        = "RelatedPerson"
	typeOrganization = "Organization"
)

// Fact reads what a resource lets whom do; the zero Fact for one that is no fact about callers, whatever it
// says. An Organization is one without the label: by its ODS codes it is who is named as an author, a
// practice or a home, and one that is not active bars those whose codes they are.
func (t Times) Fact(n element.Node) (f access.Fact) {
	if n.Structure().Name == typeOrganization {
		f.Of = typeOrganization
		for child := range n.Children() {
			if code := ODSCode(child); child.Name() == "identifier" && code != "" {
				f.What = append(f.What, code)
			}
		}
		if n.Child("active").Text() == "false" {
			f.Bars = f.What
		}
		return f
	}
	if !slices.Contains(SecurityLabels(n), access.SecurityLabel{System: access.LabelSystem, Code: access.LabelFact}) {
		return f
	}
	switch n.Structure().Name {
	case typeStaff:
		e := t.StaffEntry(n)
		f = access.Fact{Of: e.Organisation, Who: identifiers(n), From: e.From, Until: e.Until, Trained: e.Trained, Ended: e.Ended, Lapses: true}
		if e.Role != 0 {
			f.What = []string{e.Role.String()}
		}
	case typeAgreement:
		a := t.Agreement(n)
		f = access.Fact{Of: a.Organisation, From: a.From, Until: a.Until, Ended: a.Ended, Lapses: true}
		for _, role := range a.Roles {
			f.What = append(f.What, role.String())
		}
		for _, purpose := range a.Purposes {
			f.What = append(f.What, "purpose "+strconv.Itoa(int(purpose)))
		}
	case typeGrant:
		kind, grant := t.Grant(n)
		if kind == GrantContact {
			return t.contactFact(n)
		}
		f = access.Fact{Of: string(grant.Patient), Who: identifiers(n), Until: grant.Until, Ended: grant.Until.IsZero()}
		if kind != "" {
			f.What = []string{kind}
		}
	case typeProxy:
		f = t.Proxy(n)
	}
	return f
}

// Proxy reads for whom the caller that a RelatedPerson is acts: Fact.Of is the patient.
func (t Times) Proxy(n element.Node) access.Fact {
	f := access.Fact{Of: string(fhir.ParseReference(n.Child("patient").Child("reference").Text(), isPatient).Key.ID), What: []string{access.Proxy.String()}}
	var ok bool
	f.From, f.Until, ok = t.period(n.Child("period"))
	f.Ended = !ok || n.Child("active").Text() == "false"
	return f
}

// identifiers are those of a resource, as whoever logs in is looked up by them.
func identifiers(n element.Node) (all []string) {
	for child := range n.Children() {
		if child.Name() == "identifier" {
			all = append(all, child.Child("system").Text()+"|"+child.Child("value").Text())
		}
	}
	return all
}
