package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"hearken/internal/smart"
)

// Login is how a server that people log in to finds out who is asking.
type Login struct {
	Authenticator smart.Authenticator
	// Configuration is what apps are told about logging in; the error says why that cannot be known now.
	Configuration func(context.Context) (smart.Metadata, error)
	Proofs        []string // signature algorithms of DPoP proofs, for WWW-Authenticate
	Origins       []string // web pages that may call from elsewhere, in lower case; "*" is any
}

// metadataPath is the one interaction that is open: a client must be able to find out how to log in.
const metadataPath = basePath + "/metadata"

// isOpen reports whether a request is answered without a token.
func isOpen(r *http.Request) bool {
	return r.URL.EscapedPath() == metadataPath && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// authenticate finds out who sent a request, before its body is read; nil on a server without login, and
// where anybody may ask. The address that a DPoP proof must be for is below the service base as it is
// published: the Host header is the client's to choose.
func (s *server) authenticate(r *http.Request) (*smart.Principal, error) {
	if s.login == nil || isOpen(r) {
		return nil, nil
	}
	credentials, err := smart.ReadAuthorization(headerValues(r.Header, "Authorization"))
	if err != nil {
		return nil, err
	}
	base, ok := s.base.of(r)
	if !ok {
		return nil, errHost
	}
	credentials.Method, credentials.URL = r.Method, base+strings.TrimPrefix(r.URL.EscapedPath(), basePath)
	credentials.Proofs = headerValues(r.Header, "DPoP")
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		credentials.Certificate = r.TLS.PeerCertificates[0]
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
	defer cancel()
	return s.login.Authenticator.Authenticate(ctx, credentials)
}

// refuse answers a request that failed, and says in WWW-Authenticate what a token would have to be.
func (s *server) refuse(c *gin.Context, err error, as form, allow []string) {
	a := failure(err)
	a.Allow = allow
	s.logFault(c, a.Status, err)
	if s.login != nil {
		for _, challenge := range smart.Challenge(err, s.login.Proofs) {
			c.Writer.Header().Add("WWW-Authenticate", challenge)
		}
	}
	s.write(c.Writer, c.Request, a, as)
}
