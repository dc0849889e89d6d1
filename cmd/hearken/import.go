package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/load"
	"hearken/internal/smart"
)

var importCommand = command{
	name:      "import",
	arguments: "[--base URL | --data FOLDER] [FLAG…] PATH…",
	summary:   "send files of resources to a server, or straight into a store",
	about: `PATH is a .json or .xml file (a resource or a Bundle), an .ndjson file (one a line) or a folder of such files.
Transactions and batches are sent as they are, a collection or searchset as one transaction of what it holds; a
single resource is put under its id, or created when it has none. What is tagged SUBSETTED is a part of a
resource, read with _summary or _elements: this server refuses it (409), so that no plan is replaced by a part.

With --data the store is opened by this command, which no server may have open then, and the settings below apply.

A server that people log in to is sent the access token in HEARKEN_TOKEN, or that in the file --token-file; the command
line has none, because others can read it there. HEARKEN_TOKEN=$(hearken token gp) gets one at a server with --dev-login.

Every fault is told with the file and the place in it. The exit code is 1 if there was any.`,
	settings: true,
	flags: func(flags *pflag.FlagSet) {
		flags.String("base", "http://127.0.0.1:8080/fhir", "service base `URL` of the server to send to; any FHIR R4 server will do")
		flags.String("token-file", "", "`FILE` with the access token to send; also HEARKEN_TOKEN, the token itself")
		flags.Int("clients", 4, "how `many` requests to make at the same time")
	},
	run: runImport,
}

func runImport(ctx context.Context, p *process, flags *pflag.FlagSet) int {
	direct := flags.Changed("data") || flags.Changed("temporary")
	if direct && flags.Changed("base") {
		return usageFault(p, "either --base or --data, not both")
	}
	if flags.NArg() == 0 {
		return usageFault(p, "no files are named; see hearken import --help")
	}
	c, err := config.Load(flags, p.environment, os.ReadFile)
	if err != nil {
		return usageFault(p, "%v", err)
	}
	sources, err := load.Find(flags.Args())
	if err != nil {
		return usageFault(p, "%v", err)
	}
	target, closeTarget, err := importTarget(ctx, p, flags, c, direct)
	if err != nil {
		return fault(p, err)
	}
	clients, _ := flags.GetInt("clients")
	faults, err := send(ctx, p, target, sources, clients)
	if err := errors.Join(err, closeTarget()); err != nil {
		return fault(p, err)
	}
	if faults {
		return exitFaults
	}
	return exitDone
}

// importTarget is where an import goes, and how to close it.
func importTarget(ctx context.Context, p *process, flags *pflag.FlagSet, c config.Config, direct bool) (load.Target, func() error, error) {
	base, _ := flags.GetString("base")
	if !direct {
		token, err := accessToken(p, flags)
		return &load.HTTP{Base: base, Client: &http.Client{}, Token: token}, func() error { return nil }, err
	}
	i, err := app.OpenInteractions(ctx, c, app.Base(c), deps(p, c))
	if err != nil {
		return nil, nil, err
	}
	return &load.Direct{Interactions: i, Base: app.Base(c)}, i.Close, nil
}

// accessToken is what to log in with: that in the file, else that in the environment; "" for none. Its errors
// do not tell it.
func accessToken(p *process, flags *pflag.FlagSet) (string, error) {
	token, _ := p.environment("HEARKEN_TOKEN")
	if name, _ := flags.GetString("token-file"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("token-file: %w", err)
		}
		token = string(text)
	}
	if token = strings.TrimSpace(token); token == "" && !flags.Changed("token-file") {
		return "", nil
	}
	if _, err := smart.ReadAuthorization([]string{"Bearer " + token}); err != nil {
		return "", errors.New("what is to be the access token is none")
	}
	return token, nil
}

// send loads the sources, showing progress and then what came of it.
func send(ctx context.Context, p *process, target load.Target, sources []load.Source, clients int) (faults bool, err error) {
	bar := newProgress(p.err)
	l := load.Loader{Target: target, Clients: clients, Watch: bar.watch, Wait: time.After}
	done, err := l.Load(ctx, sources)
	bar.end(done)
	for _, f := range done.Faults {
		fmt.Fprintln(p.out, f)
	}
	took := time.Since(bar.began)
	fmt.Fprintf(p.out, "%d files: %d resources in %d requests, %d faults, %s (%s)\n",
		len(sources), done.Resources, done.Requests, len(done.Faults), took.Round(time.Millisecond), bar.rate(done))
	return len(done.Faults) > 0, err
}
