package careplan

import (
	"hearken/fhir"
	"hearken/fhir/element"
)

// The identifier systems of organisations, as UK Core fixes them.
const (
	ODSOrganisationSystem = "https://fhir.nhs.uk/Id/ods-organization-code"
	ODSSiteSystem         = "https://fhir.nhs.uk/Id/ods-site-code"
)

// parties reads the references of an element: the ODS code where one stands beside or instead of the reference, or what it refers
// to. Contained resources are followed.
func (r *FactReader) parties(n element.Node, name string) (parties []Party) {
	for reference := range n.Children() {
		if reference.Name() == name {
			if p := r.party(n, reference); p != (Party{}) {
				parties = append(parties, p)
			}
		}
	}
	return parties
}

func (r *FactReader) party(container, reference element.Node) Party {
	if code := ODSCode(reference.Child("identifier")); code != "" {
		return Party{Code: code}
	}
	raw := reference.Child("reference").Text()
	if len(raw) > 1 && raw[0] == '#' {
		for contained := range container.Children() {
			if contained.IsResource() && contained.Child("id").Text() == raw[1:] {
				return r.Organisation(contained)
			}
		}
		return Party{}
	}
	return Party{Key: fhir.ParseReference(raw, r.isResource).Key}
}

// Organisation is the organisation that a resource is, or is of: an Organization by its ODS code, a PractitionerRole and a
// CareTeam by reference; the zero Party for anything else.
func (r *FactReader) Organisation(n element.Node) Party {
	for child := range n.Children() {
		if child.Name() == "identifier" {
			if code := ODSCode(child); code != "" {
				return Party{Code: code}
			}
		}
	}
	for _, name := range [...]string{"organization", "managingOrganization"} {
		for child := range n.Children() {
			if child.Name() != name {
				continue
			}
			if code := ODSCode(child.Child("identifier")); code != "" {
				return Party{Code: code}
			}
			return Party{Key: fhir.ParseReference(child.Child("reference").Text(), r.isResource).Key}
		}
	}
	return Party{}
}

// ODSCode is the code of an organisation or site that an identifier is; "" for one of another system.
func ODSCode(identifier element.Node) string {
	switch identifier.Child("system").Text() {
	case ODSOrganisationSystem, ODSSiteSystem:
		return identifier.Child("value").Text()
	}
	return ""
}
