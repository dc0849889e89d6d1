package profiles

// Call says that resources of a type which have something in them are what a profile is about, whether they name
// the profile or not.
type Call struct {
	Type    string // the resource type
	When    string // FHIRPath on the resource: true where the profile is called for
	Profile string // canonical
}

// Calls are the discriminators: what a resource must have for one of our profiles to be looked at unasked. A
// resource without it is nobody's business but the sender's; a Patient, a Flag or a RelatedPerson is never
// called to account unless it names a profile.
var Calls = []Call{
	{"CarePlan", "category.coding.where(" + snomed + " and (code = '736373009' or code = '736366004' or code = '735324008' or code = '887701000000100' or " +
		"code = '325691000000100' or code = '736253002' or code = '2181441000000107' or code = '1382601000000107' or code = '861421000000109')).exists()", UrgentCarePlan},
	{"Consent", advance + " and category.coding.where(" + snomed + " and (code = '816301000000100' or code = '816321000000109' or code = '1052911000000106')).exists()", AdrtConsent},
	{"Consent", "extension('" + AdrtLifeSustaining + "').exists() or extension('" + AdrtFormalities + "').exists()", AdrtConsent},
	{"Consent", advance + " and category.coding.where(" + snomed + " and (code = '816361000000101' or code = '816381000000105')).exists()", LpaConsent},
	{"Consent", "scope.coding.where(" + consentScope + " and code = 'patient-privacy').exists() and category.coding.where(" + snomed + " and (code = '882921000000109' or " +
		"code = '882941000000102' or code = '882961000000101' or code = '883001000000106' or code = '887031000000108')).exists()", SharingConsent},
	{"Observation", "code.coding.where(" + snomed + " and code = '365870005').exists()", CprDecision},
	{"Observation", "code.coding.where(" + snomed + " and code = '395091006').exists()", PreferredPlaceOfDeath},
	{"Observation", "code.coding.where(" + planObservation + " and code = 'preferred-place-of-care').exists()", PreferredPlaceOfCare},
	{"Observation", "code.coding.where(" + planObservation + " and code = 'prognosis').exists()", Prognosis},
}

const (
	snomed          = "system = 'http://snomed.info/sct'"
	consentScope    = "system = 'http://terminology.hl7.org/CodeSystem/consentscope'"
	planObservation = "system = '" + Base + "/CodeSystem/plan-observation'"
	advance         = "scope.coding.where(" + consentScope + " and code = 'adr').exists()"
)
