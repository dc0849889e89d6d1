package access

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// The systems of the security labels that decide about access.
const (
	ConfidentialitySystem = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
	LabelSystem           = "https://hearken.example.org/fhir/CodeSystem/access-label"
)

// SecurityLabel is one coding of meta.security.
type SecurityLabel struct{ System, Code string }

// LabelFact marks a resource as a fact about who may see what: an agreement, an entry of a staff list, a
// grant. Only what has it counts as one. A PractitionerRole that came with a plan says who looks after
// somebody, and lets nobody in.
const LabelFact = "fact"

// confidentiality is the order of the v3 codes, least first.
var confidentiality = []string{"U", "L", "M", "N", "R", "V"}

// DetailAdminPlane is the detail of a write that only the admin plane may do.
const DetailAdminPlane = "admin-plane-only"

// Relabelling says whether a caller may change the security labels of a resource (meta.security) from before
// to after, and with them the resource: nil before is a new one, nil after a deletion. Anyone who may write
// may raise a label; only the admin plane lowers one, and only it writes facts. The error is CodeForbidden.
func Relabelling(c *Caller, before, after []SecurityLabel) error {
	if c.administers() {
		return nil
	}
	fact := SecurityLabel{System: LabelSystem, Code: LabelFact}
	if slices.Contains(before, fact) || slices.Contains(after, fact) {
		return adminOnly("a resource that decides who may see records is written by the administrators alone")
	}
	if after != nil && lowered(before, after) {
		return Lowered()
	}
	return nil
}

// Lowered is the refusal of a write that lowers or takes away a security label. It is CodeForbidden.
func Lowered() error {
	return adminOnly("a security label may be raised here, and is lowered or taken away by the administrators alone")
}

func adminOnly(words string) error {
	return fhir.Errorf(fhir.CodeForbidden, "%s", words).Detailed(DetailAdminPlane)
}

// lowered reports whether confidentiality went down or a label of ours is gone.
func lowered(before, after []SecurityLabel) bool {
	if confidential(after) < confidential(before) {
		return true
	}
	for _, label := range before {
		if label.System == LabelSystem && !slices.Contains(after, label) {
			return true
		}
	}
	return false
}

// confidential is the place of the highest confidentiality among labels; that of "N" when there is none.
func confidential(labels []SecurityLabel) int {
	highest := -1
	for _, label := range labels {
		if label.System == ConfidentialitySystem {
			highest = max(highest, slices.Index(confidentiality, label.Code))
		}
	}
	if highest < 0 {
		return slices.Index(confidentiality, "N")
	}
	return highest
}

// Restricts reports whether security labels make a record a restricted one: confidentiality R or V.
func Restricts(labels []SecurityLabel) bool {
	return confidential(labels) > slices.Index(confidentiality, "N")
}

// Restricting reports whether one security label makes a record a restricted one.
func Restricting(label SecurityLabel) bool { return Restricts([]SecurityLabel{label}) }

// Writable reports whether a stored resource with this label is the caller's to change: of a patient, as
// MayWrite has it. What is in no patient's record is changed by administrators, who and what a record speaks
// of also by exchange partners, except for organisations, whose codes decide who sees what. The error is
// CodeForbidden.
func (d *Decision) Writable(t fhir.Type, label []query.Token) error {
	switch {
	case d.MayWrite(label), d.has(BasisAdmin):
		return nil
	case d.has(BasisPartner) && slices.Contains(label, directory) && t != "Organization":
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "this caller may look at the resource and not change it").Detailed(DetailForbidden)
}

// Creatable reports whether a resource outside every patient's compartment is the caller's to make: everybody
// who works here may name who and what a record speaks of.
func (d *Decision) Creatable(t fhir.Type) error {
	if d.has(BasisAdmin) || (d.has(BasisPartner) || d.has(BasisOrganisation)) && slices.Contains(outside(t), directory) {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "resources of this type are made by administrators").Detailed(DetailAdminPlane)
}

// Feeds reports whether the caller may send AuditEvents, which tell what people did elsewhere
// (https://profiles.ihe.net/ITI/TF/Volume2/ITI-20.html): a system that is registered does, and nobody else:
// an event of one's own making would put a look on another. The error is CodeForbidden, whatever the event is
// about.
func (d *Decision) Feeds() error {
	if d.has(BasisPartner) {
		return nil
	}
	return fhir.Errorf(fhir.CodeForbidden, "AuditEvents are sent by registered systems alone").Detailed(DetailForbidden)
}

func (d *Decision) has(basis Basis) bool { return slices.Contains(d.Basis, basis) }
