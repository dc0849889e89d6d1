package interaction

import (
	"hearken/internal/conformance"
	"hearken/internal/store"
)

// writer is the Tx that interactions write through: what the server brings cannot be written, whichever way a resource takes
// to the store.
type writer struct {
	store.Tx
	guides *conformance.Guides
}

func (s *Server) writer(tx store.Tx) store.Tx {
	if s.Guides == nil {
		return tx
	}
	return &writer{tx, s.Guides}
}

// Put stores the next version of a resource that a client may write; CodeConflict otherwise.
func (w *writer) Put(p store.Prepared) (store.Record, error) {
	if err := w.guides.Refuse(&p); err != nil {
		return store.Record{}, err
	}
	return w.Tx.Put(p)
}
