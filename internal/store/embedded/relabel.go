package embedded

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// Relabel replaces the access label of a current resource, one that this transaction wrote included.
func (tx *transaction) Relabel(key fhir.Key, label []query.Token) error {
	w, err := tx.labelling(key)
	if err != nil {
		return err
	}
	if w.label = label; label == nil {
		w.label = []query.Token{}
	}
	tx.dirty, tx.touched[w.forward.t] = true, true
	tx.wait(key, w)
	return nil
}

// labelling is what waits, or would, to be written of a current resource.
func (tx *transaction) labelling(key fhir.Key) (w waiting, err error) {
	if at, ok := tx.waiting[key]; ok {
		return tx.queue[at], nil
	}
	t, identity, err := tx.known(key)
	if err != nil {
		return w, err
	}
	if !identity.live() {
		return w, store.ErrNotFound
	}
	if w.before, err = tx.oldForward(t, identity); err != nil {
		return w, err
	}
	w.forward, w.draft, err = tx.decodeDraft(t, identity.d, w.before)
	return w, err
}

// known is the identity of a resource as of this transaction, without giving a number to what has none; the zero
// identityRecord for what nobody has heard of. It is read once.
func (tx *transaction) known(key fhir.Key) (typeNumber, identityRecord, error) {
	t := tx.catalogue.types[key.Type]
	if identity, ok := tx.identities[key]; ok || t == 0 {
		return t, identity, nil
	}
	if identity, ok := tx.looked[key]; ok {
		return t, identity, nil
	}
	identity, _, err := readIdentity(tx.store.db, tx.catalogue, key)
	if err != nil {
		return t, identity, err
	}
	if tx.looked == nil {
		tx.looked = map[fhir.Key]identityRecord{}
	}
	tx.looked[key] = identity
	return t, identity, nil
}

// Label is a label as of this transaction. Of a resource that waits it is known without making the batch
// readable, which costs.
func (tx *transaction) Label(key fhir.Key) ([]query.Token, error) {
	if at, ok := tx.waiting[key]; ok {
		return tx.labelWaiting(&tx.queue[at])
	}
	_, identity, err := tx.known(key)
	if err != nil {
		return nil, err
	}
	if !identity.exists() {
		return nil, store.ErrNotFound
	}
	_, put := tx.written[key]
	if identity.live() && (!put || tx.indexed) {
		f, err := readForward(tx.latest(), tx.catalogue, tx.catalogue.types[key.Type], identity.d)
		if err != nil || f == nil {
			return nil, err
		}
		return f.label(tx.catalogue)
	}
	if err := tx.see(); err != nil { // deleted: its focus must tell
		return nil, err
	}
	return tx.reader.Label(key)
}

func (tx *transaction) labelWaiting(w *waiting) ([]query.Token, error) {
	if w.label != nil {
		return w.label, nil
	}
	access := tx.catalogue.accessParameter(w.forward.t)
	if access == nil {
		return nil, nil
	}
	for _, g := range w.draft.groups {
		if g.number == access.number {
			f := &forward{t: w.forward.t, entries: g.entries, names: &tx.catalogue.names}
			return f.label(tx.catalogue)
		}
	}
	return nil, nil
}
