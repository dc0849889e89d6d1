package smart_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/smart"
)

// discovered is what an issuer of the usual sort says of itself.
func discovered(t *testing.T) smart.Metadata {
	t.Helper()
	c, err := smart.ParseClaims([]byte(`{"issuer":"https://i","jwks_uri":"https://i/keys","authorization_endpoint":"https://i/authorize","token_endpoint":"https://i/token",
		"introspection_endpoint":"https://i/introspect","revocation_endpoint":"https://i/revoke","grant_types_supported":["authorization_code","implicit","password","client_credentials","refresh_token"],
		"code_challenge_methods_supported":["plain","S256"],"scopes_supported":["openid"],"response_types_supported":["code"],"token_endpoint_auth_methods_supported":["private_key_jwt"],
		"token_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],"registration_endpoint":5,"end_session_endpoint":"https://i/end","mtls_endpoint_aliases":{"a":["b"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return smart.ReadMetadata(c)
}

// Inferno's checks of smart-configuration, as conditions on what is published.
func TestConfiguration(t *testing.T) {
	launch := []string{"launch-ehr", "launch-standalone", "client-public", "client-confidential-asymmetric", "context-ehr-patient"}
	signOn := append([]string{"sso-openid-connect"}, launch...)
	for _, row := range []struct {
		name     string
		declared smart.Metadata
		issuer   bool
		faults   []string
	}{
		{"an app launch", smart.Metadata{Capabilities: launch}, false, nil},
		{"with sign-on", smart.Metadata{Capabilities: signOn}, true, nil},
		{"for back ends", smart.Metadata{Capabilities: []string{"client-confidential-asymmetric"}, GrantTypes: []string{"client_credentials"}}, false, nil},
		{"without the code grant", smart.Metadata{Capabilities: launch, GrantTypes: []string{"client_credentials"}}, false,
			[]string{"grant_types_supported lacks authorization_code, and apps are to launch"}},
		{"without a challenge", smart.Metadata{Capabilities: launch, CodeChallengeMethods: []string{"plain"}}, false, []string{"code_challenge_methods_supported lacks S256"}},
		{"with the wrong algorithms", smart.Metadata{Capabilities: launch, TokenAuthAlgorithms: []string{"RS256"}}, false,
			[]string{"token_endpoint_auth_signing_alg_values_supported lacks RS384 and ES384"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := discovered(t)
			m, faults := smart.Configuration(row.declared, before)
			if diff := cmp.Diff(row.faults, faults); diff != "" {
				t.Errorf("faults: -want +got\n%s", diff)
			}
			if (m.Issuer != "") != row.issuer || (m.JWKSURI != "") != row.issuer {
				t.Errorf("issuer %q and jwks_uri %q, want them: %v", m.Issuer, m.JWKSURI, row.issuer)
			}
			if m.AuthorizationEndpoint != "https://i/authorize" || m.TokenEndpoint != "https://i/token" || m.RegistrationEndpoint != "" {
				t.Errorf("the endpoints are %+v", m)
			}
			for _, wrong := range []string{"plain", "implicit", "password"} {
				if slices.Contains(m.CodeChallengeMethods, wrong) || slices.Contains(m.GrantTypes, wrong) {
					t.Errorf("%s is published", wrong)
				}
			}
			for _, capability := range append([]string{"permission-v1", "permission-v2", "permission-user", "permission-patient"}, row.declared.Capabilities...) {
				if !slices.Contains(m.Capabilities, capability) {
					t.Errorf("capability %s is missing", capability)
				}
			}
			if diff := cmp.Diff(discovered(t), before); diff != "" {
				t.Errorf("what was discovered has changed: %s", diff)
			}
		})
	}
}

func TestConfiguration_Nothing(t *testing.T) {
	_, faults := smart.Configuration(smart.Metadata{Capabilities: []string{"launch-ehr", "sso-openid-connect"}}, smart.Metadata{})
	want := []string{"token_endpoint is missing", "grant_types_supported is missing", "authorization_endpoint is missing, and apps are to launch",
		"grant_types_supported lacks authorization_code, and apps are to launch", "code_challenge_methods_supported lacks S256", "sso-openid-connect needs issuer and jwks_uri"}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Errorf("faults: -want +got\n%s", diff)
	}
}

func TestMetadata_JSON(t *testing.T) {
	m, _ := smart.Configuration(smart.Metadata{TokenEndpoint: "https://declared/token", Capabilities: []string{"client-public"}},
		smart.Metadata{TokenEndpoint: "https://i/token", GrantTypes: []string{"authorization_code", "implicit"}})
	text, err := json.Marshal(m)
	want := `{"token_endpoint":"https://declared/token","grant_types_supported":["authorization_code"],` +
		`"capabilities":["client-public","permission-patient","permission-user","permission-v1","permission-v2"]}`
	if err != nil || string(text) != want {
		t.Errorf("the configuration is %s, %v; want %s", text, err, want)
	}
}

func TestNewSecurity(t *testing.T) {
	text, err := json.Marshal(smart.NewSecurity(smart.Metadata{AuthorizationEndpoint: "https://i/authorize", TokenEndpoint: "https://i/token"}, true))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"extension":[{"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","extension":[` +
		`{"url":"authorize","valueUri":"https://i/authorize"},{"url":"token","valueUri":"https://i/token"}]}],"cors":true,` +
		`"service":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/restful-security-service","code":"SMART-on-FHIR","display":"SMART-on-FHIR"}],` +
		`"text":"OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)"}],` +
		`"description":"SMART App Launch 2.2: access tokens as Authorization: Bearer or DPoP, scopes of version 1 and 2. See .well-known/smart-configuration."}`
	if string(text) != want {
		t.Errorf("NewSecurity = %s\nwant %s", text, want)
	}
	if s := smart.NewSecurity(smart.Metadata{}, false); s.Extension != nil || s.CORS {
		t.Errorf("NewSecurity of nothing = %+v, want no addresses", s)
	}
}
