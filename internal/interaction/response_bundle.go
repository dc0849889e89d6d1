package interaction

import (
	"net/http"
	"strings"
)

// answered is what one entry of a batch or transaction came to. outcome is what is to be said about it besides.
type answered struct {
	Answer
	outcome []byte // OperationOutcome; nil for none
}

// answeredEntry makes of the answer to an entry's own Call what a Bundle says of it: a body that is an
// OperationOutcome about the interaction, and not what was asked for, is the response's outcome.
func answeredEntry(a Answer, c *Call) answered {
	reads := c.Method == http.MethodGet || c.Method == http.MethodHead
	switch {
	case a.Status >= http.StatusBadRequest, !reads && c.Prefer.Return == returnOutcome:
		body := a.Body
		a.Body = nil
		return answered{Answer: a, outcome: body}
	case c.Method == http.MethodHead:
		a.Body = nil
	case len(a.Remarks) > 0:
		return answered{Answer: a, outcome: Outcome(a.Remarks)}
	}
	return answered{Answer: a}
}

// responseBundle is the answers to the entries of a batch or transaction, in the order of the request
// (https://hl7.org/fhir/R4/http.html#transaction-response). Locations are relative to the base.
func responseBundle(kind string, c *Call, answers []answered) []byte {
	size := 0
	for i := range answers {
		size += len(answers[i].Body) + len(answers[i].outcome) + 240
	}
	b := newBundle(kind, c.Base, size)
	for i := range answers {
		a := &answers[i]
		b.entry()
		if len(a.Body) > 0 {
			if a.Location != "" {
				b.text("fullUrl", withoutVersion(a.Location))
			}
			b.raw("resource", a.Body)
		}
		b.response(response{status: a.Status, version: a.Version, lastModified: a.LastModified, outcome: a.outcome,
			location: strings.TrimPrefix(a.Location, c.Base+"/")})
		b.end()
	}
	return b.bytes()
}

func withoutVersion(url string) string {
	before, _, _ := strings.Cut(url, "/_history/")
	return before
}
