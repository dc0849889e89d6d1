package devlogin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"hearken/fhir"
)

// Records is what of the server's records the provider has to know.
type Records interface {
	// Patient finds the one patient of an NHS number; "" when there is none.
	Patient(ctx context.Context, nhsNumber string) (fhir.ID, error)
	// ActsFor sees to it that a person is known to act for a patient, and gives what describes them.
	ActsFor(ctx context.Context, subject string, patient fhir.ID) (fhir.Key, error)
}

// Options is what New needs.
type Options struct {
	Issuer   string // its address, and that of the pages below it: "http://127.0.0.1:8080/auth"
	Audience string // the service base that tokens are for
	Records  Records
	Backend  []byte // a JWKS: the public keys of the clients that act for themselves, besides the sample key; nil for none
	Now      func() time.Time
	Random   io.Reader
}

// AppClient is the app there is: public, and any address of this machine may be its redirect_uri.
const AppClient = "sample-app"

// How long what is given out can be used.
const (
	loginLife   = 15 * time.Minute // the page that asks who somebody is
	codeLife    = time.Minute
	tokenLife   = 5 * time.Minute
	refreshLife = 12 * time.Hour
)

// Provider is the login. It is an http.Handler for all below its issuer's address, safe for concurrent use.
type Provider struct {
	Options
	key     jose.JSONWebKey // it signs with
	public  jose.JSONWebKeySet
	backend jose.JSONWebKeySet
	mux     *http.ServeMux

	mu       sync.Mutex
	logins   shelf[authorization] // pages that are open
	launches shelf[fhir.ID]       // patients that apps are launched with
	codes    shelf[grant]
	refresh  shelf[grant]
	proofs   shelf[struct{}] // jti of assertions that were used
}

// New makes a provider with a key of its own. The error says what is wrong with the options.
func New(o Options) (*Provider, error) {
	p := &Provider{Options: o, mux: http.NewServeMux()}
	at, err := url.Parse(o.Issuer)
	if err != nil || !isLoopback(at.Host) {
		return nil, errors.New("dev-login: only for this machine")
	}
	key, err := ecdsa.GenerateKey(elliptic.P384(), o.Random)
	if err != nil {
		return nil, err
	}
	p.key = jose.JSONWebKey{Key: key, KeyID: p.name(), Algorithm: string(jose.ES384), Use: "sig"}
	p.public.Keys = []jose.JSONWebKey{p.key.Public()}
	if p.backend, err = readKeys(o.Backend); err != nil {
		return nil, fmt.Errorf("dev-login: the keys of %s: %w", BackendClient, err)
	}
	sample, err := sampleKey()
	if err != nil {
		return nil, err
	}
	p.backend.Keys = append(p.backend.Keys, sample.Public())
	for path, handle := range map[string]http.HandlerFunc{
		"GET /{$}": p.index, "GET /authorize": p.authorize, "POST /login": p.login, "GET /launch": p.launch,
		"POST /token": p.token, "POST /revoke": p.revoke, "GET /keys": p.keys, "GET /.well-known/openid-configuration": p.discovery,
		"OPTIONS /": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		p.mux.HandleFunc(path, handle)
	}
	return p, nil
}

// maxForm is the longest form that is read, in bytes.
const maxForm = 64 << 10

// ServeHTTP answers what is asked of the provider, by a name of this machine only: a page from elsewhere
// whose name leads here is refused.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isLoopback(r.Host) {
		http.Error(w, "this login is for its own machine only", http.StatusForbidden)
		return
	}
	h := w.Header()
	for name, value := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Content-Security-Policy":     "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Content-Type, Authorization",
	} {
		h.Set(name, value)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	at, _ := url.Parse(p.Issuer)
	http.StripPrefix(at.Path, p.mux).ServeHTTP(w, r)
}

// name is a text nobody guesses: 128 random bits.
func (p *Provider) name() string {
	var bits [16]byte
	if _, err := io.ReadFull(p.Random, bits[:]); err != nil {
		panic(err) // without randomness nothing here can go on
	}
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// isLoopback reports whether a host, with or without port, is this machine by name.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}
