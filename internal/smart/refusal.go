package smart

import (
	"errors"
	"strings"

	"hearken/fhir"
)

// Refusal is the stable detail code of why a request is refused.
type Refusal string

// The refusals of credentials, and the one of a request that the scopes do not cover. They tell a developer
// what to mend; all of it an attacker knows already, because they sent it.
const (
	TokenMissing        Refusal = "token-missing"         // no access token
	TokenMalformed      Refusal = "token-malformed"       // not to be read
	TokenTooLong        Refusal = "token-too-long"        //
	TokenUnsigned       Refusal = "unsigned"              // alg "none"
	AlgorithmRefused    Refusal = "algorithm-not-allowed" // another alg than the issuer may use
	TokenTypeWrong      Refusal = "wrong-token-type"      // typ says that it is no access token
	CriticalHeader      Refusal = "critical-header"       // crit names an extension
	IssuerUnknown       Refusal = "unknown-issuer"        //
	KeyUnknown          Refusal = "unknown-key"           // the issuer publishes no such key
	SignatureWrong      Refusal = "wrong-signature"       //
	AudienceWrong       Refusal = "wrong-audience"        // not meant for this server
	TokenExpired        Refusal = "token-expired"         //
	TokenTooEarly       Refusal = "token-not-yet-valid"   // nbf or iat lie ahead
	ClaimMissing        Refusal = "claim-missing"         // sub, exp or another that must be there
	TokenInactive       Refusal = "token-inactive"        // by the issuer's word
	SchemeWrong         Refusal = "wrong-scheme"          // a DPoP-bound token as Bearer, or the other way round
	ProofMissing        Refusal = "proof-missing"         // no DPoP proof
	ProofInvalid        Refusal = "proof-invalid"         // not for this request, key or token, or not to be read
	ProofStale          Refusal = "proof-stale"           // too old, or from the future
	ProofReplayed       Refusal = "proof-replayed"        //
	CertificateMissing  Refusal = "certificate-missing"   // the token is bound to a client certificate
	CertificateWrong    Refusal = "wrong-certificate"     // and to another than this
	ConfirmationUnknown Refusal = "unknown-confirmation"  // bound in a way that cannot be checked here
	RoleNotHeld         Refusal = "role-not-held"         // the role selected is none of the person's roles
	AssuranceTooLow     Refusal = "assurance-too-low"     // the person must log in by stronger means
	LoginTooOld         Refusal = "login-too-old"         // the person must log in again for this (RFC 9470)
	NotChecked          Refusal = "not-checked"           // the issuer cannot be asked: nothing is known of the token
	ScopeInsufficient   Refusal = "insufficient-scope"    // the scopes do not cover the request
)

// refusals says of each what it is and what the client is told in WWW-Authenticate: error is the code of RFC
// 6750 section 3.1, RFC 9449 section 7.1 or RFC 9470; scheme limits it to one challenge.
var refusals = map[Refusal]struct {
	code  fhir.IssueCode
	error string
	text  string
}{
	TokenMissing:        {fhir.CodeLogin, "", "this server wants an access token: Authorization: Bearer …"},
	TokenMalformed:      {fhir.CodeLogin, invalidToken, "the access token cannot be read"},
	TokenTooLong:        {fhir.CodeLogin, invalidToken, "the access token is longer than this server reads"},
	TokenUnsigned:       {fhir.CodeLogin, invalidToken, "the access token is not signed"},
	AlgorithmRefused:    {fhir.CodeLogin, invalidToken, "the access token is signed with an algorithm that is not allowed here"},
	TokenTypeWrong:      {fhir.CodeLogin, invalidToken, "that is a token, but no access token"},
	CriticalHeader:      {fhir.CodeLogin, invalidToken, "the access token has a critical header, which is not supported"},
	IssuerUnknown:       {fhir.CodeLogin, invalidToken, "the access token is of an issuer this server does not know; iss must be as configured, to the letter"},
	KeyUnknown:          {fhir.CodeLogin, invalidToken, "the issuer publishes no key that fits the access token"},
	SignatureWrong:      {fhir.CodeLogin, invalidToken, "the signature of the access token is wrong"},
	AudienceWrong:       {fhir.CodeLogin, invalidToken, "the access token is not meant for this server: aud must be its base URL"},
	TokenExpired:        {fhir.CodeLogin, invalidToken, "the access token has expired"},
	TokenTooEarly:       {fhir.CodeLogin, invalidToken, "the access token is not valid yet"},
	ClaimMissing:        {fhir.CodeLogin, invalidToken, "the access token lacks a claim, or has one of the wrong form"},
	TokenInactive:       {fhir.CodeLogin, invalidToken, "the access token is not active, by its issuer's word"},
	SchemeWrong:         {fhir.CodeLogin, invalidToken, "the access token belongs to the other scheme: DPoP when it is bound to a key, else Bearer"},
	ProofMissing:        {fhir.CodeLogin, invalidProof, "the access token is bound to a key: one DPoP header with a proof is wanted"},
	ProofInvalid:        {fhir.CodeLogin, invalidProof, "the DPoP proof is not one for this request, key and token"},
	ProofStale:          {fhir.CodeLogin, invalidProof, "the DPoP proof is too old, or of the future: make one for each request"},
	ProofReplayed:       {fhir.CodeLogin, invalidProof, "the DPoP proof has been used: make one for each request"},
	CertificateMissing:  {fhir.CodeLogin, invalidToken, "the access token is bound to a client certificate, and none was shown"},
	CertificateWrong:    {fhir.CodeLogin, invalidToken, "the access token is bound to another client certificate"},
	ConfirmationUnknown: {fhir.CodeLogin, invalidToken, "the access token is bound to its client in a way this server cannot check"},
	RoleNotHeld:         {fhir.CodeLogin, invalidToken, "the role selected is none of the roles the access token names"},
	AssuranceTooLow:     {fhir.CodeLogin, "insufficient_user_authentication", "this server wants a login of higher assurance"},
	LoginTooOld:         {fhir.CodeLogin, "insufficient_user_authentication", "this takes a login of just now"},
	NotChecked:          {fhir.CodeTransient, "", "the access token could not be checked now, so nothing was looked up; try again"},
	ScopeInsufficient:   {fhir.CodeForbidden, insufficientScope, "the scopes of the access token do not allow this"},
}

const (
	invalidToken      = "invalid_token"
	invalidProof      = "invalid_dpop_proof"
	insufficientScope = "insufficient_scope"
)

// Refused is the error of a refusal.
func Refused(r Refusal) *fhir.Error {
	known := refusals[r]
	return fhir.Errorf(known.code, "%s", known.text).Detailed(string(r))
}

// Challenge is the values of WWW-Authenticate that go with an error: both schemes for 401, with what is wrong
// where the client sent something; Bearer alone for scopes that do not suffice; none for any other error (RFC
// 6750 section 3, RFC 9449 section 7.1). proofs are the algorithms a DPoP proof may have; none leaves the
// scheme out.
func Challenge(err error, proofs []string) []string {
	var e *fhir.Error
	if !errors.As(err, &e) || len(e.Issues) == 0 || e.Code != fhir.CodeLogin && e.Code != fhir.CodeForbidden {
		return nil
	}
	known, ok := refusals[Refusal(e.Issues[0].Detail)]
	switch {
	case e.Code == fhir.CodeForbidden && (!ok || known.error == ""):
		return nil
	case e.Code == fhir.CodeForbidden:
		return []string{challenge(Bearer, known.error, known.text, nil)}
	case len(proofs) == 0:
		return []string{challenge(Bearer, known.error, known.text, nil)}
	case known.error == invalidProof:
		return []string{challenge(DPoP, known.error, known.text, proofs)}
	}
	return []string{challenge(Bearer, known.error, known.text, nil), challenge(DPoP, known.error, known.text, proofs)}
}

func challenge(scheme Scheme, code, text string, algorithms []string) string {
	out := string(scheme) + ` realm="hearken"`
	if code != "" {
		out += `, error="` + code + `", error_description="` + ascii(text) + `"`
	}
	if len(algorithms) > 0 {
		out += `, algs="` + strings.Join(algorithms, " ") + `"`
	}
	return out
}

// ascii leaves out what a quoted error_description may not have (RFC 6750 section 3).
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, text)
}
