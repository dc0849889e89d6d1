package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Bounds that keep a mistyped flag from running for ever or taking the machine down.
const (
	maxClients  = 4096
	maxDuration = time.Hour
	maxRequests = 100_000_000
)

// options are the flags all commands that load a server share.
type options struct {
	base        string
	clients     int
	duration    time.Duration
	requests    int64
	warmUp      time.Duration
	token       string
	allowRemote bool
	withFloor   bool
	serverPID   int
	sample      int
}

// parseOptions defines the shared flags, lets define add the command's own, and reads args. It
// gives what stands behind the flags.
func parseOptions(name string, args []string, io streams, define func(*flag.FlagSet, *options)) (options, []string, error) {
	o := options{clients: 32, duration: 10 * time.Second, requests: 1_000_000, warmUp: time.Second, sample: 500}
	flags := flag.NewFlagSet("fhirload "+name, flag.ContinueOnError)
	flags.SetOutput(io.err)
	if define != nil {
		define(flags, &o)
	}
	flags.StringVar(&o.base, "base", "http://127.0.0.1:8080/fhir", "base URL of the FHIR server")
	flags.IntVar(&o.clients, "clients", o.clients, "requests in flight at a time")
	flags.DurationVar(&o.duration, "duration", o.duration, "stop after this long")
	flags.Int64Var(&o.requests, "requests", o.requests, "stop after this many requests")
	flags.DurationVar(&o.warmUp, "warm-up", o.warmUp, "run this long before measuring")
	flags.StringVar(&o.token, "token", "", "bearer token to send")
	flags.BoolVar(&o.allowRemote, "allow-remote", false, "allow a server that is not on the loopback interface")
	flags.BoolVar(&o.withFloor, "with-floor", false, "measure the floor in the same run and print the ratio")
	flags.IntVar(&o.serverPID, "server-pid", 0, "process id of the server, to report the CPU time it took")
	if err := flags.Parse(args); err != nil {
		return o, nil, err
	}
	return o, flags.Args(), o.check()
}

func (o *options) check() error {
	o.base = strings.TrimSuffix(o.base, "/")
	base, err := url.Parse(o.base)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return fmt.Errorf("--base %q: want an http or https URL", o.base)
	}
	if !o.allowRemote && !isLoopbackHost(base.Hostname()) {
		return fmt.Errorf("--base %s is not on the loopback interface: loading somebody's server needs --allow-remote", o.base)
	}
	switch {
	case o.clients < 1 || o.clients > maxClients:
		return fmt.Errorf("--clients %d: want 1 to %d", o.clients, maxClients)
	case o.duration <= 0 || o.duration > maxDuration:
		return fmt.Errorf("--duration %s: want more than 0 and at most %s", o.duration, maxDuration)
	case o.requests < 1 || o.requests > maxRequests:
		return fmt.Errorf("--requests %d: want 1 to %d", o.requests, maxRequests)
	case o.warmUp < 0 || o.warmUp > maxDuration:
		return fmt.Errorf("--warm-up %s: want 0 to %s", o.warmUp, maxDuration)
	case o.sample < 1:
		return errors.New("--sample: want at least 1")
	}
	return nil
}

// isLoopbackHost reports whether a host of a URL is this machine. Names other than localhost are
// not looked up; what they resolve to is checked again when dialling.
func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
