package smart_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/internal/smart"
)

const base = "https://fhir.example.org/fhir"

const cis2Roles = `"nhsid_nrbac_roles":[{"person_orgid":"1","person_roleid":"555","org_code":"RBS","role_name":"Nurse",` +
	`"role_code":"S8000:G8000:R8001","activity_codes":["B0001","B0002"]},{"person_roleid":"666","org_code":"A1B","role_code":"S8000:G8001:R8000"}]`

func TestMapping_Principal(t *testing.T) {
	scopes := smart.ParseScopes("user/*.rs")
	for _, row := range []struct {
		name, mapping, claims string
		want                  smart.Principal
	}{
		{"plain, everything", "smart", `{"sub":"s","client_id":"c","jti":"j","scope":"user/*.rs","patient":"1","encounter":"Encounter/2",
			"fhirUser":"` + base + `/Practitioner/3","fhirContext":[{"reference":"ImagingStudy/4","role":"launch"},{"canonical":"http://x"}],
			"need_patient_banner":true,"nhs_ods":"RBS","nhs_role":"nurse","purpose_of_use":["TREAT"],"auth_time":1700000000,"act":{"sub":"proxy"}}`,
			smart.Principal{Subject: "s", ClientID: "c", ActorID: "proxy", TokenID: "j", Scopes: scopes, User: true, OrganisationID: "RBS",
				Roles: []smart.Role{{Code: "nurse"}}, Purposes: []string{"TREAT"}, AuthTime: time.Unix(1700000000, 0).UTC(),
				Context: smart.LaunchContext{Patient: "1", Encounter: "2", FHIRUser: fhir.Key{Type: "Practitioner", ID: "3"},
					FHIRContext: []smart.ContextReference{{Reference: "ImagingStudy/4", Role: "launch"}}, NeedPatientBanner: true}}},
		{"plain, a client for itself", "smart", `{"sub":"c","client_id":"c","scope":"user/*.rs"}`,
			smart.Principal{Subject: "c", ClientID: "c", Scopes: scopes}},
		{"plain, a client without subject", "smart", `{"azp":"c","scp":["user/*.rs"]}`,
			smart.Principal{Subject: "c", ClientID: "c", Scopes: scopes}},
		{"plain, no scopes", "smart", `{"sub":"s"}`, smart.Principal{Subject: "s", User: true}},
		{"names are case sensitive", "smart", `{"sub":"s","SCOPE":"user/*.rs","Patient":"1"}`, smart.Principal{Subject: "s", User: true}},
		{"the patient by URL", "smart", `{"sub":"s","patient":"` + base + `/Patient/1"}`,
			smart.Principal{Subject: "s", User: true, Context: smart.LaunchContext{Patient: "1"}}},
		{"a fhirUser of another server", "smart", `{"sub":"s","fhirUser":"https://other.example.org/Practitioner/3"}`,
			smart.Principal{Subject: "s", User: true}},
		{"IHE IUA", "smart", `{"sub":"s","extensions":{"ihe_iua":{"subject_organization_id":"RBS","purpose_of_use":[{"system":"urn:x","code":"TREAT"}]}}}`,
			smart.Principal{Subject: "s", User: true, OrganisationID: "RBS", Purposes: []string{"TREAT"}}},
		{"CIS2", "cis2", `{"sub":"910000000001","client_id":"c","selected_roleid":"555","acr":"AAL3_ANY","authentication_assurance_level":"3","id_assurance_level":"3",` + cis2Roles + `}`,
			smart.Principal{Subject: "910000000001", ClientID: "c", User: true, RoleID: "555", OrganisationID: "RBS",
				Roles: []smart.Role{{ID: "555", Code: "S8000:G8000:R8001", OrganisationID: "RBS", Activities: []string{"B0001", "B0002"}},
					{ID: "666", Code: "S8000:G8001:R8000", OrganisationID: "A1B"}},
				Assurance: smart.Assurance{Authentication: 3, Identity: 3}}},
		{"CIS2, only acr", "cis2", `{"sub":"s","acr":"AAL2_OR_AAL3_ANY"}`,
			smart.Principal{Subject: "s", User: true, Assurance: smart.Assurance{Authentication: 2}}},
		{"CIS2, no roles", "cis2", `{"sub":"s","acr":"AAL3_FIDO2","nhsid_nrbac_roles":[]}`,
			smart.Principal{Subject: "s", User: true, Assurance: smart.Assurance{Authentication: 3}}},
		{"NHS login", "nhs-login", `{"sub":"s","nhs_number":"9990000018","identity_proofing_level":"P9","vot":"P9.Cp.Cd"}`,
			smart.Principal{Subject: "s", User: true, NHSNumber: "9990000018", Assurance: smart.Assurance{Identity: 9}}},
		{"NHS login by vector of trust", "nhs-login", `{"sub":"s","nhs_number":"9990000018","vot":"P9.Cp.Cd"}`,
			smart.Principal{Subject: "s", User: true, NHSNumber: "9990000018", Assurance: smart.Assurance{Identity: 9}}},
		{"Keycloak", "keycloak", `{"sub":"s","azp":"c","sid":"x","typ":"Bearer","scope":"user/*.rs","realm_access":{"roles":["nurse"]},"preferred_username":"ann"}`,
			smart.Principal{Subject: "s", ClientID: "c", Scopes: scopes, User: true, Roles: []smart.Role{{Code: "nurse"}}}},
		{"Keycloak, a service account", "keycloak", `{"sub":"s","azp":"c","typ":"Bearer","preferred_username":"service-account-c"}`,
			smart.Principal{Subject: "s", ClientID: "c"}},
		{"Keycloak, a service account with a session", "keycloak", `{"sub":"s","azp":"c","sid":"x","typ":"Bearer","preferred_username":"service-account-c"}`,
			smart.Principal{Subject: "s", ClientID: "c"}},
		{"Entra, a person", "entra", `{"sub":"s","oid":"o","azp":"c","scp":"user.all.rs","roles":["nurse"]}`,
			smart.Principal{Subject: "o", ClientID: "c", Scopes: scopes, User: true, Roles: []smart.Role{{Code: "nurse"}}}},
		{"Entra, an application", "entra", `{"sub":"o","oid":"o","azp":"c","idtyp":"app","roles":["user.all.rs"]}`,
			smart.Principal{Subject: "o", ClientID: "c", Scopes: scopes, Roles: []smart.Role{{Code: "user.all.rs"}}}},
		{"Entra, a permission that is no scope", "entra", `{"oid":"o","azp":"c","scp":"Files.Read.All openid patient.all.all"}`,
			smart.Principal{Subject: "o", ClientID: "c", User: true, Scopes: smart.ParseScopes("Files/Read.All openid patient/*.*")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := smart.ParseClaims([]byte(row.claims))
			if err != nil {
				t.Fatal(err)
			}
			got, err := smart.Mappings()[row.mapping].Principal(c, []string{base})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, *got); diff != "" {
				t.Errorf("Principal: -want +got\n%s", diff)
			}
		})
	}
}

func TestMapping_Principal_Refused(t *testing.T) {
	for _, row := range []struct {
		name, mapping, claims string
		want                  smart.Refusal
	}{
		{"nobody", "smart", `{"scope":"user/*.rs"}`, smart.ClaimMissing},
		{"an empty subject", "smart", `{"sub":"","client_id":"c"}`, smart.ClaimMissing},
		{"a subject that is an object", "smart", `{"sub":{"a":1}}`, smart.ClaimMissing},
		{"a subject beyond all bounds", "smart", `{"sub":"` + strings.Repeat("s", 1025) + `"}`, smart.ClaimMissing},
		{"scopes that are numbers", "smart", `{"sub":"s","scope":[1]}`, smart.ClaimMissing},
		{"a patient that is a list", "smart", `{"sub":"s","patient":["1","2"]}`, smart.ClaimMissing},
		{"a patient of another server", "smart", `{"sub":"s","patient":"https://other.example.org/Patient/1"}`, smart.ClaimMissing},
		{"a patient of another type", "smart", `{"sub":"s","patient":"Practitioner/1"}`, smart.ClaimMissing},
		{"a patient that is a search", "smart", `{"sub":"s","patient":"Patient?x=1"}`, smart.ClaimMissing},
		{"a patient with a path", "smart", `{"sub":"s","patient":"Patient/1/../2"}`, smart.ClaimMissing},
		{"an empty patient", "smart", `{"sub":"s","patient":""}`, smart.ClaimMissing},
		{"a banner in words", "smart", `{"sub":"s","need_patient_banner":"yes"}`, smart.ClaimMissing},
		{"a context that is no list", "smart", `{"sub":"s","fhirContext":{"reference":"A/1"}}`, smart.ClaimMissing},
		{"a context of words", "smart", `{"sub":"s","fhirContext":["A/1"]}`, smart.ClaimMissing},
		{"a purpose that is a number", "smart", `{"sub":"s","purpose_of_use":[1]}`, smart.ClaimMissing},
		{"CIS2, a role that is not held", "cis2", `{"sub":"s","acr":"AAL3_ANY","selected_roleid":"777",` + cis2Roles + `}`, smart.RoleNotHeld},
		{"CIS2, a role selected of none", "cis2", `{"sub":"s","acr":"AAL3_ANY","selected_roleid":"555"}`, smart.RoleNotHeld},
		{"CIS2, a password", "cis2", `{"sub":"s","acr":"AAL1_USERPASS"}`, smart.AssuranceTooLow},
		{"CIS2, no level", "cis2", `{"sub":"s"}`, smart.AssuranceTooLow},
		{"CIS2, a level nobody knows", "cis2", `{"sub":"s","acr":"gold"}`, smart.AssuranceTooLow},
		{"CIS2, the lower of two levels counts", "cis2", `{"sub":"s","acr":"AAL3_ANY","authentication_assurance_level":"1"}`, smart.AssuranceTooLow},
		{"CIS2, one level readable and one not", "cis2", `{"sub":"s","acr":"x","authentication_assurance_level":"3"}`, smart.AssuranceTooLow},
		{"CIS2, identity hardly proved", "cis2", `{"sub":"s","acr":"AAL3_ANY","id_assurance_level":"1"}`, smart.AssuranceTooLow},
		{"CIS2, roles that are numbers", "cis2", `{"sub":"s","acr":"AAL3_ANY","nhsid_nrbac_roles":[1]}`, smart.ClaimMissing},
		{"CIS2, an organisation that is a list", "cis2", `{"sub":"s","acr":"AAL3_ANY","nhsid_nrbac_roles":[{"person_roleid":"1","org_code":["RBS"]}]}`, smart.ClaimMissing},
		{"NHS login P5", "nhs-login", `{"sub":"s","nhs_number":"9990000018","identity_proofing_level":"P5"}`, smart.AssuranceTooLow},
		{"NHS login P0", "nhs-login", `{"sub":"s","identity_proofing_level":"P0"}`, smart.AssuranceTooLow},
		{"NHS login without a level", "nhs-login", `{"sub":"s","nhs_number":"9990000018"}`, smart.AssuranceTooLow},
		{"NHS login P90", "nhs-login", `{"sub":"s","nhs_number":"9990000018","identity_proofing_level":"P90"}`, smart.AssuranceTooLow},
		{"NHS login, a number of nine digits", "nhs-login", `{"sub":"s","nhs_number":"999000001","identity_proofing_level":"P9"}`, smart.ClaimMissing},
		{"Keycloak, an ID token", "keycloak", `{"sub":"s","azp":"c","sid":"x","typ":"ID"}`, smart.TokenTypeWrong},
		{"Keycloak, a refresh token", "keycloak", `{"sub":"s","azp":"c","sid":"x","typ":"Refresh"}`, smart.TokenTypeWrong},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := smart.ParseClaims([]byte(row.claims))
			if err != nil {
				t.Fatal(err)
			}
			got, err := smart.Mappings()[row.mapping].Principal(c, []string{base})
			if detailOf(err) != row.want || got != nil {
				t.Errorf("Principal = %v, %v; want %s", got, err, row.want)
			}
			if err != nil && fhir.CodeOf(err) != fhir.CodeLogin {
				t.Errorf("the code is %s, want login", fhir.CodeOf(err))
			}
		})
	}
}

func TestPath(t *testing.T) {
	claims := `{"sub":"s","a":{"b":{"c":"1"}},"a.b":"2","x~/y":{"z":"3"},"https://x.org/p":"4","l":["5","6"],"n":null}`
	for path, want := range map[smart.Path]fhir.ID{
		"a.b.c": "1", "/a/b/c": "1", "/a.b": "2", "/x~0~1y/z": "3", "/https:~1~1x.org~1p": "4", "l.0": "5", "/l/1": "6",
		"l.2": "", "l.-1": "", "l.00": "", "l.x": "", "a.x": "", "": "", "/": "", "n": "", "n.x": "", "sub.x": "", ".": "", "a..b": "", "a/b": "",
	} {
		c, err := smart.ParseClaims([]byte(claims))
		if err != nil {
			t.Fatal(err)
		}
		p, err := smart.Mapping{Subject: smart.Paths{"sub"}, Patient: smart.Paths{path}}.Principal(c, nil)
		if err != nil || p.Context.Patient != want {
			t.Errorf("at %q stands %v, %v; want %q", path, p, err, want)
		}
	}
}

// A mapping is a value of the configuration: written and read again it is the same.
func TestMappings_JSON(t *testing.T) {
	for name, m := range smart.Mappings() {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again smart.Mapping
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("%s: -written +read\n%s", name, diff)
		}
	}
}
