package app

import (
	"errors"

	"hearken/internal/rest"
	"hearken/internal/store"
)

var errStopping = errors.New("the server is stopping")

// ready says what would become of the next look-up and the next write. Where looks are recorded, what cannot
// be recorded is not shown: then a log that takes no more ends look-ups, too.
func (a *App) ready() rest.Readiness {
	if a.stopping.Load() {
		return rest.Readiness{Lookups: errStopping, Writes: errStopping}
	}
	out := rest.Readiness{Writes: plainly(a.Store.Ready())}
	switch {
	case a.Audit != nil:
		out.Lookups = plainly(a.Audit.Ready())
	case errors.Is(out.Writes, store.ErrClosed):
		out.Lookups = out.Writes
	}
	return out
}

// plainly is a store's error without its cause, which may name files: whoever can connect is told.
func plainly(err error) error {
	for _, known := range []error{store.ErrClosed, store.ErrReadOnly, store.ErrScarce, store.ErrFull} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}
