package careplan

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/internal/access"
	"hearken/profiles"
)

// Party is an organisation as a resource names it: by its ODS code, or by a reference that has to be followed to one.
type Party struct {
	Code string
	Key  fhir.Key
}

// Facts is what one resource of a patient's compartment says about who may see the record.
type Facts struct {
	Draft      bool // the resource itself is not approved
	Restricted bool // the Patient is a person at risk
	Published  bool // it is an approved plan
	Sharing    access.Sharing
	Said       string // when Sharing was said, as written; "" for unknown
	Authors    []Party
	Practices  []Party
	Carers     []Party
}

// FactReader reads facts. It is safe for concurrent use.
type FactReader struct {
	plan, sharing *fhirpath.Expression
	isResource    func(string) bool
	leads         map[string]bool // types between a record and an organisation: see Leads
}

// NewFactReader makes one for the definitions of R4.
func NewFactReader(set *definition.Set) *FactReader {
	return &FactReader{plan: called(set, profiles.UrgentCarePlan), sharing: called(set, profiles.SharingConsent), isResource: set.IsResource, leads: leading(set)}
}

// called compiles the first condition by which a profile is called for.
func called(set *definition.Set, profile string) *fhirpath.Expression {
	for _, call := range profiles.Calls {
		if call.Profile == profile {
			return fhirpath.MustCompile(set, call.When, fhirpath.On(call.Type))
		}
	}
	panic("careplan: no call for " + profile) // a constant of this program that a test reads
}

// The types whose resources bear facts.
const (
	typePatient  = "Patient"
	typeCarePlan = "CarePlan"
	typeConsent  = "Consent"
	typeEpisode  = "EpisodeOfCare"
)

// FactTypes lists the types that Read has something to say of, beside Patient those of its compartment.
func FactTypes() []fhir.Type { return []fhir.Type{typePatient, typeCarePlan, typeConsent, typeEpisode} }

// Read gives the facts of a resource; the zero Facts for one that says nothing.
func (r *FactReader) Read(n element.Node) (f Facts) {
	switch n.Structure().Name {
	case typePatient:
		f.Restricted = access.Restricts(SecurityLabels(n))
		f.Authors = r.parties(n, "managingOrganization")
		f.Practices = r.parties(n, "generalPractitioner")
	case typeCarePlan:
		r.readPlan(n, &f)
	case typeConsent:
		r.readConsent(n, &f)
	case typeEpisode:
		if n.Child("status").Text() == "active" {
			f.Carers = r.parties(n, "managingOrganization")
		}
	}
	return f
}

// readPlan: who wrote a plan sees it whatever its status; urgent care sees what is approved.
func (r *FactReader) readPlan(n element.Node, f *Facts) {
	switch n.Child("status").Text() {
	case "entered-in-error":
		return
	case "draft", "unknown":
		f.Draft = true
	case "active", "on-hold":
		f.Published = holds(r.plan, n)
	}
	f.Authors = append(r.parties(n, "author"), r.parties(n, "contributor")...)
}

// The codes of a sharing Consent that say no, or take a yes back.
const (
	sharingWithdrawn = "882941000000102"
	statusRejected   = "rejected"
)

// readConsent reads an agreement or objection to sharing. One that cannot be understood is an objection.
func (r *FactReader) readConsent(n element.Node, f *Facts) {
	status := n.Child("status").Text()
	f.Draft = status == "draft" || status == "proposed"
	if status != "active" && status != statusRejected || !holds(r.sharing, n) {
		return
	}
	f.Sharing, f.Said = access.Agreed, n.Child("dateTime").Text()
	if status == statusRejected || n.Child("provision").Child("type").Text() == "deny" || hasCode(n, "category", sharingWithdrawn) {
		f.Sharing = access.Objected
	}
}

func holds(condition *fhirpath.Expression, n element.Node) bool {
	var env fhirpath.Env
	ok, err := condition.Holds(&env, n)
	return ok && err == nil
}

func hasCode(n element.Node, name, code string) bool {
	for concept := range n.Children() {
		if concept.Name() != name {
			continue
		}
		for coding := range concept.Children() {
			if coding.Name() == "coding" && coding.Child("code").Text() == code {
				return true
			}
		}
	}
	return false
}

// SecurityLabels is meta.security as tokens.
func SecurityLabels(n element.Node) (labels []access.SecurityLabel) {
	for label := range n.Child("meta").Children() {
		if label.Name() == "security" {
			labels = append(labels, access.SecurityLabel{System: label.Child("system").Text(), Code: label.Child("code").Text()})
		}
	}
	return labels
}
