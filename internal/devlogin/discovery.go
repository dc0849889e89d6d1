package devlogin

import "net/http"

// Capabilities are what apps can rely on, as SMART names it
// (https://hl7.org/fhir/smart-app-launch/conformance.html#capabilities).
func Capabilities() []string {
	return []string{"launch-ehr", "launch-standalone", "client-public", "client-confidential-asymmetric", "sso-openid-connect",
		"context-ehr-patient", "context-standalone-patient", "context-banner", "permission-offline", "permission-online"}
}

// discovery is what the provider says of itself (OpenID Connect Discovery 1.0).
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, object{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token", "jwks_uri": p.Issuer + "/keys",
		"revocation_endpoint": p.Issuer + "/revoke", "response_types_supported": list{"code"}, "subject_types_supported": list{"public"},
		"grant_types_supported":                 list{"authorization_code", "refresh_token", "client_credentials"},
		"id_token_signing_alg_values_supported": list{"ES384"}, "code_challenge_methods_supported": list{"S256"},
		"token_endpoint_auth_methods_supported":            list{"none", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": list{"RS384", "ES384"},
		"scopes_supported":                                 list{"openid", "fhirUser", "launch", "launch/patient", "offline_access", "online_access", "patient/*.rs", "user/*.cruds", "system/*.cruds"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, p.public)
}
