package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const nhsNumberSystem = "https://fhir.nhs.uk/Id/nhs-number"

// runRead reads resources of one type by id (https://hl7.org/fhir/R4/http.html#read).
func runRead(ctx context.Context, args []string, io streams) error {
	var resourceType string
	o, _, err := parseOptions("read", args, io, func(flags *flag.FlagSet, o *options) {
		flags.StringVar(&resourceType, "type", "Patient", "resource type to read")
		flags.IntVar(&o.sample, "sample", o.sample, "different resources to read")
	})
	if err != nil {
		return err
	}
	client := newClient(o)
	found, err := sampleServer(ctx, client, o, resourceType, nhsNumberSystem)
	if err != nil {
		return err
	}
	return getLoad(ctx, o, client, "read", limit(found.ids, o.sample), io)
}

// runSearch searches by identifiers the server's patients have
// (https://hl7.org/fhir/R4/http.html#search).
func runSearch(ctx context.Context, args []string, io streams) error {
	var resourceType, system, query string
	var made int64
	o, _, err := parseOptions("search", args, io, func(flags *flag.FlagSet, o *options) {
		flags.StringVar(&resourceType, "type", "Patient", "resource type whose ids and identifiers are used")
		flags.StringVar(&system, "system", nhsNumberSystem, "identifier system to prefer")
		flags.StringVar(&query, "query", "Patient?identifier={identifier}", "search to send; {identifier} is system|value, {id} is type/id")
		flags.IntVar(&o.sample, "sample", o.sample, "different resources to search for")
		flags.Int64Var(&made, "made", 0, "do not ask the server what it holds: search for the NHS numbers of the first so `many` patients that create posts, spread over all")
	})
	if err != nil {
		return err
	}
	client := newClient(o)
	var found sampled
	if made > 0 {
		found = madePatients(made, o.sample)
	} else if found, err = sampleServer(ctx, client, o, resourceType, system); err != nil {
		return err
	}
	uris, err := found.queries(query)
	if err != nil {
		return err
	}
	return getLoad(ctx, o, client, "search", limit(uris, o.sample), io)
}

// queries fills a template in with each identifier or id.
func (s sampled) queries(template string) ([]string, error) {
	place, values := "{identifier}", s.identifiers
	if strings.Contains(template, "{id}") {
		place, values = "{id}", s.ids
	}
	if len(values) == 0 {
		return nil, errors.New("the sampled resources have no identifier with system and value")
	}
	uris := make([]string, len(values))
	for i, value := range values {
		uris[i] = strings.ReplaceAll(template, place, url.QueryEscape(value))
	}
	slices.Sort(uris)
	return slices.Compact(uris), nil
}

// madePatients are the identifiers of a sample of the first so many patients that create posts.
func madePatients(made int64, sample int) (found sampled) {
	for i := range min(int64(sample), made) {
		found.identifiers = append(found.identifiers, nhsNumberSystem+"|"+nhsNumberOf(int64(mix(i)%uint64(made))))
	}
	return found
}

func limit(list []string, n int) []string { return list[:min(n, len(list))] }

// getLoad sends GETs to the server, and with --with-floor the same to a floor server that
// writes what the server wrote.
func getLoad(ctx context.Context, o options, client *http.Client, name string, uris []string, io streams) error {
	server, err := o.measure(ctx, "server", o.getRequests(client, o.base, uris), o.serverPID)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s: %d clients, %d different, %s", name, o.clients, len(uris), o.base)
	if !o.withFloor {
		report(io.out, title, server)
		return nil
	}
	canned, err := canAnswers(ctx, client, o, uris)
	if err != nil {
		return err
	}
	base, pid, stop, err := startFloor(ctx, canned)
	if err != nil {
		return err
	}
	floor, err := o.measure(ctx, "floor", o.getRequests(client, base, uris), pid)
	if err := errorOr(err, stop()); err != nil {
		return err
	}
	report(io.out, title, server, floor)
	ratio(io.out, "requests/s of a bare net/http handler", server.rate(server.succeeded()), floor.rate(floor.succeeded()))
	return nil
}

// getRequests is a load of GETs below a base, spread over the URIs.
func (o options) getRequests(client *http.Client, base string, uris []string) load {
	return load{
		client: client, header: o.header(), clients: o.clients, duration: o.duration, requests: o.requests,
		next: func(n int64) request {
			return request{method: http.MethodGet, url: base + "/" + uris[mix(n)%uint64(len(uris))]}
		},
	}
}

// measure warms up, runs the load and notes the CPU time of the process that served it.
func (o options) measure(ctx context.Context, name string, l load, pid int) (line, error) {
	if o.warmUp > 0 {
		warm := l
		warm.duration = o.warmUp
		warm.run(ctx)
	}
	measured := line{name: name}
	var err error
	measured.cpu, err = cpuDuring(pid, func() { measured.result = l.run(ctx) })
	return measured, err
}
