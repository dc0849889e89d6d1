package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"hearken/internal/audit"
	"hearken/internal/config"
	"hearken/internal/sealed"
)

// anchor keeps heads of the audit log in a folder, each in a file of its own that is never written again:
// heads that were there before a store was put back to an older state are still there afterwards, and that is
// what tells.
type anchor struct {
	folder     string
	recipients sealed.Recipients
	last       audit.Place
}

// newAnchor opens the folder that c names; nil for none.
func newAnchor(c config.Config) (*anchor, error) {
	if c.AuditHeadFolder == "" {
		return nil, nil
	}
	recipients, err := keepIn(c.AuditHeadFolder, "audit-head-folder", c)
	if err != nil {
		return nil, err
	}
	return &anchor{folder: c.AuditHeadFolder, recipients: recipients}, nil
}

// keep writes a head that was not written yet: whole, or not at all.
func (k *anchor) keep(head audit.Head) error {
	if head.IsZero() || head.Place == k.last {
		return nil
	}
	// The time keeps apart what an older state of the store, gone on with, calls by the same place.
	name := fmt.Sprintf("head-%s-%d-%d", head.Time.UTC().Format("20060102T150405.000Z"), head.Chain, head.Sequence)
	if len(k.recipients) > 0 {
		name += ".age"
	}
	err := k.recipients.NewFile(filepath.Join(k.folder, name), func(w io.Writer) error {
		_, err := w.Write(head.Line())
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrExist) { // an earlier run ended with this one
		return err
	}
	k.last = head.Place
	return nil
}

// purgeEvery is how often a server looks for contents of the audit log whose time is over.
const purgeEvery = 24 * time.Hour

// keepAudit anchors heads, and purges what is too old, until ctx ends; the last head is written then.
func (a *App) keepAudit(ctx context.Context) {
	if a.Audit == nil {
		return
	}
	heads, purges := time.NewTicker(a.config.AuditHeadEvery), time.NewTicker(purgeEvery)
	defer heads.Stop()
	defer purges.Stop()
	a.anchorHead()
	a.purgeAudit(ctx)
	for {
		select {
		case <-ctx.Done():
			a.anchorHead()
			return
		case <-heads.C:
			a.anchorHead()
		case <-purges.C:
			a.purgeAudit(ctx)
		}
	}
}

// anchorHead keeps the head of now. A folder that cannot be written is said in the log each time; nothing
// else waits for it.
func (a *App) anchorHead() {
	if a.anchor == nil {
		return
	}
	head, err := a.Audit.Head(context.Background())
	if err == nil {
		err = a.anchor.keep(head)
	}
	if err != nil {
		a.log.Error("the head of the audit log could not be kept", slog.Any("error", err))
	}
}

// purgeAudit takes the contents of records older than the configuration keeps, in small batches beside the
// requests. Nothing is recorded when there is nothing to take.
func (a *App) purgeAudit(ctx context.Context) {
	if a.config.AuditRetention == 0 {
		return
	}
	before := a.now().Add(-a.config.AuditRetention)
	page, err := a.Audit.Read(ctx, audit.Filter{Until: before, Count: 1})
	if err == nil && len(page.Entries) == 0 {
		return
	}
	n := 0
	if err == nil {
		n, err = a.Audit.Purge(ctx, before, audit.Agent{Client: "hearken serve"})
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("the audit log could not be purged", slog.Any("error", err))
		return
	}
	a.log.Info("audit log: contents whose time is over were purged", slog.Int("records", n), slog.Time("before", before))
}
