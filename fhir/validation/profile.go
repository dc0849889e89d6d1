package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// profile is a StructureDefinition made ready to measure nodes by (https://hl7.org/fhir/R4/profiling.html).
// It holds only what the profile asks beyond the base, which is checked anyway.
type profile struct {
	definition *definition.StructureDefinition
	canonical  string                // with its version, as messages name it
	structure  *definition.Structure // what it constrains; nil when that is no type of the set
	outline    *definition.Outline   // its snapshot; nil when there is none
	root       *rowPlan
	contexts   contexts // of an extension: where it may stand
	broken     bool     // its snapshot cannot be made
}

// The details of what profiles find.
const (
	DetailUnknownProfile    = "unknown-profile"
	DetailProfileNotAllowed = "profile-not-allowed"
	DetailProfileType       = "profile-type"
	DetailProfileBroken     = "profile-not-usable"
	DetailNoProfileFits     = "no-profile-fits"
	DetailType              = "type-not-allowed"
	DetailNoValue           = "no-value"
	DetailFixed             = "fixed-value"
	DetailPattern           = "pattern-value"
	DetailLeast             = "value-too-small"
	DetailGreatest          = "value-too-large"
	DetailTooShort          = "value-too-short"
	DetailTooLong           = "value-too-long"
	DetailRegex             = "value-form"
	DetailSliceMissing      = "slice-missing"
	DetailSliceTooMany      = "slice-too-many"
	DetailSliceClosed       = "slice-closed"
	DetailSliceOrder        = "slice-order"
	DetailSliceEnd          = "slice-not-at-end"
	DetailSliceAmbiguous    = "slice-ambiguous"
	DetailTargetProfile     = "reference-profile"
	DetailAggregation       = "reference-aggregation"
	DetailVersioning        = "reference-versioning"
	DetailUnknownExtension  = "unknown-extension"
	DetailExtensionURL      = "extension-url"
	DetailSubExtension      = "sub-extension"
	DetailExtensionContext  = "extension-context"
	DetailExtensionModifier = "extension-modifier"
	DetailExampleURL        = "example-url"
	DetailTooMuchWork       = "profile-work-limit"
	DetailProfileRecursion  = "profile-depth-limit"
)

// measure holds a node against a profile and reports what is wrong, once for each node and profile.
func (v *Visit) measure(n element.Node, p *profile) {
	switch {
	case !v.memo.first(n, p):
	case !p.fits(n):
		v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailProfileType, "the profile %s is of %s, and this is none", p.canonical, p.definition.Type)
	case p.root != nil:
		v.row(p.root, n)
	}
}

// fits reports whether a node is of the type a profile is of.
func (p *profile) fits(n element.Node) bool {
	return p.structure != nil && n.Structure().IsA(p.structure.Name)
}

// conforms reports whether a node has no error by a profile, and says nothing of it. Where that is being
// asked already (profiles that refer to each other in a circle), it conforms as far as this question goes.
func (v *Visit) conforms(n element.Node, p *profile) bool {
	if !p.fits(n) {
		return false
	}
	if p.root == nil {
		return true
	}
	switch v.memo.state(n, p) {
	case stateConforms:
		return true
	case stateFails:
		return false
	}
	if v.depth >= maxDepth {
		v.refuse(n, DetailProfileRecursion, "more than %d resources refer to each other in a row, each to be of a profile", maxDepth)
		return true
	}
	return v.ask(n, p)
}

// maxDepth is how many profiles may be asked of one another in a row: as far as references from resource to resource
// are followed.
const maxDepth = 100

// ask measures a node by a profile without a word, and remembers the answer.
func (v *Visit) ask(n element.Node, p *profile) bool {
	faulty := v.faulty
	mark := v.memo.begin(n, p)
	v.faulty = false
	v.quiet++
	v.depth++
	v.row(p.root, n)
	v.quiet--
	v.depth--
	conforms := !v.faulty
	v.memo.end(n, p, mark, conforms)
	v.faulty = faulty
	return conforms
}
