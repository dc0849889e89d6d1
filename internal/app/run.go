package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Run answers requests until ctx ends. Then it takes no new connections, lets running requests end for as long as
// the grace of the configuration, and returns; the store stays open until Close. The error is why it could not
// go on, or that some requests had to be cut off.
func (a *App) Run(ctx context.Context) error {
	a.announce()
	heads, stopHeads := context.WithCancel(context.WithoutCancel(ctx)) // the last head is that of the last request
	upkeep, stopUpkeep := context.WithCancel(ctx)                      // what runs is given up: the next start makes it
	var beside sync.WaitGroup
	beside.Go(func() { a.logHeads(heads) })
	beside.Go(func() { a.keepAudit(heads) })
	beside.Go(func() { a.keepBackups(upkeep) })
	beside.Go(func() { a.expireWaiting(upkeep) })
	beside.Go(func() { a.labelBinaries(upkeep) })
	defer func() { stopUpkeep(); stopHeads(); beside.Wait(); a.logHead() }()
	failed := make(chan error, 1)
	go func() { failed <- a.serve(a.listener) }()
	select {
	case err := <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			return nil // Close was called
		}
		return err
	case <-ctx.Done():
	}
	a.stopping.Store(true)
	a.log.Info("stopping: running requests may end", slog.Duration("grace", a.config.ShutdownGrace))
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.ShutdownGrace)
	defer cancel()
	a.http.RegisterOnShutdown(a.unused.close)
	if err := a.http.Shutdown(grace); err != nil {
		a.stop()
		return errors.Join(errors.New("some requests did not end in time and were cut off"), a.http.Close())
	}
	return nil
}

// expireEvery is how often a server looks for what has waited too long for a second person.
const expireEvery = time.Hour

// expireWaiting ends what has waited too long, until ctx ends.
func (a *App) expireWaiting(ctx context.Context) {
	if a.login == nil {
		return
	}
	every := time.NewTicker(expireEvery)
	defer every.Stop()
	for {
		switch ended, err := a.ExpireWaiting(ctx); {
		case err != nil && ctx.Err() == nil:
			a.log.Error("what has waited too long for a second person could not be ended", slog.Any("error", err))
		case ended > 0:
			a.log.Info("nobody confirmed in time what lets more people see records", slog.Int("changes", ended))
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// labelBinaries labels the Binaries of a store that is older than their labels. Until then nobody who logs in
// sees them; what is not done in time the next start does.
func (a *App) labelBinaries(ctx context.Context) {
	if a.login == nil {
		return
	}
	switch labelled, err := a.LabelBinaries(ctx); {
	case err != nil && ctx.Err() == nil:
		a.log.Error("the Binaries of an older store could not be labelled: nobody who logs in sees those that are left", slog.Any("error", err))
	case labelled > 0:
		a.log.Info("the Binaries of an older store are seen by who sees what their securityContext names", slog.Int("binaries", labelled))
	}
}

// announce says in the log what runs where, and who may use it.
func (a *App) announce() {
	a.log.Info("settings", slog.Any("config", a.config))
	where := slog.String("url", a.URL())
	switch {
	case a.login != nil:
		a.announceLogin(where)
	case a.loopback:
		a.log.Info("loopback only, no login: this machine's users can read and change everything", where)
	default:
		a.log.Warn("INSECURE: no login, and other machines can connect: anyone there can read and change everything", where)
	}
	a.announceAudit()
	if words := a.Restored(); words != "" {
		a.log.Warn(strings.TrimSpace(words) + "; hearken restore --acknowledge ends this remark")
	}
	if a.Policy.SyntheticNHSNumbersOnly {
		a.log.Info("only synthetic NHS numbers (9…) are taken")
	}
}

// announceLogin says what is in force, and what the person who set it up may have to see to.
func (a *App) announceLogin(where slog.Attr) {
	audience := a.config.Audience
	if audience == "" {
		audience = a.URL()
	}
	a.log.Info("login in force: everything but metadata, /healthz, /readyz and /readyz/writes needs an access token", where,
		slog.Any("issuers", a.config.Issuers), slog.String("audience", audience), slog.Int("administrators", len(a.config.Administrators)))
	switch people := a.config.People(); {
	case people < 2:
		a.log.Warn("fewer than two administrators: what lets somebody do more, an agreement first of all, needs one to ask for it and another to confirm it")
	case a.config.Administrators[0].Name == "":
		a.log.Warn("two administrators may be one person with two tokens: say of each who it is, as NAME=issuer|subject")
	}
	if isEncrypted(os.DirFS("/"), a.folder) {
		a.log.Info("the volume of the data is encrypted")
	} else {
		a.log.Warn("it cannot be told whether the volume of the data is encrypted: see to it that it is")
	}
	if a.dev != nil {
		a.log.Warn("a login for trying out: anybody at this machine may be any of its sample people", slog.String("at", a.dev.issuer+"/"))
		return
	}
	a.background.Go(func() {
		if faults := a.login.faults(a.requests); len(faults) > 0 {
			a.log.Warn("apps will miss something in the SMART configuration", slog.Any("faults", faults))
		}
	})
}
