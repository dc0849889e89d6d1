package smart

import (
	"context"
	"crypto/x509"
	"strings"
)

// Authenticator turns credentials into who is asking. Its errors are *fhir.Error: CodeLogin when the
// credentials are missing or no good, CodeTransient with the detail not-checked when that cannot be found out
// now. Challenge says what WWW-Authenticate tells the client. It is safe for concurrent use.
type Authenticator interface {
	Authenticate(context.Context, Credentials) (*Principal, error)
}

// Scheme is an authentication scheme that carries an access token.
type Scheme string

// The two schemes.
const (
	Bearer Scheme = "Bearer" // RFC 6750
	DPoP   Scheme = "DPoP"   // RFC 9449
)

// Credentials is all of a request that has to do with who is asking.
type Credentials struct {
	Scheme Scheme
	Token  string
	Proofs []string // the values of the DPoP header, each
	Method string   // of HTTP, as sent
	URL    string   // of the request as the client sees it; its query does not matter
	// Certificate is what the client proved to hold in the TLS handshake; nil for none. One that a proxy hands
	// on in a header counts only if nobody else can reach the server.
	Certificate *x509.Certificate
}

// MaxToken is the longest access token, in bytes, that is looked at.
const MaxToken = 16 << 10

// ReadAuthorization reads the values of the Authorization header (RFC 9110 section 11.6.2). The scheme's case
// does not matter. Errors are *fhir.Error of CodeLogin: token-missing when there is none or of another
// scheme, token-malformed for several or what no token can be, token-too-long.
func ReadAuthorization(values []string) (Credentials, error) {
	if len(values) == 0 {
		return Credentials{}, Refused(TokenMissing)
	}
	if len(values) > 1 {
		return Credentials{}, Refused(TokenMalformed)
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	c := Credentials{Token: strings.TrimLeft(token, " ")}
	switch {
	case strings.EqualFold(scheme, string(Bearer)):
		c.Scheme = Bearer
	case strings.EqualFold(scheme, string(DPoP)):
		c.Scheme = DPoP
	default:
		return Credentials{}, Refused(TokenMissing)
	}
	switch {
	case len(c.Token) > MaxToken:
		return Credentials{}, Refused(TokenTooLong)
	case !isToken(c.Token):
		return Credentials{}, Refused(TokenMalformed)
	}
	return c, nil
}

// isToken reports whether text is a b64token of RFC 6750 section 2.1.
func isToken(text string) bool {
	body := strings.TrimRight(text, "=")
	for i := range len(body) {
		c := body[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~+/", c) >= 0) {
			return false
		}
	}
	return body != ""
}
