package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// runImport posts transaction Bundles (https://hl7.org/fhir/R4/http.html#transaction). Its
// floor is the CPU time encoding/json takes to decode the same bytes into a map.
func runImport(ctx context.Context, args []string, io streams) error {
	repeat, generate, seed := 1, 0, uint64(1)
	o, paths, err := parseOptions("import", args, io, func(flags *flag.FlagSet, o *options) {
		o.clients, o.duration, o.warmUp = 4, 10*time.Minute, 0
		flags.IntVar(&repeat, "repeat", repeat, "how often to post them all")
		flags.IntVar(&generate, "generate", generate, "make up this many urgent care plans and post those")
		flags.Uint64Var(&seed, "seed", seed, "which plans to make up")
	})
	if err != nil {
		return err
	}
	source, err := bundlesFrom(paths, generate, seed)
	if err != nil {
		return err
	}
	o.requests = min(o.requests, int64(source.count*max(repeat, 1)))
	server, err := o.measure(ctx, "server", load{
		client: newClient(o), header: o.header(), clients: o.clients, duration: o.duration, requests: o.requests,
		next: func(n int64) request {
			return request{http.MethodPost, o.base, source.body(int(n % int64(source.count)))}
		},
		accept: acceptedEntries,
	}, o.serverPID)
	if err != nil {
		return err
	}
	report(io.out, fmt.Sprintf("import: %d Bundles, %d clients, %s", source.count, o.clients, o.base), server)
	return reportImport(o, server, source.some(), io)
}

// reportImport prints what counts for an import: resources, and the CPU time each took.
func reportImport(o options, server line, bodies [][]byte, io streams) error {
	resources := server.resources.Load()
	fmt.Fprintf(io.out, "%d resources, %.0f a second\n", resources, server.rate(resources))
	if server.cpu > 0 {
		fmt.Fprintf(io.out, "server CPU: %.2f s, %s a resource\n", server.cpu, server.cpuEach(resources))
	}
	if !o.withFloor {
		return nil
	}
	floor, entries, err := decodeCPU(bodies)
	if err != nil {
		return err
	}
	each := floor / float64(max(entries, 1))
	fmt.Fprintf(io.out, "floor CPU (encoding/json into a map): %s a resource\n", short(time.Duration(each*float64(time.Second))))
	switch {
	case o.serverPID == 0:
		fmt.Fprintln(io.out, "no ratio: give the server's process with --server-pid")
	case server.cpu == 0:
		fmt.Fprintln(io.out, "no ratio: over in less than the hundredth of a second CPU time is counted in")
	case resources > 0:
		ratio(io.out, "CPU a resource, lower is better", server.cpu/float64(resources), each)
	}
	return nil
}

// acceptedEntries counts the entries of a transaction-response with a 2xx status.
func acceptedEntries(body []byte) int64 {
	var response struct {
		Entry []struct{ Response struct{ Status string } }
	}
	if json.Unmarshal(body, &response) != nil {
		return 0
	}
	var n int64
	for _, entry := range response.Entry {
		if strings.HasPrefix(entry.Response.Status, "2") {
			n++
		}
	}
	return n
}

// leastDecoding is how much CPU time the floor is measured over, that /proc's hundredths of a
// second do not matter.
const leastDecoding = 1.0

// decodeCPU decodes the bodies into maps until enough CPU time has passed, and gives the CPU time one
// round took, garbage collection included, and the entries in a round.
func decodeCPU(bodies [][]byte) (seconds float64, entries int, err error) {
	for _, body := range bodies {
		var bundle struct{ Entry []json.RawMessage }
		if err := json.Unmarshal(body, &bundle); err != nil {
			return 0, 0, err
		}
		entries += len(bundle.Entry)
	}
	rounds := 0
	for seconds < leastDecoding {
		spent, err := cpuDuring(os.Getpid(), func() {
			for _, body := range bodies {
				var into map[string]any
				_ = json.Unmarshal(body, &into) // it was read above
			}
		})
		if err != nil {
			return 0, 0, err
		}
		seconds += spent
		rounds++
	}
	return seconds / float64(rounds), entries, nil
}
