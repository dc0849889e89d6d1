package interaction

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// mayAffiliate refuses a write by which a record that names what is written might open to another
// organisation, or gives it as a *heldFact where it waits for a second administrator.
func (tx *guardedTx) mayAffiliate(p *store.Prepared) error {
	if !tx.server.facts.reader.Leads(p.Key.Type) {
		return nil
	}
	rec, n, err := tx.server.current(tx.tx, p.Key)
	if foreign(err) != nil {
		return err
	}
	w := access.Affiliating{ID: p.Key.ID, Exists: err == nil}
	if sent, _ := p.Resource.(element.Node); rec.Version == 0 && fhir.ID(sent.Child("id").Text()) != p.Key.ID {
		return nil // made under an id of this server's
	}
	held := heldFact{key: p.Key, before: rec.Version}
	if err := tx.affiliating(&w, p, &held, n); err != nil {
		return err
	}
	waits, err := tx.caller.Affiliates(&tx.decision, &w)
	if waits {
		return &held
	}
	return err
}

// affiliating reads to what organisations a write says that something belongs, and belonged. What stays as it
// is, is said by neither.
func (tx *guardedTx) affiliating(w *access.Affiliating, p *store.Prepared, held *heldFact, stored element.Node) (err error) {
	var before, after careplan.Party
	if w.Exists {
		if w.Label, err = tx.tx.Tx.Label(p.Key); err != nil {
			return err
		}
		if before, w.Before, err = tx.tx.affiliation(stored); err != nil {
			return err
		}
	}
	if p.Method == store.Delete {
		return nil
	}
	held.body = p.Stamp(1, time.Time{})
	sent, err := tx.server.parse(held.body, p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	if after, w.After, err = tx.tx.affiliation(sent); after == before {
		w.After = access.Affiliation{}
	}
	return err
}

// affiliation is to which organisation a resource belongs, as it says and as it is found now.
func (l *labelling) affiliation(n element.Node) (says careplan.Party, found access.Affiliation, err error) {
	says = l.server.facts.reader.Organisation(n)
	found = access.Affiliation{Named: says != careplan.Party{}, Code: says.Code}
	if !says.Key.IsZero() {
		found.Code, err = l.lead(says.Key)
	}
	return says, found, err
}
