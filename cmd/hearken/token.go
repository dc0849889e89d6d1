package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"hearken/internal/devlogin"
)

var tokenCommand = command{
	name:      "token",
	arguments: "[FLAG…] PERSON",
	summary:   "log in at a server with --dev-login and print the access token",
	about:     "For scripts: it goes the way an app and a browser go together. The people are\nthose of the login's page; the last are clients, which act for themselves:\n" + samplePeople(),
	flags: func(flags *pflag.FlagSet) {
		flags.String("base", "http://127.0.0.1:8080/fhir", "service base of the server")
		flags.String("scope", "", "what the token is for, as SMART scopes; by itself user/*.cruds, or system/*.cruds for a client")
		flags.String("patient", "9990000018", "NHS number of the patient, where the scope launch/patient asks for one")
	},
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		if flags.NArg() != 1 {
			return usageFault(p, "token: say as whom; see hearken token --help")
		}
		value := func(name string) string { return flags.Lookup(name).Value.String() }
		client := devlogin.Client{Base: strings.TrimSuffix(value("base"), "/")}
		answer, err := logIn(ctx, &client, flags.Arg(0), value("scope"), value("patient"))
		if err != nil {
			return fault(p, err)
		}
		fmt.Fprintln(p.out, answer["access_token"])
		return exitDone
	},
}

func logIn(ctx context.Context, client *devlogin.Client, who, scope, patient string) (map[string]any, error) {
	if devlogin.IsBackend(who) {
		return client.Backend(ctx, who, cmp.Or(scope, "system/*.cruds"), time.Now(), rand.Text())
	}
	return client.Login(ctx, who, cmp.Or(scope, "user/*.cruds"), patient, "")
}

func samplePeople() string {
	var b strings.Builder
	for _, one := range append(devlogin.People(), devlogin.Backends()...) {
		fmt.Fprintf(&b, "  %-20s %s\n", one.Subject, one.Words)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
