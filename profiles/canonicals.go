package profiles

// Base is what all canonicals of the guide begin with.
const Base = "https://hearken.example.org/fhir"

// The canonicals of the profiles.
const (
	UrgentCarePlan             = Base + "/StructureDefinition/urgent-care-plan"
	UrgentCarePlanBundle       = Base + "/StructureDefinition/urgent-care-plan-bundle"
	AdrtConsent                = Base + "/StructureDefinition/adrt-consent"
	LpaConsent                 = Base + "/StructureDefinition/lpa-consent"
	SharingConsent             = Base + "/StructureDefinition/sharing-consent"
	UrgentCarePatient          = Base + "/StructureDefinition/urgent-care-patient"
	UrgentCarePractitioner     = Base + "/StructureDefinition/urgent-care-practitioner"
	UrgentCarePractitionerRole = Base + "/StructureDefinition/urgent-care-practitioner-role"
	UrgentCareOrganization     = Base + "/StructureDefinition/urgent-care-organization"
	EmergencyContact           = Base + "/StructureDefinition/emergency-contact"
	UrgentCareFlag             = Base + "/StructureDefinition/urgent-care-flag"
	CprDecision                = Base + "/StructureDefinition/cpr-decision"
	PreferredPlaceOfCare       = Base + "/StructureDefinition/preferred-place-of-care"
	PreferredPlaceOfDeath      = Base + "/StructureDefinition/preferred-place-of-death"
	Prognosis                  = Base + "/StructureDefinition/prognosis"
)

// The canonicals of the extensions.
const (
	AdrtLifeSustaining         = Base + "/StructureDefinition/adrt-life-sustaining"
	AdrtEvenIfLifeAtRisk       = Base + "/StructureDefinition/adrt-even-if-life-at-risk"
	AdrtFormalities            = Base + "/StructureDefinition/adrt-formalities"
	AdrtCircumstances          = Base + "/StructureDefinition/adrt-circumstances"
	AdrtWithdrawal             = Base + "/StructureDefinition/adrt-withdrawal"
	LpaLifeSustainingAuthority = Base + "/StructureDefinition/lpa-life-sustaining-authority"
	LpaRegisteredOn            = Base + "/StructureDefinition/lpa-registered-on"
	KeySafe                    = Base + "/StructureDefinition/key-safe"
	Withholding                = Base + "/StructureDefinition/withholding"
)
