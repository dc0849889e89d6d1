package interaction

import (
	"hearken/internal/conformance"
	"hearken/internal/store"
)

// writer is the Tx that interactions write through, whichever way a resource takes to the store: what the
// server brings cannot be written, and definitions that are written take effect.
type writer struct {
	store.Tx
	guides  *conformance.Guides
	touches bool // a definition was written
}

// Put stores the next version of a resource that a client may write; CodeConflict otherwise.
func (w *writer) Put(p store.Prepared) (store.Record, error) {
	if w.guides != nil {
		if err := w.guides.Refuse(p.Key, conformance.CanonicalOf(&p.Index)); err != nil {
			return store.Record{}, err
		}
	}
	w.touches = w.touches || conformance.IsLive(p.Key.Type)
	return w.Tx.Put(p)
}
