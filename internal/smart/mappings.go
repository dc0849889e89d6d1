package smart

// Mappings are the ready ones, by the name that a configuration says.
func Mappings() map[string]Mapping {
	return map[string]Mapping{
		"smart": smartMapping(), "cis2": cis2Mapping(), "nhs-login": nhsLoginMapping(), "keycloak": keycloakMapping(), "entra": entraMapping(),
	}
}

// smartMapping is the names SMART has for the parameters of a token response, as claims of the token, and
// those of IHE IUA (https://profiles.ihe.net/ITI/IUA/) for organisation and purpose. All others begin with
// it.
func smartMapping() Mapping {
	return Mapping{
		Subject: Paths{"sub"}, Client: Paths{"client_id", "azp"}, Actor: Paths{"act.sub"}, Scopes: Paths{"scope", "scp"},
		Patient: Paths{"patient"}, Encounter: Paths{"encounter"}, FHIRUser: Paths{"fhirUser"}, FHIRContext: Paths{"fhirContext"},
		PatientBanner:  Paths{"need_patient_banner"},
		OrganisationID: Paths{"nhs_ods", "extensions.ihe_iua.subject_organization_id"},
		Roles:          RolePaths{List: Paths{"nhs_role"}},
		Purposes:       Paths{"purpose_of_use", "extensions.ihe_iua.purpose_of_use"},
		AuthTime:       Paths{"auth_time"},
	}
}

// cis2Mapping is NHS Care Identity Service 2: the person acts in the role they selected, by an authenticator
// of level 2 or 3
// (https://digital.nhs.uk/services/care-identity-service/applications-and-services/cis2-authentication/guidance-for-developers).
func cis2Mapping() Mapping {
	m := smartMapping()
	m.RoleID = Paths{"selected_roleid"}
	m.OrganisationID = nil // it is the selected role's
	m.Roles = RolePaths{List: Paths{"nhsid_nrbac_roles"}, ID: "person_roleid", Code: "role_code", OrganisationID: "org_code", Activities: "activity_codes"}
	m.Authentication = Paths{"authentication_assurance_level", "acr"}
	m.Identity = Paths{"id_assurance_level"}
	m.Minimum = Assurance{Authentication: 2}
	m.Require = []Claim{{Path: "id_assurance_level", Values: []string{"3"}, Optional: true, Refusal: AssuranceTooLow}}
	return m
}

// nhsLoginMapping is NHS login: a citizen whose identity was proved to level P9
// (https://nhsconnect.github.io/nhslogin/).
func nhsLoginMapping() Mapping {
	m := smartMapping()
	m.NHSNumber = Paths{"nhs_number"}
	m.Roles, m.OrganisationID = RolePaths{}, nil
	m.Identity = Paths{"identity_proofing_level", "vot"}
	m.Minimum = Assurance{Identity: 9}
	return m
}

// keycloakMapping is Keycloak: roles of the realm; a service account has no session. Its ID and refresh
// tokens are signed with the same keys and told apart by their claim typ.
func keycloakMapping() Mapping {
	m := smartMapping()
	m.Client = Paths{"azp", "client_id"}
	m.Person = Paths{"sid", "session_state"}
	m.Clients = []Claim{{Path: "preferred_username", Prefixes: []string{"service-account-"}}}
	m.Require = []Claim{{Path: "typ", Values: []string{"Bearer", "DPoP"}, Optional: true, Refusal: TokenTypeWrong}}
	m.Roles = RolePaths{List: Paths{"realm_access.roles"}}
	return m
}

// entraMapping is Microsoft Entra ID: scp for people, roles for applications and for what people are
// assigned, and scopes with neither slash nor star
// (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
func entraMapping() Mapping {
	m := smartMapping()
	m.Subject = Paths{"oid", "sub"}
	m.Client = Paths{"azp", "appid"}
	m.Scopes, m.ClientScopes, m.DottedScopes = Paths{"scp"}, Paths{"roles"}, true
	m.Person = Paths{"scp"}
	m.Clients = []Claim{{Path: "idtyp", Values: []string{"app"}}}
	m.Roles = RolePaths{List: Paths{"roles"}}
	return m
}
