package smart

// Security is CapabilityStatement.rest.security (https://hl7.org/fhir/R4/capabilitystatement.html): written
// as JSON it is that element.
type Security struct {
	Extension   []SecurityExtension `json:"extension,omitempty"`
	CORS        bool                `json:"cors"`
	Service     []SecurityConcept   `json:"service"`
	Description string              `json:"description"`
}

// SecurityExtension is an extension of it: the addresses of the authorization server, each in an extension of its own.
type SecurityExtension struct {
	URL       string              `json:"url"`
	Extension []SecurityExtension `json:"extension,omitempty"`
	ValueURI  string              `json:"valueUri,omitempty"`
}

// SecurityConcept is a CodeableConcept with one coding.
type SecurityConcept struct {
	Coding []SecurityCoding `json:"coding"`
	Text   string           `json:"text"`
}

// SecurityCoding is a Coding.
type SecurityCoding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

// oauthURIs is the extension by which apps of SMART's first version find the authorization server. Its
// definition has four parts: where to introspect and to revoke stands in the SMART configuration alone.
const oauthURIs = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

// NewSecurity says that apps log in by SMART, and where, by this server's SMART configuration.
func NewSecurity(m Metadata, cors bool) Security {
	const name = "SMART-on-FHIR"
	s := Security{
		CORS: cors,
		Service: []SecurityConcept{{
			Coding: []SecurityCoding{{System: "http://terminology.hl7.org/CodeSystem/restful-security-service", Code: name, Display: name}},
			Text:   "OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)",
		}},
		Description: "SMART App Launch 2.2: access tokens as Authorization: Bearer or DPoP, scopes of version 1 and 2. See .well-known/smart-configuration.",
	}
	var uris []SecurityExtension
	for _, one := range []SecurityExtension{
		{URL: "authorize", ValueURI: m.AuthorizationEndpoint}, {URL: "token", ValueURI: m.TokenEndpoint}, {URL: "register", ValueURI: m.RegistrationEndpoint},
		{URL: "manage", ValueURI: m.ManagementEndpoint},
	} {
		if one.ValueURI != "" {
			uris = append(uris, one)
		}
	}
	if len(uris) > 0 {
		s.Extension = []SecurityExtension{{URL: oauthURIs, Extension: uris}}
	}
	return s
}
