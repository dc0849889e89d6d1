package interaction

import (
	"context"
	"net/http"
	"runtime"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/store"
)

// transaction is one transaction Bundle at work (https://hl7.org/fhir/R4/http.html#transaction): all or nothing.
//
// Reading, validating, rewriting references and extracting what is searchable take nearly all the time and
// must not happen under a store's lock; but what an entry's identity is, which references are rewritten to,
// is only sure inside the Update, when conditions have been searched for in the very state that is written
// on. So the work is done beforehand under assumptions, and the Update does no more than check them: where an
// entry or a conditional reference turns out to mean another resource than assumed, it learns which, nothing
// is stored, the entries concerned are made ready again and the Update is repeated. In the end what is stored
// was decided on the state it was stored in.
type transaction struct {
	server     *Server
	call       *Call
	entries    []*entry
	names      map[string]*entry                // by fullUrl: the entries references may mean
	conditions map[string]*conditionalReference // by their text
	answers    []answered
	learned    bool // some assumption is another than the resources were made ready under
}

// transaction does a transaction Bundle. On failure there is one error with the issues of all entries at fault,
// located by Bundle.entry[i].
func (s *Server) transaction(ctx context.Context, r *request, root element.Node) (Answer, error) {
	if !s.Store.Capabilities().Transactions {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "this server's store has no transactions; use a batch").At("Bundle.type")
	}
	t := &transaction{server: s, call: &r.Call, names: map[string]*entry{}, conditions: map[string]*conditionalReference{}}
	if err := s.checkEntryCount(countEntries(root)); err != nil {
		return Answer{}, err
	}
	if err := t.read(ctx, root); err != nil {
		by, unknown := s.definitions(ctx)
		if unknown != nil {
			return Answer{}, unknown
		}
		_, broken := s.check(by, root)
		return Answer{}, together(err, broken)
	}
	if len(t.entries) == 0 {
		return Answer{Status: http.StatusOK, Body: responseBundle("transaction-response", t.call, nil)}, nil
	}
	if err := t.permit(guardOf(ctx)); err != nil {
		return Answer{}, err
	}
	if err := t.makeReady(ctx, root); err != nil {
		return Answer{}, err
	}
	if r.act != nil {
		r.act.parts = t.requests()
	}
	err := s.commitPrepared(ctx, t.remakeDrafts, func(tx store.Tx, again int) error {
		err := t.apply(ctx, tx, again)
		if r.act == nil || err != nil {
			return err
		}
		shown := t.shown()
		if err := s.attributeIn(unguarded(tx), shown); err != nil {
			return err
		}
		r.act.noteShown(s, shown)
		return nil
	})
	if err != nil {
		return Answer{}, err
	}
	t.tellWaiting(r.waits)
	return Answer{Status: http.StatusOK, Body: responseBundle("transaction-response", t.call, t.answers)}, nil
}

// maxStoredOperations is how many operations on stored resources a transaction may ask for: their work is done in the
// Update, when nobody else can write. A batch may ask for any number.
const maxStoredOperations = 16

// read reads every entry's request. The answers of operations that need nothing from the store are made here, and may
// not be larger together than what is read in the Update may be.
func (t *transaction) read(ctx context.Context, root element.Node) error {
	var faults fhir.Outcome
	made, operations := 0, 0
	for node := range root.Children() {
		if node.Name() != "entry" {
			continue
		}
		position := len(t.entries)
		e, err := t.server.readEntry(ctx, t.call, node, position)
		faults = append(faults, faultsOf(err)...)
		if err == nil && e.writesResource() && e.fullURL != "" {
			if t.names[e.fullURL] != nil {
				faults = append(faults, faultsOf(fhir.Errorf(fhir.CodeInvalid, "two entries have one fullUrl").
					At(entryLocation(position)+".fullUrl").Detailed("fullurl-twice"))...)
			}
			t.names[e.fullURL] = e
		}
		if r := e.request; r != nil {
			if made += r.made; r.extended != nil && r.shape == atInstanceOperation {
				operations++
			}
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case made > t.server.Limits.Answers:
			return atEntry(errAnswersTooLarge, position, "")
		case operations > maxStoredOperations:
			return atEntry(fhir.Errorf(fhir.CodeTooCostly, "a transaction has at most %d operations on stored resources; use a batch", maxStoredOperations).
				Detailed("too-many-operations"), position, "")
		}
		t.entries = append(t.entries, e)
	}
	return refusal(fhir.CodeInvalid, faults)
}

func countEntries(root element.Node) (n int) {
	for node := range root.Children() {
		if node.Name() == "entry" {
			n++
		}
	}
	return n
}

// permit refuses the Bundle when the scopes do not cover the request of some entry.
func (t *transaction) permit(g *guard) error {
	var faults fhir.Outcome
	for _, e := range t.entries {
		faults = append(faults, faultsOf(atEntry(g.permit(e.request), e.position, ""))...)
	}
	return refusal(fhir.CodeForbidden, faults)
}

// makeReady does everything that needs no lock: the whole Bundle is validated while references are found and the
// resources made ready under the first assumptions. What cannot be understood is told before what breaks a rule.
func (t *transaction) makeReady(ctx context.Context, root element.Node) error {
	definitions, err := t.definitions(ctx)
	if err != nil {
		return err
	}
	var remarks fhir.Outcome
	var broken, unclear error
	parallel(2, 2, func(i int) {
		if i == 0 {
			remarks, broken = t.check(definitions, root)
		} else {
			unclear = t.prepare(ctx)
		}
	})
	if unclear != nil {
		return together(unclear, broken)
	}
	for _, remark := range remarks {
		if len(remark.Expression) == 0 {
			continue
		}
		if i, ok := entryPosition(remark.Expression[0]); ok && i < len(t.entries) {
			t.entries[i].remarks = append(t.entries[i].remarks, remark)
		}
	}
	return broken
}

func (t *transaction) prepare(ctx context.Context) error {
	dangling := make([]fhir.Outcome, len(t.entries))
	parallel(len(t.entries), runtime.GOMAXPROCS(0), func(i int) {
		if e := t.entries[i]; e.writesResource() {
			dangling[i] = t.findLinks(e)
		}
	})
	if err := together(refusal(fhir.CodeInvalid, slices.Concat(dangling...)), t.findConditions()); err != nil {
		return err
	}
	if err := t.server.view(ctx, t.assume); err != nil {
		return err
	}
	return t.makeDrafts()
}

// assume looks up, outside the Update, what conditions mean. What goes wrong here is found again, and told, in the
// Update.
func (t *transaction) assume(r store.Reader) error {
	for _, e := range t.entries {
		e.assumed = e.settling.proposed
		if e.condition != nil && e.writesResource() {
			if found, err := e.condition.find(r); err == nil && found.Version != 0 {
				e.assumed = found.Key
			}
		}
	}
	for _, c := range t.conditions {
		if found, err := c.criteria.find(r); err == nil && found.Version != 0 {
			c.assumed = found.Key
		}
	}
	return nil
}
