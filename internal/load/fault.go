package load

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Fault is one reason why something was not loaded.
type Fault struct {
	File   string
	Line   int    // of an NDJSON file, or of one in XML that cannot be read, from 1; 0 for the file as a whole
	Place  string // where in the resource, as FHIRPath; "" when that is not known
	Status int    // what the server answered; 0 when it never got that far
	Reason string
}

// String is the fault on one line: "a.ndjson:3: 422 at Patient.gender: …".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Status > 0 {
		fmt.Fprintf(&b, "%d ", f.Status)
	}
	if f.Place != "" {
		fmt.Fprintf(&b, "at %s: ", f.Place)
	}
	b.WriteString(f.Reason)
	return b.String()
}

// outcome is as much of an OperationOutcome as is reported.
type outcome struct {
	Issue []struct {
		Severity    string
		Code        string
		Diagnostics string
		Details     struct{ Text string }
		Expression  []string
		Location    []string
	}
}

// faultsOf reads a reply: none when all was stored. failed is how many entries of a batch were not.
func faultsOf(at Fault, reply Reply) (faults []Fault, failed int) {
	if reply.Status >= http.StatusBadRequest {
		at.Status = reply.Status
		return outcomeFaults(at, reply.Body), 0
	}
	return entryFaults(at, reply.Body)
}

// outcomeFaults makes a fault of every error of an OperationOutcome, and one of anything else.
func outcomeFaults(at Fault, body []byte) []Fault {
	var o outcome
	_ = json.Unmarshal(body, &o) // not an OperationOutcome: no issues
	var faults []Fault
	for _, issue := range o.Issue {
		if issue.Severity != "error" && issue.Severity != "fatal" {
			continue
		}
		f := at
		if places := append(issue.Expression, issue.Location...); len(places) > 0 {
			f.Place = join(at.Place, places[0])
		}
		f.Reason = issue.Code
		if words := issue.Diagnostics + issue.Details.Text; words != "" {
			f.Reason += ": " + words
		}
		faults = append(faults, f)
	}
	if len(faults) == 0 {
		at.Reason = http.StatusText(at.Status)
		faults = []Fault{at}
	}
	return faults
}

func join(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + " " + inner
}

// entryFaults finds the entries of a batch-response that failed.
func entryFaults(at Fault, body []byte) (faults []Fault, failed int) {
	var bundle struct {
		ResourceType string
		Type         string
		Entry        []struct {
			Response struct {
				Status  string
				Outcome json.RawMessage
			}
		}
	}
	if json.Unmarshal(body, &bundle) != nil || bundle.ResourceType != "Bundle" || bundle.Type != "batch-response" {
		return nil, 0
	}
	for i, entry := range bundle.Entry {
		code, _, _ := strings.Cut(entry.Response.Status, " ")
		status, err := strconv.Atoi(code)
		if err != nil || status < http.StatusBadRequest {
			continue
		}
		failed++
		f := at
		f.Status, f.Place = status, fmt.Sprintf("Bundle.entry[%d]", i)
		faults = append(faults, outcomeFaults(f, entry.Response.Outcome)...)
	}
	return faults, failed
}
