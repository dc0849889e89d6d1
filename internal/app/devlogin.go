package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/careplan"
	"hearken/internal/config"
	"hearken/internal/devlogin"
	"hearken/internal/interaction"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// devLogin is the login for trying out, on the address of the server itself. It implements devlogin.Records.
type devLogin struct {
	*devlogin.Provider
	*Interactions
	issuer, base string
}

// devPath is where it stands beside the FHIR service.
const devPath = "/auth"

var errDevLogin = errors.New("dev-login: it asks for no password, so only this machine may reach it: use --listen 127.0.0.1:8080")

// openDevLogin makes the login for trying out the one issuer of the server, and its administrators the server's.
func (a *App) openDevLogin(d Deps) error {
	a.dev = &devLogin{Interactions: a.Interactions, issuer: "http://" + a.Address() + devPath, base: a.URL()}
	var keys []byte
	if name := a.config.DevClientKeys; name != "" {
		var err error
		if keys, err = os.ReadFile(name); err != nil {
			return fmt.Errorf("dev-client-keys: %w", err)
		}
	}
	audience := a.config.Audience
	if audience == "" {
		audience = a.URL()
	}
	var err error
	a.dev.Provider, err = devlogin.New(devlogin.Options{Issuer: a.dev.issuer, Audience: audience, Records: a.dev, Backend: keys, Now: d.Now, Random: d.Random})
	a.config.Issuers = []string{a.dev.issuer}
	for _, subject := range []string{devlogin.Administrator, devlogin.SecondAdministrator} {
		a.config.Administrators = append(a.config.Administrators, config.Person{Issuer: a.dev.issuer, Subject: subject, Name: subject})
	}
	a.config.SMARTCapabilities = devlogin.Capabilities()
	return err
}

// beside serves the login's pages beside those of another handler.
func (l *devLogin) beside(other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, devPath+"/") {
			l.ServeHTTP(w, r)
			return
		}
		other.ServeHTTP(w, r)
	})
}

// letIn writes what lets the sample people in, as the administrators.
func (l *devLogin) letIn(ctx context.Context) error {
	for _, fact := range devlogin.Facts(l.issuer) {
		if _, err := l.write(ctx, fact); err != nil {
			return fmt.Errorf("dev-login: %w", err)
		}
	}
	return nil
}

// write stores a fact unless it is there, as the two administrators who logged in would, and gives its key.
func (l *devLogin) write(ctx context.Context, fact devlogin.Fact) (fhir.Key, error) {
	answer, err := l.as(ctx, devlogin.Administrator, interaction.Call{Path: []string{fact.Type}, IfNoneExist: fact.IfNoneExist, Body: fact.Body, MediaType: "application/fhir+json"})
	if err == nil && answer.Status == http.StatusAccepted {
		task := fhir.ParseReference(answer.Location, l.Definitions.IsResource).Key
		answer, err = l.as(ctx, devlogin.SecondAdministrator, interaction.Call{Path: []string{string(task.Type), string(task.ID), "$confirm-sharing"}})
	}
	if err != nil {
		return fhir.Key{}, err
	}
	return fhir.ParseReference(answer.Location, l.Definitions.IsResource).Key, nil
}

// as does what an administrator posts.
func (l *devLogin) as(ctx context.Context, administrator string, c interaction.Call) (interaction.Answer, error) {
	c.Method, c.Base = http.MethodPost, l.base
	c.Principal = &smart.Principal{Issuer: l.issuer, Subject: administrator, ClientID: devlogin.AppClient, User: true, Scopes: smart.ParseScopes("user/*.cruds")}
	return l.Do(ctx, c)
}

// Patient implements devlogin.Records.
func (l *devLogin) Patient(ctx context.Context, nhsNumber string) (id fhir.ID, err error) {
	const t fhir.Type = "Patient"
	where := query.Match{Parameter: l.Registry.Parameter(t, "identifier"), Test: query.TokenTest{System: careplan.NHSNumberSystem, Code: nhsNumber}}
	err = l.Store.View(ctx, func(rd store.Reader) error {
		page, err := rd.Search(&query.Query{Types: []fhir.Type{t}, Where: where, Count: 2, Total: query.TotalNone})
		if err == nil && len(page.Matches) == 1 {
			id = page.Matches[0].Key.ID
		}
		return err
	})
	return id, err
}

// ActsFor implements devlogin.Records.
func (l *devLogin) ActsFor(ctx context.Context, subject string, patient fhir.ID) (fhir.Key, error) {
	return l.write(ctx, devlogin.ActsFor(l.issuer, subject, string(patient)))
}
