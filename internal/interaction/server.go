package interaction

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/terminology"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/conformance"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// Server does FHIR interactions on one store. Its fields are what it depends on, set before the first Do and
// never changed after; it is safe for concurrent use.
type Server struct {
	Store       store.Store
	Definitions *definition.Set
	Registry    *search.Registry
	Parser      *search.Parser
	Extractor   *search.Extractor
	Conformance *conformance.InForce        // the definitions that resources are judged by; nil validates nothing and protects nothing
	Schema      func(fhir.ID) []byte        // the JSON Schema of one of our profiles by id, nil for none; nil has none at all
	Terminology func() *terminology.Library // of now; nil for none. A library never changes: ask again for each request
	NewID       func() fhir.ID              // 128 random bits; see RandomID
	Now         func() time.Time
	Limits      Limits
	Policy      Policy
	Login       *Login // who may do and see what; nil for a server without login
	// Security is CapabilityStatement.rest.security of now; nil for a server without login.
	Security func() smart.Security
	Software Software
	Audit    audit.Log // where every look and every write is recorded; nil records nothing
	// Left, if set, is told of those whom a staff list has taken access from, when that is committed and before
	// it is answered: whose tokens are to be checked anew.
	Left func(gone func(*smart.Principal) bool)
	// Report, if set, is told of errors that no Answer carries out: those inside a batch-response.
	Report func(context.Context, error)

	once         sync.Once
	rows         []row
	byShape      map[shape][]*row
	admission    chan struct{}
	capabilities capabilityCache
	facts        factReading
	telling      sync.Map        // *query.Parameter → bool: see tells
	identifiers  sync.Map        // *query.Parameter → bool: see isIdentifier
	plain        map[string]bool // see tellable
	reveals      turns           // at details of key safes
	dispatches   turns           // at sending crews
	impatient    bool            // only of tests: claims are taken from whoever is not there at once
}

// Limits bounds what one request may cost. Zero fields are set to DefaultLimits'.
type Limits struct {
	Element      element.Limits // of one body
	Entries      int            // of a batch or transaction
	Transactions int            // batches and transactions worked on at the same time; the rest wait
	Answers      int            // bytes of resources read by the entries of one of them
	HistoryCount int            // versions on a page of history when _count is not said
	MaxCount     int            // versions on a page of history at most
}

// DefaultLimits is what a server should start from.
func DefaultLimits() Limits {
	return Limits{Element: element.DefaultLimits(), Entries: 10_000, Transactions: 4, Answers: 256 << 20, HistoryCount: 50, MaxCount: 1000}
}

// Policy is what a server chooses where FHIR leaves the choice.
type Policy struct {
	// ReferentialIntegrity refuses a write with a local reference to what is not there (422) and the deletion
	// of what is referenced (409). See integrity.go.
	ReferentialIntegrity bool
	// SyntheticNHSNumbersOnly refuses NHS numbers that somebody may have been issued. See nhs_number.go.
	SyntheticNHSNumbersOnly bool
	// AdditionsWait has everybody whom a staff list adds, or lets do more, wait for a second person; else only
	// lists that change much do. See staff_list_part.go.
	AdditionsWait bool
}

// Software says what is running, for the CapabilityStatement.
type Software struct {
	Name    string
	Version string
	Date    time.Time // when this build was released or this server started: CapabilityStatement.date
}

// Do does one interaction. Its error is a *fhir.Error for whatever the client must know; Failure turns
// any error into an Answer. A path or type nobody serves is CodeNotFound; a method the place does not have is not an
// error but an Answer with status 405 and Allow, as OPTIONS is one with 204.
func (s *Server) Do(ctx context.Context, c Call) (Answer, error) {
	s.once.Do(s.setUp)
	r := s.locate(c)
	allowed := s.at(r)
	if len(allowed) == 0 {
		return Answer{}, unknownPath(s.Definitions, c.Path)
	}
	if c.Method == http.MethodOptions {
		return Answer{Status: http.StatusNoContent, Allow: methods(allowed)}, nil
	}
	r.row = rowFor(allowed, c.Method)
	if r.row == nil {
		return notAllowed(methods(allowed)), nil
	}
	r.Parameters, r.wire = withoutWire(c.Parameters)
	if s.Audit != nil && !r.unrecorded() {
		return s.recorded(ctx, r)
	}
	return s.permitted(ctx, r)
}

// permitted does an interaction that the caller may do. When what is known of the caller changes meanwhile,
// and before anything is shown or written, it is decided and done anew; of an entry of a batch, for this
// entry.
func (s *Server) permitted(ctx context.Context, r *request) (Answer, error) {
	answer, err := s.decided(ctx, r)
	for again := 0; errors.Is(err, errMoved) && again < maxAgain; again++ {
		answer, err = s.decided(context.WithValue(ctx, guardKey{}, (*guard)(nil)), r)
	}
	return answer, err
}

func (s *Server) decided(ctx context.Context, r *request) (Answer, error) {
	ctx, err := s.enter(ctx, r)
	if err != nil {
		return Answer{}, asFHIR(ctx, r.row.interaction, err)
	}
	answer, err := s.run(ctx, r)
	return answer, asFHIR(ctx, r.row.interaction, err)
}

func (s *Server) run(ctx context.Context, r *request) (answer Answer, err error) {
	if r.row.write != nil {
		answer, err := r.row.write(s, context.WithValue(ctx, writeKey{}, r), r)
		if held := (*heldFact)(nil); errors.As(err, &held) && r.typ() != "" {
			return s.hold(ctx, r, held)
		}
		return r.waiting(answer), err
	}
	reading, err := r.row.read(s, ctx, r)
	if err != nil {
		return Answer{}, err
	}
	err = s.view(ctx, func(rd store.Reader) error {
		answer, err = reading(ctx, rd)
		return err
	})
	return answer, err
}

func (s *Server) setUp() {
	s.rows = table()
	s.facts = newFactReading(s.Definitions)
	s.reveals.counts, s.reveals.may = wasRevealed, (*access.Caller).MayRevealAgain
	s.dispatches.counts, s.dispatches.may = wasDispatched, (*access.Caller).MayDispatchAgain
	s.byShape = map[shape][]*row{}
	for i := range s.rows {
		s.byShape[s.rows[i].shape] = append(s.byShape[s.rows[i].shape], &s.rows[i])
	}
	d := DefaultLimits()
	l := &s.Limits
	for _, pair := range [][2]*int{{&l.Entries, &d.Entries}, {&l.Transactions, &d.Transactions}, {&l.Answers, &d.Answers},
		{&l.HistoryCount, &d.HistoryCount}, {&l.MaxCount, &d.MaxCount}} {
		if *pair[0] <= 0 {
			*pair[0] = *pair[1]
		}
	}
	s.admission = make(chan struct{}, l.Transactions)
	if s.Audit != nil {
		s.plain = plainParameters(s.Definitions, s.Registry)
	}
}

// asFHIR makes a *fhir.Error of any error of an interaction.
func asFHIR(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	var already *fhir.Error
	if !errors.As(err, &already) && ctx.Err() != nil {
		out := fhir.Errorf(fhir.CodeTimeout, "the interaction took longer than this server allows").Detailed("timeout")
		out.Op, out.Err = op, err
		return out
	}
	return store.AsFHIR(op, err)
}

// request is a Call with its path read.
type request struct {
	guard *guard // of its caller; nil on a server without login
	Call
	place
	row      *row
	extended *operation    // of a place that names one
	wire     []search.Pair // the parameters about the format of the answer: nothing to an interaction but part of its links
	made     int           // bytes of an answer that is there before the store is asked
	act      *act          // nil when nothing is recorded
	asked    []fhir.ID     // patients that a search names
	waits    []waiting     // what it wrote that does not count until a second person confirms it
}

// locate reads the path of a Call.
func (s *Server) locate(c Call) *request {
	r := &request{Call: c, place: locate(s.Definitions, c.Path)}
	r.extended = operationAt(&r.place)
	return r
}

// withoutWire takes the parameters that are about the format of the answer, which the wire has dealt with,
// from the others (https://hl7.org/fhir/R4/http.html#parameters).
func withoutWire(parameters []search.Pair) (rest, wire []search.Pair) {
	if !slices.ContainsFunc(parameters, isWire) {
		return parameters, nil
	}
	for _, p := range parameters {
		if isWire(p) {
			wire = append(wire, p)
		} else {
			rest = append(rest, p)
		}
	}
	return rest, wire
}

func isWire(p search.Pair) bool { return p.Name == "_format" || p.Name == "_pretty" }

func unknownPath(set *definition.Set, path []string) error {
	if len(path) > 0 && strings.HasPrefix(path[len(path)-1], "$") {
		return fhir.Errorf(fhir.CodeNotFound, "no operation of that name is served here").Detailed("unknown-operation")
	}
	if len(path) > 0 && !served(set, path[0]) && len(path[0]) > 0 && path[0][0] >= 'A' && path[0][0] <= 'Z' {
		return fhir.Errorf(fhir.CodeNotFound, "no resource type of that name is served here").Detailed("unknown-type")
	}
	return fhir.Errorf(fhir.CodeNotFound, "not a FHIR end-point").Detailed("unknown-endpoint")
}

func notAllowed(allow []string) Answer {
	refusal := Failure(fhir.Errorf(fhir.CodeNotSupported, "the method is not supported here").Detailed("method-not-allowed"))
	refusal.Status, refusal.Allow = http.StatusMethodNotAllowed, allow
	return refusal
}
