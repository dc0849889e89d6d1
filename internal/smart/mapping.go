package smart

// Mapping says how an issuer writes into its tokens what SMART leaves to it. Every Paths may be empty: then
// tokens say nothing of the kind. It is a value of the configuration; see Mappings for ready ones.
type Mapping struct {
	Subject Paths `json:"subject"` // who; without it the client
	Client  Paths `json:"client"`  // the software
	Actor   Paths `json:"actor"`   // who acts for the subject (RFC 8693 "act")

	Scopes       Paths `json:"scopes"`                 // a string parted by spaces, or a list
	ClientScopes Paths `json:"clientScopes"`           // of a client that acts for itself, where they stand elsewhere
	DottedScopes bool  `json:"dottedScopes,omitempty"` // "patient.all.read" for "patient/*.read": an issuer that allows neither slash nor star

	Patient       Paths `json:"patient"` // an id, "Patient/id", or a URL below the base of this server
	Encounter     Paths `json:"encounter"`
	FHIRUser      Paths `json:"fhirUser"`
	FHIRContext   Paths `json:"fhirContext"`
	PatientBanner Paths `json:"needPatientBanner"`

	// Person must be there for an end user to stand behind the token; empty leaves it to Clients. A subject that
	// is the client itself is no end user either way.
	Person Paths `json:"person"`
	// Clients are claims of which any says that the token is a client's own.
	Clients []Claim `json:"clients"`
	// Require are claims that every token of an end user must have.
	Require []Claim `json:"require"`

	RoleID         Paths     `json:"roleID"` // the role selected: it must be one of Roles
	OrganisationID Paths     `json:"organisationID"`
	Roles          RolePaths `json:"roles"`
	NHSNumber      Paths     `json:"nhsNumber"`
	AuthTime       Paths     `json:"authTime"`
	Purposes       Paths     `json:"purposes"` // strings, or codings

	Authentication Paths     `json:"authentication"` // each that is there is read, and the lowest counts
	Identity       Paths     `json:"identity"`
	Minimum        Assurance `json:"minimum"` // of an end user; what is not said is too low
}

// RolePaths says how roles are written: List is a list of strings, which are codes, or of objects with the
// other members.
type RolePaths struct {
	List           Paths `json:"list"`
	ID             Path  `json:"id"`
	Code           Path  `json:"code"`
	OrganisationID Path  `json:"organisationID"`
	Activities     Path  `json:"activities"`
}

// Claim is a condition on one claim: that it is one of Values, or begins with one of Prefixes; of a list,
// that some element does.
type Claim struct {
	Path     Path     `json:"path"`
	Values   []string `json:"values,omitempty"`
	Prefixes []string `json:"prefixes,omitempty"`
	Optional bool     `json:"optional,omitempty"` // of Require: a token without the claim passes
	Refusal  Refusal  `json:"refusal,omitempty"`  // of Require: what it is refused with; "" is claim-missing
}
