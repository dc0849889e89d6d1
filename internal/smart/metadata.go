package smart

import (
	"slices"
	"strings"
)

// Metadata is an authorization server's, as it publishes it (OpenID Connect Discovery 1.0, RFC 8414), or this
// server's SMART configuration (https://hl7.org/fhir/smart-app-launch/conformance.html#smart-configuration),
// which has the same members. Written as JSON it is either.
type Metadata struct {
	Issuer                string   `json:"issuer,omitempty"`
	JWKSURI               string   `json:"jwks_uri,omitempty"`
	AuthorizationEndpoint string   `json:"authorization_endpoint,omitempty"`
	TokenEndpoint         string   `json:"token_endpoint,omitempty"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitempty"`
	ManagementEndpoint    string   `json:"management_endpoint,omitempty"`
	IntrospectionEndpoint string   `json:"introspection_endpoint,omitempty"`
	RevocationEndpoint    string   `json:"revocation_endpoint,omitempty"`
	UserInfoEndpoint      string   `json:"-"` // for this server's use, not for apps: SMART has no member for it
	GrantTypes            []string `json:"grant_types_supported,omitempty"`
	ResponseTypes         []string `json:"response_types_supported,omitempty"`
	Scopes                []string `json:"scopes_supported,omitempty"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported,omitempty"`
	TokenAuthAlgorithms   []string `json:"token_endpoint_auth_signing_alg_values_supported,omitempty"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported,omitempty"`
	DPoPAlgorithms        []string `json:"dpop_signing_alg_values_supported,omitempty"`
	Capabilities          []string `json:"capabilities,omitempty"`
}

// texts and lists are the members, by name: for reading and for joining, each is said once.
func (m *Metadata) texts() map[string]*string {
	return map[string]*string{
		"issuer": &m.Issuer, "jwks_uri": &m.JWKSURI, "authorization_endpoint": &m.AuthorizationEndpoint, "token_endpoint": &m.TokenEndpoint,
		"registration_endpoint": &m.RegistrationEndpoint, "management_endpoint": &m.ManagementEndpoint,
		"introspection_endpoint": &m.IntrospectionEndpoint, "revocation_endpoint": &m.RevocationEndpoint,
		"userinfo_endpoint": &m.UserInfoEndpoint,
	}
}

func (m *Metadata) lists() map[string]*[]string {
	return map[string]*[]string{
		"grant_types_supported": &m.GrantTypes, "response_types_supported": &m.ResponseTypes, "scopes_supported": &m.Scopes,
		"token_endpoint_auth_methods_supported": &m.TokenAuthMethods, "token_endpoint_auth_signing_alg_values_supported": &m.TokenAuthAlgorithms,
		"code_challenge_methods_supported": &m.CodeChallengeMethods, "dpop_signing_alg_values_supported": &m.DPoPAlgorithms, "capabilities": &m.Capabilities,
	}
}

// ReadMetadata reads the members it knows; one of the wrong form is as good as missing.
func ReadMetadata(c Claims) Metadata {
	var m Metadata
	for name, into := range m.texts() {
		*into, _ = c[name].(string)
	}
	for name, into := range m.lists() {
		if texts, ok := c.Texts(name); ok {
			*into = texts
		}
	}
	return m
}

// own are the capabilities that are the resource server's, and that this one has
// (https://hl7.org/fhir/smart-app-launch/conformance.html#capabilities).
var own = []string{"permission-patient", "permission-user", "permission-v1", "permission-v2"}

const (
	signOn     = "sso-openid-connect"
	launching  = "launch-"
	codeGrant  = "authorization_code"
	challenge2 = "S256"
)

// neverAnnounced are grants that no app should be led to.
var neverAnnounced = []string{"implicit", "password"}

// Configuration is what this server publishes at /.well-known/smart-configuration: what is declared for the
// server and, where that says nothing, what its issuer says of itself. Capabilities of the issuer are
// declared, for no metadata tells them; those of this server are added. issuer and jwks_uri are there exactly
// with sso-openid-connect, and of the ways to challenge a code plain is left out. faults are what a client
// would miss, for the log of whoever configures the server.
func Configuration(declared, discovered Metadata) (m Metadata, faults []string) {
	m = declared
	texts, lists := m.texts(), m.lists()
	for name, text := range discovered.texts() {
		if *texts[name] == "" {
			*texts[name] = *text
		}
	}
	for name, list := range discovered.lists() {
		if *lists[name] == nil {
			*lists[name] = *list
		}
		*lists[name] = slices.Clone(*lists[name])
	}
	m.Capabilities = union(m.Capabilities, own)
	m.GrantTypes = slices.DeleteFunc(m.GrantTypes, func(g string) bool { return slices.Contains(neverAnnounced, g) })
	m.CodeChallengeMethods = slices.DeleteFunc(m.CodeChallengeMethods, func(c string) bool { return c != challenge2 })
	faults = m.faults()
	if !slices.Contains(m.Capabilities, signOn) {
		m.Issuer, m.JWKSURI = "", ""
	}
	return m, faults
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// faults names what the specification wants and is not there.
func (m *Metadata) faults() (faults []string) {
	launches := slices.ContainsFunc(m.Capabilities, func(c string) bool { return strings.HasPrefix(c, launching) })
	for _, row := range []struct {
		wanted bool
		there  bool
		fault  string
	}{
		{true, m.TokenEndpoint != "", "token_endpoint is missing"},
		{true, len(m.GrantTypes) > 0, "grant_types_supported is missing"},
		{launches, m.AuthorizationEndpoint != "", "authorization_endpoint is missing, and apps are to launch"},
		{launches, slices.Contains(m.GrantTypes, codeGrant), "grant_types_supported lacks authorization_code, and apps are to launch"},
		{launches, len(m.CodeChallengeMethods) > 0, "code_challenge_methods_supported lacks S256"},
		{slices.Contains(m.Capabilities, signOn), m.Issuer != "" && m.JWKSURI != "", "sso-openid-connect needs issuer and jwks_uri"},
		{slices.Contains(m.Capabilities, "client-confidential-asymmetric"), len(m.TokenAuthAlgorithms) == 0 ||
			slices.Contains(m.TokenAuthAlgorithms, "RS384") || slices.Contains(m.TokenAuthAlgorithms, "ES384"),
			"token_endpoint_auth_signing_alg_values_supported lacks RS384 and ES384"},
	} {
		if row.wanted && !row.there {
			faults = append(faults, row.fault)
		}
	}
	return faults
}
