package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"hearken/internal/devlogin"
)

var tokenCommand = command{
	name:      "token",
	arguments: "[FLAG…] PERSON",
	summary:   "log in at a server with --dev-login and print the access token",
	about:     "For scripts: it goes the way an app and a browser go together. The people are those of the login's page:\n" + samplePeople(),
	flags: func(flags *pflag.FlagSet) {
		flags.String("base", "http://127.0.0.1:8080/fhir", "service base of the server")
		flags.String("scope", "user/*.cruds", "what the token is for, as SMART scopes")
		flags.String("patient", "9990000018", "NHS number of the patient, where the scope launch/patient asks for one")
	},
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		if flags.NArg() != 1 {
			return usageFault(p, "token: say as whom; see hearken token --help")
		}
		value := func(name string) string { return flags.Lookup(name).Value.String() }
		client := devlogin.Client{Base: strings.TrimSuffix(value("base"), "/")}
		answer, err := client.Login(ctx, flags.Arg(0), value("scope"), value("patient"), "")
		if err != nil {
			return fault(p, err)
		}
		fmt.Fprintln(p.out, answer["access_token"])
		return exitDone
	},
}

func samplePeople() string {
	var b strings.Builder
	for _, one := range devlogin.People() {
		fmt.Fprintf(&b, "  %-20s %s\n", one.Subject, one.Words)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
