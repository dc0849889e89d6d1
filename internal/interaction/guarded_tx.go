package interaction

import (
	"context"
	"errors"
	"iter"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// guardedTx is a Tx as one caller may use it.
type guardedTx struct {
	guardedReader
	tx      *labelling
	written []fhir.Key
	put     map[fhir.ID]bool // patients whose Patient this Update writes
	awaited []fhir.ID        // patients written about that were not there, or not for this caller
	named   []inContext      // what was written that is seen by its context
	request *request         // what it is done for
}

var _ store.Tx = (*guardedTx)(nil)

// guarded runs fn as the caller of the request may write, and refuses what its writer could not see afterwards.
func (s *Server) guarded(ctx context.Context, labels *labelling, fn func(store.Tx) error) error {
	g := guardOf(ctx)
	if g == nil {
		if err := fn(labels); err != nil {
			return err
		}
		return labels.settle()
	}
	labels.by = g
	tx := &guardedTx{guardedReader: guardedReader{guard: g, inner: labels}, tx: labels, put: map[fhir.ID]bool{}}
	tx.request, _ = ctx.Value(writeKey{}).(*request)
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.settle(); err != nil {
		return err
	}
	noteWaiting(ctx, labels.waits)
	return tx.stillSeen()
}

// Put stores a version that the caller may write: the scopes cover it as it was and as it will be, it and the
// patients it is about are theirs to write, and no security label goes down.
func (tx *guardedTx) Put(p store.Prepared) (store.Record, error) {
	if err := tx.mayPut(&p); err != nil {
		return store.Record{}, err
	}
	if err := tx.mayAffiliate(&p); err != nil {
		return store.Record{}, err
	}
	if err := tx.holdFact(&p); err != nil {
		return store.Record{}, err
	}
	rec, err := tx.tx.Put(p)
	if err != nil || rec.Deleted() {
		return rec, err
	}
	tx.written = append(tx.written, p.Key)
	if p.Key.Type == patientType {
		tx.put[p.Key.ID] = true
	}
	return tx.shown(rec)
}

func (tx *guardedTx) mayPut(p *store.Prepared) error {
	wanted := map[store.Method]smart.Permissions{store.Create: smart.Create, store.Update: smart.Update, store.Patch: smart.Update, store.Delete: smart.Delete}[p.Method]
	var before []access.SecurityLabel
	if p.Method != store.Create {
		rec, err := tx.get(p.Key, wanted)
		if errors.Is(err, store.ErrNotFound) {
			return tx.upsert(p)
		}
		if err != nil {
			return err
		}
		if before, err = tx.securityOf(rec); err != nil {
			return err
		}
		if err := tx.mayWriteLabelled(p.Key); err != nil {
			return err
		}
		if p.Method != store.Delete {
			if err := tx.mayOverwrite(rec); err != nil {
				return err
			}
			if err := errors.Join(tx.keepLabels(p, rec), tx.keepKeySafes(p, rec)); err != nil {
				return err
			}
		}
	}
	return tx.mayStore(p, wanted, before)
}

// upsert is a PUT of what is not there, or not for this caller. Those who log in do not choose ids: the
// answer would tell them whether there is something hidden under one. A system may, as trusts do that keep
// their own ids; but for one that sends crews, which is not to learn who is here.
func (tx *guardedTx) upsert(p *store.Prepared) error {
	_, err := tx.tx.Get(p.Key)
	switch {
	case foreign(err) != nil:
		return err
	case tx.principal.User || tx.caller.Role == access.Dispatch || err == nil:
		return tx.absent()
	}
	return tx.mayStore(p, smart.Update, nil)
}

// foreign is an error other than of not being there.
func foreign(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// mayStore checks what will be stored.
func (tx *guardedTx) mayStore(p *store.Prepared, wanted smart.Permissions, before []access.SecurityLabel) error {
	if p.Key.Type == auditEventType {
		if err := tx.decision.Feeds(); err != nil {
			return err
		}
	}
	var after []access.SecurityLabel
	if p.Method != store.Delete {
		after = securityIn(p.Index)
		where, err := tx.server.Login.Rules.Admit(tx.principal, p.Key.Type, wanted, p.Index.Compartments)
		if err != nil {
			return err
		}
		if !search.Match(where, search.Document{Key: p.Key, Index: p.Index}, nowhere{}) {
			return smart.Insufficient(p.Key.Type, wanted)
		}
	}
	if err := access.Relabelling(&tx.caller, before, after); err != nil {
		return err
	}
	if p.Key.Type == taskType && (isFact(before, false) || isFact(after, false)) {
		return notAllowedHere("what waits for a second person, and what is looked into, is written by this server alone")
	}
	if isFact(before, true) && isFact(after, p.Method == store.Delete) {
		return nil // who writes facts sees no records, and says who does: an attorney's relation to a patient, a grant
	}
	if p.Key.Type == binaryType && p.Method != store.Delete {
		return tx.name(p)
	}
	owners := ownersOf(p.Key, p.Index)
	if len(owners) == 0 && p.Method != store.Delete {
		if p.Key.Type == auditEventType {
			return nil // a login, a start: about nobody's record
		}
		return tx.decision.Creatable(p.Key.Type)
	}
	return tx.mayWriteInto(owners)
}

// isFact reports whether a resource with these labels is a fact; none says what to answer for a resource that
// is not there.
func isFact(labels []access.SecurityLabel, none bool) bool {
	if labels == nil {
		return none
	}
	return slices.Contains(labels, access.SecurityLabel{System: access.LabelSystem, Code: access.LabelFact})
}

// mayWriteInto checks the patients whose record is written into. One who is not there, or not for this
// caller, is nobody's to write about, unless this Update makes them: see arrived.
func (tx *guardedTx) mayWriteInto(patients []fhir.ID) error {
	for _, id := range patients {
		label, err := tx.tx.Tx.Label(fhir.Key{Type: patientType, ID: id})
		if foreign(err) != nil {
			return err
		}
		switch {
		case !tx.decision.See(label):
			tx.awaited = append(tx.awaited, id)
			tx.tx.unseen[id] = true
		case !tx.decision.MayWrite(label):
			return notAllowedHere("this caller may look at the record and not write into it")
		}
	}
	return nil
}

// arrived refuses, alike, what is about patients who are not there and about patients who are hidden. What
// waited here for its patient would have a say in who sees them.
func (tx *guardedTx) arrived() error {
	for _, id := range tx.awaited {
		if !tx.put[id] {
			return tx.absent()
		}
	}
	return nil
}

// mayWriteLabelled checks a resource that is stored by its own label.
func (tx *guardedTx) mayWriteLabelled(key fhir.Key) error {
	label, err := tx.tx.Tx.Label(key)
	if err != nil {
		return err
	}
	return tx.decision.Writable(key.Type, label)
}

// securityOf reads the security labels of a stored version.
func (tx *guardedTx) securityOf(rec store.Record) ([]access.SecurityLabel, error) {
	if rec.Deleted() {
		return nil, nil
	}
	tree, faults := element.Parse(tx.server.Definitions, rec.Body, tx.server.Limits.Element)
	if faults.Failed() {
		return nil, errUnreadable
	}
	labels := careplan.SecurityLabels(tree.Root())
	if labels == nil {
		labels = []access.SecurityLabel{}
	}
	return labels, nil
}

// securityIn reads them off an index.
func securityIn(index query.Index) []access.SecurityLabel {
	labels := []access.SecurityLabel{}
	for _, entry := range index.Entries {
		if entry.Parameter.Code == "_security" {
			token, _ := entry.Value.(query.Token) // as all its values are
			labels = append(labels, access.SecurityLabel{System: token.System, Code: token.Code})
		}
	}
	return labels
}

// nowhere is the other resources that a condition on what is about to be stored may ask for: none. A scope
// with a chain covers no write.
type nowhere struct{}

func (nowhere) Current(fhir.Type) iter.Seq2[fhir.Key, query.Index] {
	return func(func(fhir.Key, query.Index) bool) {}
}

func (nowhere) Lookup(fhir.Key) (search.Document, bool) { return search.Document{}, false }

// unguarded is the Tx below the guard: whether something is there already must be decided on all that is there.
func unguarded(tx store.Tx) store.Tx {
	if g, ok := tx.(*guardedTx); ok {
		return g.tx
	}
	return tx
}

// stillSeen refuses an Update whose writer could not see what they wrote: a plan that names no organisation
// of theirs as author would be lost to them, and one for nobody's patient to everyone.
func (tx *guardedTx) stillSeen() error {
	for _, key := range tx.written {
		label, err := tx.tx.Tx.Label(key)
		if err != nil {
			return err
		}
		if !tx.decision.See(label) {
			return fhir.Errorf(fhir.CodeForbidden, "the writer could not see this %s once it is stored: name their organisation, by its ODS code, "+
				"as author of the plan or custodian of the patient", key.Type).Detailed("not-visible-to-writer")
		}
	}
	return nil
}

// Claim and Reclaim guard uniqueness, hidden resources included: see access.md on what If-None-Exist tells.
func (tx *guardedTx) Claim(space, value string, proposed fhir.Key) (fhir.Key, bool, error) {
	return tx.tx.Claim(space, value, proposed)
}

// Reclaim is the store's.
func (tx *guardedTx) Reclaim(space, value string, owner, proposed fhir.Key) (bool, error) {
	return tx.tx.Reclaim(space, value, owner, proposed)
}

// Relabel is not for callers.
func (tx *guardedTx) Relabel(fhir.Key, []query.Token) error {
	return notAllowedHere("labels follow from facts")
}

// settle refuses what is about nobody before it asks for the facts of those who are there.
func (tx *guardedTx) settle() error {
	if err := tx.arrived(); err != nil {
		return err
	}
	if err := tx.tx.settle(); err != nil {
		return err
	}
	return tx.mayName()
}

// expect reads nothing of patients whom the caller does not see.
func (tx *guardedTx) expect(key fhir.Key, index query.Index) error {
	for _, id := range ownersOf(key, index) {
		label, err := tx.tx.Tx.Label(fhir.Key{Type: patientType, ID: id})
		if !tx.decision.See(label) {
			return foreign(err)
		}
	}
	return tx.tx.expect(key, index)
}
