package app

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"hearken/internal/config"
	"hearken/internal/interaction"
	"hearken/internal/rest"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// login is what a server that people log in to checks tokens with.
type login struct {
	*token.Verifier
	config config.Config
}

// newLogin makes the checks of tokens that are meant for the service base; nil when nobody has to log in. No
// issuer is asked yet: one that is down does not keep the server from starting.
func newLogin(c config.Config, base string, now func() time.Time) (*login, error) {
	if !c.Login() {
		return nil, nil
	}
	o := token.Options{Audience: c.Audience, Client: &http.Client{}, Now: now, Skew: c.ClockSkew}
	if o.Audience == "" {
		o.Audience = base
	}
	for i, url := range c.Issuers {
		issuer := token.Issuer{URL: url, Mapping: smart.Mappings()[c.Claims], UserInfo: slices.Contains(tellByUserInfo, c.Claims)}
		if i == 0 && c.IntrospectClient != "" {
			issuer.Introspection = &token.Introspection{Endpoint: c.Introspect, ClientID: c.IntrospectClient, Secret: c.IntrospectSecret}
		}
		o.Issuers = append(o.Issuers, issuer)
	}
	verifier, err := token.New(o)
	if err != nil {
		return nil, err
	}
	return &login{verifier, c}, nil
}

// tellByUserInfo are the mappings of issuers whose access tokens do not say who somebody is.
var tellByUserInfo = []string{"cis2", "nhs-login"}

// attach has the interactions decide by who is asking.
func (l *login) attach(i *Interactions) {
	callers := &interaction.Callers{Server: i.Server, Administrators: func(issuer, subject string) bool {
		_, ok := l.config.Administrator(issuer, subject)
		return ok
	}}
	i.Login = &interaction.Login{Rules: interaction.NewRules(i.Registry, i.Parser), Caller: callers.Caller, Still: callers.Still, Person: func(issuer, subject string) string {
		p, _ := l.config.Administrator(issuer, subject)
		return p.Name
	}}
	i.Security = l.security
	i.Left = func(gone func(*smart.Principal) bool) { l.Forget(gone) }
}

// wire is what HTTP needs of it.
func (l *login) wire() *rest.Login {
	return &rest.Login{Authenticator: l.Verifier, Configuration: l.configuration, Proofs: token.Algorithms(), Origins: l.config.Origins}
}

// configuration is what apps are told: what is declared, and what the first issuer says of itself.
func (l *login) configuration(ctx context.Context) (smart.Metadata, error) {
	discovered, err := l.Metadata(ctx, l.config.Issuers[0])
	m, _ := smart.Configuration(smart.Metadata{Capabilities: l.config.SMARTCapabilities}, discovered)
	return m, err
}

// patience is how long the CapabilityStatement waits for an issuer to say where it is.
const patience = 2 * time.Second

// security is CapabilityStatement.rest.security: without addresses while the issuer cannot be asked.
func (l *login) security() smart.Security {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, _ := l.configuration(ctx)
	return smart.NewSecurity(m, len(l.config.Origins) > 0)
}

// faults are what apps would miss in the SMART configuration; nil while the issuer cannot be asked.
func (l *login) faults(ctx context.Context) []string {
	discovered, err := l.Metadata(ctx, l.config.Issuers[0])
	if err != nil {
		return nil
	}
	_, faults := smart.Configuration(smart.Metadata{Capabilities: l.config.SMARTCapabilities}, discovered)
	return faults
}

// errNoBase: tokens are meant for an address, and what clients call must be it.
var errNoBase = errors.New("base-url: other machines can reach this server, and the tokens they send must be meant for it: " +
	"say by which URL (--base-url https://…/fhir)")
