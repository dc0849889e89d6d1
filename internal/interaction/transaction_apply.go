package interaction

import (
	"context"
	"errors"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// application is one run of a transaction's Update.
type application struct {
	*transaction
	ctx     context.Context // of the request: of the reads
	tx      store.Tx
	again   int
	written map[fhir.Key]int // what was stored, by which entry
	deleted []fhir.Key
	size    int  // bytes of what was read
	moved   bool // something is not what it was assumed to be
}

// apply is what a transaction does in the Update: every entry has its turn in the order of the phases, then conditional
// references are looked up in the state that has resulted, then come the reads, which see all writes.
func (t *transaction) apply(ctx context.Context, tx store.Tx, again int) error {
	a := &application{transaction: t, ctx: ctx, tx: tx, again: again, written: make(map[fhir.Key]int, len(t.entries))}
	t.answers = make([]answered, len(t.entries))
	t.forget()
	err := a.run()
	// An error under a wrong assumption need not be one under the right.
	if a.moved && (err == nil || !errors.Is(err, errAgain)) {
		err = errAgain
	}
	if errors.Is(err, errAgain) {
		a.learn()
	}
	return err
}

func (a *application) run() error {
	for _, e := range a.entries {
		if e.phase == updating || e.phase == creating && e.condition != nil {
			if err := expected(a.tx, e.assumed, e.draft.index); err != nil {
				return err
			}
		}
	}
	for _, now := range []phase{deleting, creating, updating} {
		if err := a.runPhase(now); err != nil {
			return err
		}
	}
	if err := settled(a.tx); err != nil {
		return err
	}
	if err := a.resolveConditions(); err != nil {
		return err
	}
	if a.moved {
		return errAgain
	}
	if err := a.checkIntegrity(); err != nil {
		return err
	}
	return a.runPhase(readingPhase)
}

func (a *application) runPhase(now phase) error {
	for _, e := range a.entries {
		if e.phase != now {
			continue
		}
		if err := a.step(e); err != nil {
			return atEntry(err, e.position, e.typ())
		}
	}
	return nil
}

func (a *application) step(e *entry) error {
	switch e.phase {
	case deleting:
		return a.remove(e)
	case creating:
		return a.create(e)
	case updating:
		return a.update(e)
	}
	if a.size > a.server.Limits.Answers {
		return errAnswersTooLarge
	}
	answer, err := e.reading(a.ctx, a.tx)
	if err != nil {
		return store.AsFHIR(e.request.row.interaction, err)
	}
	a.size += len(answer.Body)
	a.answers[e.position] = answeredEntry(answer, &e.request.Call)
	return nil
}

func (a *application) remove(e *entry) error {
	key := e.request.key
	if e.condition != nil {
		found, err := e.condition.find(a.tx)
		if err != nil {
			return err
		}
		if key = found.Key; found.Version == 0 {
			a.answers[e.position] = answeredEntry(deleted(&e.request.Call, store.Record{}), &e.request.Call)
			return nil
		}
	}
	if err := a.occupy(e, key); err != nil {
		return err
	}
	rec, err := a.server.putDeletion(a.tx, &e.request.Call, key)
	if err == nil && rec.Version != 0 {
		a.deleted = append(a.deleted, key)
	}
	a.answers[e.position] = answeredEntry(deleted(&e.request.Call, rec), &e.request.Call)
	return err
}

func (a *application) create(e *entry) error {
	key := e.settling.proposed
	if e.condition != nil {
		found, err := a.settle(e)
		if err != nil {
			return err
		}
		if found.Version != 0 {
			a.identify(e, found.Key)
			a.answer(e, found, http.StatusOK)
			return nil
		}
	}
	if err := a.occupy(e, key); err != nil {
		return err
	}
	rec, err := a.tx.Put(e.draft.prepared(key, store.Create))
	a.answer(e, rec, http.StatusCreated)
	return err
}

func (a *application) update(e *entry) (err error) {
	c, key := &e.request.Call, e.settling.proposed
	var found store.Record
	if e.condition != nil {
		if found, err = a.settle(e); err != nil {
			return err
		}
		if found.Version != 0 {
			key = found.Key
		}
	}
	if err := a.occupy(e, key); err != nil {
		return err
	}
	var done updated
	if e.condition != nil {
		done, err = a.server.putSettled(a.tx, c, &e.draft, found, key)
	} else {
		done, err = a.server.putVersion(a.tx, c, &e.draft, key)
	}
	a.answer(e, done.record, done.status)
	return err
}

func (a *application) settle(e *entry) (store.Record, error) {
	s := e.settling
	s.again = a.again
	s.own = func(key fhir.Key) bool { _, own := a.written[key]; return own }
	return e.condition.settle(a.tx, s)
}

// identify notes which resource an entry is about.
func (a *application) identify(e *entry, key fhir.Key) {
	e.identity = key
	a.moved = a.moved || e.writesResource() && key != e.assumed
}

// occupy notes which resource an entry writes. No two may write one: "If any resource identities (including
// resolved identities from conditional update/delete) overlap … the transaction SHALL fail".
func (a *application) occupy(e *entry, key fhir.Key) error {
	if other, taken := a.written[key]; taken {
		return fhir.Errorf(fhir.CodeInvalid, "the entry writes the same resource as %s", entryLocation(other)).
			At(entryLocation(e.position)).Detailed("overlapping-entries")
	}
	a.written[key] = e.position
	a.identify(e, key)
	return nil
}

// answer notes what a write came to. The resource is part of the response only when asked for.
func (a *application) answer(e *entry, rec store.Record, status int) {
	c := e.request.Call
	if c.Prefer.Return == "" {
		c.Prefer.Return = returnMinimal
	}
	a.answers[e.position] = answeredEntry(written(&c, rec, status, e.remarks), &c)
}

// forget makes ready for a run: what an earlier one found is not known to hold.
func (t *transaction) forget() {
	for _, e := range t.entries {
		e.identity = fhir.Key{}
	}
	for _, c := range t.conditions {
		c.found = fhir.Key{}
	}
}

// learn makes what this run found the assumption of the next.
func (t *transaction) learn() {
	t.learned = true
	for _, e := range t.entries {
		if e.writesResource() && !e.identity.IsZero() {
			e.assumed = e.identity
		}
	}
	for _, c := range t.conditions {
		if !c.found.IsZero() {
			c.assumed = c.found
		}
	}
}

// checkIntegrity is referential integrity, if the server keeps it, in the state that has resulted.
func (a *application) checkIntegrity() error {
	for _, e := range a.entries {
		if _, stored := a.written[e.identity]; !stored || !e.writesResource() {
			continue
		}
		if err := a.server.checkTargets(a.tx, e.draft.node, e.identity); err != nil {
			return atEntry(err, e.position, e.typ())
		}
	}
	return a.server.checkUnreferenced(a.tx, a.deleted)
}
