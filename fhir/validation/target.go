package validation

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/bundle"
	"hearken/fhir/element"
)

// targetsPlan is what a profile asks of the resource a Reference is to
// (https://hl7.org/fhir/R4/references.html#Reference).
type targetsPlan struct {
	narrowed    *targets // the types left; nil where those are the base's
	profiles    []string // profiles of which the target must conform to one, when it is here to be looked at
	types       []string // and types that will do without
	aggregation []string // contained | referenced | bundled
	versioning  string   // either | independent | specific
}

// target holds a Reference against the plan.
func (v *Visit) target(p *rowPlan, t *targetsPlan, n element.Node) {
	if t.narrowed != nil {
		v.references(n, t.narrowed)
	}
	reference := n.Child("reference")
	if !reference.HasValue() {
		return
	}
	found := v.resolve(reference.Text(), n)
	if len(t.profiles) > 0 && !found.IsZero() {
		v.targetProfile(p, t, n, found)
	}
	if len(t.aggregation) > 0 {
		v.aggregation(p, t, n, found)
	}
	v.versioning(p, t, reference)
}

// targetProfile wants the resource referred to to conform to one of the profiles. One that is not to be found
// cannot be asked for.
func (v *Visit) targetProfile(p *rowPlan, t *targetsPlan, n, found element.Node) {
	if slices.ContainsFunc(t.types, found.Structure().IsA) {
		return
	}
	unknown := ""
	for _, canonical := range t.profiles {
		wanted := v.profile(canonical)
		if wanted == nil {
			unknown = canonical
		} else if v.conforms(found, wanted) {
			return
		}
	}
	if unknown != "" {
		v.Report(n, fhir.Warning, fhir.CodeNotFound, DetailUnknownProfile, "the profile %s of what this refers to is not known or not usable", unknown)
		return
	}
	v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailTargetProfile, "%s refers to a resource that conforms to none of %s", p.name, strings.Join(t.profiles, ", "))
}

// aggregation checks where the resource referred to is:
// https://hl7.org/fhir/R4/valueset-resource-aggregation-mode.html.
func (v *Visit) aggregation(p *rowPlan, t *targetsPlan, n, found element.Node) {
	is := "referenced"
	switch {
	case strings.HasPrefix(n.Child("reference").Text(), "#"):
		is = "contained"
	case !found.IsZero():
		is = "bundled"
	case v.validator.options.looseAggregation && v.tree.Root().Structure() != v.validator.bundle:
		return // the Bundle it may have come in is not here
	}
	if slices.Contains(t.aggregation, is) || is == "bundled" && slices.Contains(t.aggregation, "referenced") {
		return
	}
	v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailAggregation, "%s refers to a resource that is %s, and may only to one that is %s (profile %s)",
		p.name, is, strings.Join(t.aggregation, " or "), p.profile.canonical)
}

// versioning checks whether a version is named: https://hl7.org/fhir/R4/valueset-reference-version-rules.html.
func (v *Visit) versioning(p *rowPlan, t *targetsPlan, reference element.Node) {
	versioned := strings.Contains(reference.Text(), "/_history/")
	switch {
	case t.versioning == "specific" && !versioned:
		v.Report(reference, fhir.SeverityError, fhir.CodeStructure, DetailVersioning, "%s must name the version it refers to (profile %s)", p.name, p.profile.canonical)
	case t.versioning == "independent" && versioned:
		v.Report(reference, fhir.SeverityError, fhir.CodeStructure, DetailVersioning, "%s must not name a version (profile %s)", p.name, p.profile.canonical)
	}
}

// resolve finds the resource a reference is to in the same tree: contained, or an entry of the Bundle
// (https://hl7.org/fhir/R4/bundle.html#references). It is the zero Node for any other.
func (v *Visit) resolve(reference string, from element.Node) element.Node {
	if id, isFragment := strings.CutPrefix(reference, "#"); isFragment {
		return v.contained.find(from, id)
	}
	if !bundle.Holds(from) {
		return element.Node{}
	}
	return v.env.Entry(reference, from).Resource
}
