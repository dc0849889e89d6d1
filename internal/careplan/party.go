package careplan

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// The identifier systems of organisations, as UK Core fixes them.
const (
	ODSOrganisationSystem = "https://fhir.nhs.uk/Id/ods-organization-code"
	ODSSiteSystem         = "https://fhir.nhs.uk/Id/ods-site-code"
)

// parties reads the references of an element: the ODS code where one stands beside or instead of the
// reference, or what it refers to. Contained resources are followed.
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

// named are the elements of a record by which organisations see it, as Read reads them.
var named = map[string][]string{typePatient: {"managingOrganization", "generalPractitioner"}, typeCarePlan: {"author", "contributor"}, typeEpisode: {"managingOrganization"}}

// affiliations are the elements by which a resource says of which organisation it is, first the one that counts.
var affiliations = [...]string{"organization", "managingOrganization"}

// leading finds the types that references from records to organisations lead to and through. What is a record
// of somebody's itself is none: whose record it is decides who sees that one, and no other.
func leading(set *definition.Set) map[string]bool {
	found := map[string]bool{}
	var add func(t string, elements []string)
	add = func(t string, elements []string) {
		for _, name := range elements {
			for _, target := range targetsOf(set, t, name) {
				if !found[target] && !slices.Contains(FactTypes(), fhir.Type(target)) {
					found[target] = true
					add(target, affiliations[:])
				}
			}
		}
	}
	for t, elements := range named {
		add(t, elements)
	}
	return found
}

// targetsOf are the types that a reference in an element may lead to.
func targetsOf(set *definition.Set, t, name string) (all []string) {
	e := set.Structure(t).Element(name)
	if e == nil {
		return nil
	}
	for _, ref := range e.Types {
		for _, canonical := range ref.TargetProfiles {
			all = append(all, set.ByURL(canonical).Name)
		}
	}
	return all
}

// Leads reports whether organisations may be found through resources of a type: which one such a resource is
// of decides who sees the records that name it.
func (r *FactReader) Leads(t fhir.Type) bool { return r.leads[string(t)] }

// Organisation is the organisation that a resource is, or is of: an Organization by its ODS code, a
// PractitionerRole and a CareTeam by reference; the zero Party for anything else.
func (r *FactReader) Organisation(n element.Node) Party {
	if !r.leads[n.Structure().Name] {
		return Party{}
	}
	for child := range n.Children() {
		if child.Name() == "identifier" {
			if code := ODSCode(child); code != "" {
				return Party{Code: code}
			}
		}
	}
	for _, name := range affiliations {
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
