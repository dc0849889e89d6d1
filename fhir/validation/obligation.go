package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// The extensions of obligation profiles
// (https://hl7.org/fhir/extensions/StructureDefinition-inherit-obligations.html): they were made for later
// releases, and R4 guides use them.
const (
	inheritObligations = "http://hl7.org/fhir/StructureDefinition/inherit-obligations"
	obligationProfile  = "http://hl7.org/fhir/StructureDefinition/obligation-profile"
)

// checkObligations is the rule of a profile that takes over obligations: from profiles that are made for it,
// on the same base. What is not known (WithDefinitions) is not judged.
func checkObligations(v *Visit, n element.Node) {
	for c := range n.ChildrenNamed(v.Set().NameID("extension")) {
		if c.Child("url").Text() != inheritObligations {
			continue
		}
		target := v.definition(c.Child("value"))
		switch {
		case typeOf(target) != "StructureDefinition":
		case !isObligationProfile(target):
			v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailObligation, "the profile that obligations are taken from is no obligation profile")
		case baseOf(target) != baseOf(n):
			v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailObligation, "the profile that obligations are taken from has another base")
		}
	}
}

func isObligationProfile(n element.Node) bool {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.Name() == "extension" && c.Child("url").Text() == obligationProfile {
			return c.Child("value").Text() == "true"
		}
	}
	return false
}

func baseOf(n element.Node) string {
	url, _, _ := strings.Cut(n.Child("baseDefinition").Text(), "|")
	return url
}
