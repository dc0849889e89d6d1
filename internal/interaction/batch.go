package interaction

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"runtime"
	"sync/atomic"

	"hearken/fhir"
	"hearken/fhir/element"
)

// envelope is a Bundle with its resources as they came. The strict reading of each is its own interaction's business.
type envelope struct {
	Type  string
	Entry []envelopeEntry
}

type envelopeEntry struct {
	FullURL  string
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

// batch does each entry on its own, as if it had come alone; one that fails changes nothing for the others.
// Their order does not matter by definition; to be of no surprise they go as in a transaction: deletions,
// creations, updates, reads. body is the Bundle in JSON; faulty has the faults of the entries whose resources
// could not be put into it.
func (s *Server) batch(ctx context.Context, r *request, body []byte, faulty map[int]fhir.Outcome) (Answer, error) {
	bundle, err := readEnvelope(body)
	if err != nil {
		return Answer{}, fhir.Errorf(fhir.CodeInvalid, "the Bundle cannot be read")
	}
	if err := s.checkEntryCount(len(bundle.Entry)); err != nil {
		return Answer{}, err
	}
	names := bundle.urns()
	answers := make([]answered, len(bundle.Entry))
	var size atomic.Int64
	for _, order := range phases {
		parallel(len(bundle.Entry), batchWorkers, func(i int) {
			switch {
			case phaseOf(bundle.Entry[i].Request.Method) != order:
			case size.Load() > int64(s.Limits.Answers):
				answers[i] = answered{Answer: Answer{Status: StatusOf(fhir.CodeTooCostly)}, outcome: Outcome(issuesOf(errAnswersTooLarge))}
			case faulty[i] != nil:
				answers[i] = answeredEntry(Failure(unreadable(faulty[i])), &r.Call)
			default:
				answers[i] = s.batchEntry(ctx, &r.Call, &bundle.Entry[i], names)
				size.Add(int64(len(answers[i].Body)))
			}
		})
	}
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	if r.act != nil {
		r.act.kind = codeBatch
	}
	return Answer{Status: http.StatusOK, Body: responseBundle("batch-response", &r.Call, answers)}, nil
}

// errAnswersTooLarge keeps a small Bundle of large searches from filling the memory.
var errAnswersTooLarge = fhir.Errorf(fhir.CodeTooCostly, "what the entries before this one read is more than is answered at once").
	Detailed("answers-too-large")

func (s *Server) batchEntry(ctx context.Context, outer *Call, e *envelopeEntry, names map[string]bool) answered {
	c, err := e.Request.call(outer)
	if err == nil && e.refersTo(names) {
		err = fhir.Errorf(fhir.CodeInvalid, "entries of a batch cannot refer to each other; use a transaction").Detailed("batch-reference")
	}
	if err == nil && len(c.Path) == 1 && c.Path[0] == "" && c.Method == http.MethodPost {
		err = fhir.Errorf(fhir.CodeInvalid, "a batch inside a batch cannot be processed").Detailed("nested-batch")
	}
	if err != nil {
		return answeredEntry(Failure(err), &c)
	}
	c.Body, c.MediaType, c.Remade = e.Resource, element.JSON.MediaType(), outer.format() != element.JSON
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

// urns is the fullUrls of the batch that name nothing outside it.
func (e *envelope) urns() map[string]bool {
	names := map[string]bool{}
	for i := range e.Entry {
		if isURN(e.Entry[i].FullURL) {
			names[e.Entry[i].FullURL] = true
		}
	}
	return names
}

var urnReference = regexp.MustCompile(`"reference"\s*:\s*"(urn:[^"\\#]+)`)

// refersTo reports whether the resource refers to an entry of its own batch: "considered to be non-conformant"
// (https://hl7.org/fhir/R4/http.html#brules), and stored as it is it would point nowhere for ever.
func (e *envelopeEntry) refersTo(names map[string]bool) bool {
	if len(names) == 0 {
		return false
	}
	for _, found := range urnReference.FindAllSubmatch(e.Resource, -1) {
		if names[string(found[1])] {
			return true
		}
	}
	return false
}

func (s *Server) checkEntryCount(n int) error {
	if n > s.Limits.Entries {
		return fhir.Errorf(fhir.CodeTooLong, "a Bundle may have %d entries at most", s.Limits.Entries).At("Bundle.entry").Detailed("too-many-entries")
	}
	return nil
}
