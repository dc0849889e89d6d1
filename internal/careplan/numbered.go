package careplan

import (
	"strings"

	"hearken/fhir/element"
)

// Verification is what a Patient says of whether its NHS number was traced to the person
// (https://simplifier.net/hl7fhirukcorer4/extension-ukcore-nhsnumberverificationstatus).
type Verification uint8

// What may be said.
const (
	NotNumbered Verification = iota // the Patient does not have the number, or no longer
	Unverified                      // it is said not to be traced to the person, or not yet
	Unsaid
	Verified
)

const (
	verificationExtension = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
	verificationSystem    = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus" // and England, or Wales; without either it is retired
	numberVerified        = "01"
)

// NumberOf reads what a Patient says of an NHS number.
func NumberOf(patient element.Node, number string) (says Verification) {
	for identifier := range patient.Children() {
		if identifier.Name() == "identifier" && identifier.Child("system").Text() == NHSNumberSystem && identifier.Child("value").Text() == number &&
			identifier.Child("use").Text() != "old" {
			says = max(says, verificationOf(identifier))
		}
	}
	return says
}

func verificationOf(identifier element.Node) Verification {
	for extension := range identifier.Children() {
		if extension.Name() != "extension" || extension.Child("url").Text() != verificationExtension {
			continue
		}
		for coding := range extension.Child("value").Children() {
			if coding.Name() == "coding" && strings.HasPrefix(coding.Child("system").Text(), verificationSystem) && coding.Child("code").Text() == numberVerified {
				return Verified
			}
		}
		return Unverified
	}
	return Unsaid
}
