package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"

	"hearken/cmd/fhirload/putfloor"
	"hearken/internal/fhirtest"
)

// patient is what create posts unless --body says otherwise: {n} is a number that no other
// request of the run has, {nhs} a valid NHS number of the range that is never issued.
const patient = `{"resourceType":"Patient",
"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{nhs}"},{"use":"official","system":"https://example.org/hospital-number","value":"H{n}"}],
"active":true,
"name":[{"use":"official","family":"Testing-{n}","given":["Ann","Mary"],"prefix":["Mrs"]},{"use":"nickname","given":["Annie"]}],
"telecom":[{"system":"phone","value":"01632 960001","use":"home"},{"system":"email","value":"ann{n}@example.org"}],
"gender":"female","birthDate":"1951-03-17",
"address":[{"use":"home","line":["1 Example Street","Little Sampleton"],"city":"Exampleham","district":"Testshire","postalCode":"ZZ99 3WZ","country":"GBR"}],
"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"W","display":"Widowed"}]},
"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0131","code":"C","display":"Emergency Contact"}]}],"name":{"family":"Testing","given":["John"]},"telecom":[{"system":"phone","value":"01632 960002","use":"mobile"}]}],
"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en-GB"}]},"preferred":true}]}`

// runCreate posts resources (https://hl7.org/fhir/R4/http.html#create). Its floor is Pebble
// putting the same bytes durably.
func runCreate(ctx context.Context, args []string, io streams) error {
	var body, resourceType, dir string
	o, _, err := parseOptions("create", args, io, func(flags *flag.FlagSet, o *options) {
		o.clients = 8
		flags.StringVar(&resourceType, "type", "Patient", "resource type to create")
		flags.StringVar(&body, "body", "", "file with the resource; {n} in it becomes a number, {nhs} an NHS number")
		flags.StringVar(&dir, "floor-dir", "", "folder for the floor's store; it should be on the server's disk")
	})
	if err != nil {
		return err
	}
	template := patient
	if body != "" {
		text, err := os.ReadFile(body)
		if err != nil {
			return err
		}
		template = string(text)
	} else if resourceType != "Patient" {
		return errors.New("create: --type needs --body")
	}
	bodyOf := func(n int64) []byte { return fill(template, n) }
	server, err := o.measure(ctx, "server", load{
		client: newClient(o), header: o.header(), clients: o.clients, duration: o.duration, requests: o.requests,
		next: func(n int64) request { return request{http.MethodPost, o.base + "/" + resourceType, bodyOf(n)} },
	}, o.serverPID)
	if err != nil {
		return err
	}
	return reportCreate(ctx, o, dir, server, bodyOf, io)
}

// reportCreate runs the floor, if wanted, and prints the table.
func reportCreate(ctx context.Context, o options, dir string, server line, bodyOf func(int64) []byte, io streams) error {
	title := fmt.Sprintf("create: %d clients, %s", o.clients, o.base)
	if !o.withFloor {
		report(io.out, title, server)
		return nil
	}
	floor := line{name: "floor", result: &result{}}
	err := inTempDir(dir, func(store string) (err error) {
		floor.elapsed, err = putfloor.Run(ctx, putfloor.Options{
			Dir: store, Clients: o.clients, Duration: o.duration, Puts: o.requests, Value: bodyOf,
			Observe: floor.latencies.observe,
		})
		return err
	})
	if err != nil {
		return err
	}
	floor.sent.Store(floor.succeeded() * int64(len(bodyOf(0))))
	report(io.out, title, server, floor)
	ratio(io.out, "durable puts/s of Pebble", server.rate(server.succeeded()), floor.rate(floor.succeeded()))
	return nil
}

func fill(template string, n int64) []byte {
	text := strings.ReplaceAll(template, "{n}", fmt.Sprint(n))
	if strings.Contains(text, "{nhs}") {
		text = strings.ReplaceAll(text, "{nhs}", nhsNumberOf(n))
	}
	return []byte(text)
}

// nhsNumberOf is the NHS number of the n-th patient made up.
func nhsNumberOf(n int64) string {
	return fhirtest.NHSNumber(int(mix(n) % uint64(fhirtest.NHSNumbers)))
}

func inTempDir(parent string, do func(dir string) error) error {
	dir, err := os.MkdirTemp(parent, "fhirload-floor-")
	if err != nil {
		return err
	}
	err = do(dir)
	return errorOr(err, os.RemoveAll(dir))
}
