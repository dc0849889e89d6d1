package app

import (
	"context"
	"log/slog"
	"time"

	"hearken/internal/audit"
	"hearken/internal/config"
	"hearken/internal/store/embedded"
)

// WithAudit opens the configured store, which no server may have open then, and runs fn on its audit log. It
// does not make a store where there is none, and records nothing by itself.
func WithAudit(ctx context.Context, c config.Config, d Deps, fn func(audit.Log) error) error {
	return withEngine(ctx, c, d, func(engine *embedded.Store) error { return fn(engine.Audit()) })
}

// announceAudit says in the log whether looks and writes are recorded. Where the log is kept elsewhere, so is
// the head, which is what proves later that nothing was changed up to here.
func (a *App) announceAudit() {
	if a.Audit == nil {
		a.log.Info("no audit: who looks at what is not recorded (--audit on records it)")
		return
	}
	a.log.Info("audit: every look and every write is recorded before it is answered")
	a.logHead()
}

// headEvery is how often the head of the audit log goes into the server's log.
const headEvery = time.Hour

func (a *App) logHeads(ctx context.Context) {
	tick := time.NewTicker(headEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.logHead()
		}
	}
}

// logHead puts the head of the audit log into the server's log.
func (a *App) logHead() {
	if a.Audit == nil {
		return
	}
	head, err := a.Audit.Head(context.Background())
	if err != nil || head.IsZero() {
		return
	}
	a.log.Info("audit head", slog.Any("chain", head.Chain), slog.Uint64("sequence", head.Sequence),
		slog.Time("time", head.Time), slog.String("hash", head.Hash.String()))
}
