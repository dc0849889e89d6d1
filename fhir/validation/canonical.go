package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkCanonical is the rule of the type canonical: an absolute URI with "|version" and "#fragment" as it may
// be, or the fragment of a contained resource (https://hl7.org/fhir/R4/references.html#canonical). A
// relative URL ("Library/1") is only a warning: the published examples are full of them.
func checkCanonical(v *Visit, n element.Node) {
	if !n.HasValue() {
		return
	}
	url, version, versioned := strings.Cut(n.Text(), "|")
	switch {
	case versioned && (version == "" || strings.Contains(version, "|")):
		v.badCanonical(n, "has a version that is empty or is two")
	case strings.HasPrefix(url, "#"):
		if len(url) > 1 && v.contained.find(n, url[1:]).IsZero() {
			v.Report(n, fhir.Warning, fhir.CodeNotFound, DetailCanonical, "the canonical %s is the fragment of a contained resource that is not there", placeOf(n))
		}
	case isAbsolute(url):
	default:
		v.Report(n, fhir.Warning, fhir.CodeValue, DetailCanonical, "the canonical %s is a relative URL; an absolute one is wanted", placeOf(n))
	}
}

func (v *Visit) badCanonical(n element.Node, words string) {
	v.Report(n, fhir.SeverityError, fhir.CodeValue, DetailCanonical, "the canonical %s %s", placeOf(n), words)
}
