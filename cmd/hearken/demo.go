package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/careplan"
	"hearken/internal/config"
	"hearken/internal/load"
	"hearken/testdata/plans"
)

var demoCommand = command{
	name:      "demo",
	arguments: "[FLAG…]",
	summary:   "serve the sample plans from a temporary store",
	about: `Everybody in the plans is invented. The store is removed when the command ends: interrupt it to do so. When port
8080 is taken and --listen is not said, a free port is used.`,
	settings: true,
	run: func(ctx context.Context, p *process, flags *pflag.FlagSet) int {
		c, err := settings(p, flags)
		if err != nil {
			return usageFault(p, "%v", err)
		}
		c.Temporary = true
		var people []person
		d := deps(p, c)
		d.Prepare = func(ctx context.Context, i *app.Interactions, base string) (err error) {
			people, err = loadPlans(ctx, &load.Direct{Interactions: i, Base: base})
			return err
		}
		a, err := openDemo(ctx, c, d, flags.Changed("listen"))
		if ctx.Err() != nil && a == nil {
			return exitDone // interrupted already
		}
		if err != nil {
			return fault(p, err)
		}
		someone := welcome(p, people)
		if c.DevLogin {
			fmt.Fprintf(p.out, loginWords, a.URL(), someone)
		} else {
			fmt.Fprintf(p.out, openWords, a.URL(), someone)
		}
		return finish(p, errors.Join(a.Run(ctx), a.Close()))
	},
}

// openDemo opens a server, on another port when the usual one is taken and none was asked for.
func openDemo(ctx context.Context, c config.Config, d app.Deps, asked bool) (*app.App, error) {
	a, err := app.Open(ctx, c, d)
	if !asked && errors.Is(err, syscall.EADDRINUSE) {
		c.Listen = "127.0.0.1:0"
		return app.Open(ctx, c, d)
	}
	return a, err
}

// loadPlans stores the sample plans and gives the people they are about.
func loadPlans(ctx context.Context, target load.Target) ([]person, error) {
	names, err := fs.Glob(plans.Files, "*.json")
	if err != nil {
		return nil, err
	}
	var people []person
	for _, name := range names {
		text, err := plans.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		reply, err := target.Send(ctx, "POST", "", text)
		if err != nil {
			return nil, err
		}
		if reply.Status != 200 {
			return nil, fmt.Errorf("%s was refused with %d: %s", name, reply.Status, reply.Body)
		}
		someone, err := personIn(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		someone.plan = strings.TrimSuffix(name, ".json")
		people = append(people, someone)
	}
	return people, nil
}

// welcome prints who can be looked up, and gives the identifier of one of them as a URL has it.
func welcome(p *process, people []person) string {
	fmt.Fprintf(p.out, "\n%d sample plans are loaded. Everybody in them is invented.\n\n", len(people))
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  NHS number\tname\tplan")
	someone := ""
	for _, one := range people {
		number := "none"
		if n, err := careplan.ParseNHSNumber(one.nhsNumber); err == nil {
			number = n.Format()
			if someone == "" || one.plan == "metastatic-cancer-home" {
				someone = n.String()
			}
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", number, one.name, one.plan)
	}
	_ = table.Flush() // to the standard output: there is nobody to tell
	return url.QueryEscape(careplan.NHSNumberSystem + "|" + someone)
}

// openWords are what to do next without a login, and loginWords with one: of the service base and an identifier.
const (
	openWords = `
Open these:
  %[1]s/Patient?identifier=%[2]s&_pretty=true
  %[1]s/CarePlan?patient.identifier=%[2]s&_include=CarePlan:subject&_pretty=true
  %[1]s/Flag?patient.identifier=%[2]s&_pretty=true
` + stopWords
	loginWords = `
Log in as the paramedic, and look; then as the newcomer, who may not:
  TOKEN=$(hearken token --base %[1]s paramedic)
  curl -s -H "Authorization: Bearer $TOKEN" '%[1]s/CarePlan?patient.identifier=%[2]s&_include=CarePlan:subject&_pretty=true'
` + stopWords
	stopWords = `
Interrupt (Ctrl-C) to stop; the store is removed then.

`
)
