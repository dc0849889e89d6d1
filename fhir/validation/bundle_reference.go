package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/bundle"
	"hearken/fhir/element"
)

// checkBundleReference is the rule of references in Bundles (https://hl7.org/fhir/R4/bundle.html#references):
// each means one entry at most; one that misses an entry only by its fullUrl is a mistake where everything is
// to be inside, and suspicious elsewhere; a urn that is no entry means nothing. Of what is sent to a server
// that is for the server to say, which rewrites it.
func checkBundleReference(v *Visit, n element.Node) {
	if !bundle.Holds(n) {
		return
	}
	reference, round := n.Child("reference").Text(), bundleRound(n)
	if reference == "" || reference[0] == '#' || round.IsZero() {
		return
	}
	kind, found := bundleTypeOf(round), v.env.Entry(reference, n)
	switch {
	case found.Count == 1:
	case found.Count > 1 && kind != isHistory:
		v.Report(n, fhir.SeverityError, fhir.CodeMultipleMatches, DetailReferenceAmbiguous, "%d entries of the Bundle match this reference", found.Count)
	case found.Count > 1:
	case !found.Near.IsZero():
		v.nearMiss(n, kind, found.Near)
	case strings.HasPrefix(reference, "urn:") && !kind.isExchange() && !v.insideDocument(n, kind):
		v.Report(n, fhir.Warning, fhir.CodeNotFound, DetailReferenceNotInside, "no entry of the Bundle has this urn, and a urn cannot be fetched")
	}
}

// nearMiss reports a relative reference that means no entry, though one looks as if it did.
func (v *Visit) nearMiss(n element.Node, kind bundleType, near element.Node) {
	named := fhir.ParseReference(n.Child("reference").Text(), v.validator.isResource).Key.Type
	const words = "no entry matches this reference by its fullUrl; the fullUrl of the entry it may mean (%s) is not below that of the entry it stands in"
	switch name := near.Structure().Name; {
	case string(named) != name:
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailReferenceTarget, "this reference names the type %s, and the entry of that id is a %s", named, name)
	case kind == isDocument || kind == isMessage:
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailReferenceNotInside, words, name)
	default:
		v.Report(n, fhir.Warning, fhir.CodeInvalid, DetailReferenceNotInside, words, name)
	}
}

// insideDocument reports whether checkDocument says of a reference that it must be found.
func (v *Visit) insideDocument(n element.Node, kind bundleType) bool {
	resource := n.Resource()
	return (kind == isDocument || kind == isMessage) && resource.Parent().Position() == 0 && mustBeInside(n, resource)
}
