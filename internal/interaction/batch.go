package interaction

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"

	"hearken/fhir"
)

// envelope is a Bundle with its resources as they came. The strict reading of each is its own interaction's business.
type envelope struct {
	Type  string
	Entry []envelopeEntry
}

type envelopeEntry struct {
	Resource json.RawMessage
	Request  entryRequest
}

func readEnvelope(body []byte) (envelope, error) {
	var e envelope
	err := json.Unmarshal(body, &e)
	return e, err
}

// batchWorkers is how many entries of one batch run at once: enough that their commits share an fsync.
var batchWorkers = 4 * runtime.GOMAXPROCS(0)

// batch does each entry on its own, as if it had come alone; one that fails changes nothing for the
// others. Their order does not matter by definition; to be of no surprise they go as in a
// transaction: deletions, creations, updates, reads.
func (s *Server) batch(ctx context.Context, r *request) (Answer, error) {
	bundle, err := readEnvelope(r.Body)
	if err != nil {
		return Answer{}, fhir.Errorf(fhir.CodeInvalid, "the Bundle cannot be read")
	}
	if err := s.checkEntryCount(len(bundle.Entry)); err != nil {
		return Answer{}, err
	}
	answers := make([]answered, len(bundle.Entry))
	for _, order := range phases {
		parallel(len(bundle.Entry), batchWorkers, func(i int) {
			if phaseOf(bundle.Entry[i].Request.Method) == order {
				answers[i] = s.batchEntry(ctx, &r.Call, &bundle.Entry[i])
			}
		})
	}
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	return Answer{Status: http.StatusOK, Body: responseBundle("batch-response", &r.Call, answers)}, nil
}

func (s *Server) batchEntry(ctx context.Context, outer *Call, e *envelopeEntry) answered {
	c, err := e.Request.call(outer)
	if err == nil && len(c.Path) == 1 && c.Path[0] == "" && c.Method == http.MethodPost {
		err = fhir.Errorf(fhir.CodeInvalid, "a batch inside a batch cannot be processed").Detailed("nested-batch")
	}
	if err != nil {
		return answeredEntry(Failure(err), &c)
	}
	c.Body, c.MediaType = e.Resource, "application/fhir+json"
	if c.Prefer.Return == "" {
		c.Prefer.Return = returnMinimal
	}
	answer, err := s.Do(ctx, c)
	if err != nil {
		if s.Report != nil && Status(err) >= http.StatusInternalServerError {
			s.Report(ctx, err)
		}
		answer = Failure(err)
	}
	return answeredEntry(answer, &c)
}

func (s *Server) checkEntryCount(n int) error {
	if n > s.Limits.Entries {
		return fhir.Errorf(fhir.CodeTooLong, "a Bundle may have %d entries at most", s.Limits.Entries).At("Bundle.entry").Detailed("too-many-entries")
	}
	return nil
}
