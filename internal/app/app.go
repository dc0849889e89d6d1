package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"hearken/internal/config"
	"hearken/internal/rest"
	"hearken/internal/store"
)

// App is a server: open once Open returned, answering while Run runs.
type App struct {
	*Interactions
	config     config.Config
	log        *slog.Logger
	listener   net.Listener
	loopback   bool
	login      *login    // nil for none
	dev        *devLogin // the login for trying out; nil for none
	http       *http.Server
	serve      func(net.Listener) error
	unused     unused
	now        func() time.Time
	anchor     *anchor            // keeps heads of the audit log outside the store; nil keeps none
	backups    *backups           // keeps copies of the store outside it; nil keeps none
	requests   context.Context    // of running requests
	stop       context.CancelFunc // ends it
	stopping   atomic.Bool
	background sync.WaitGroup // what runs beside requests and ends with them
	closing    sync.Once
	closed     error
}

// Limits of the wire that nobody has needed to configure.
const (
	headerTimeout = 10 * time.Second // to receive the header of a request
	maxHeader     = 64 << 10         // bytes of it, the URL included
)

// Open opens the address and the store that c names. Requests wait until Run is called. The error says which
// setting to change where that helps.
func Open(ctx context.Context, c config.Config, d Deps) (*App, error) {
	d = d.withDefaults()
	certificates, err := newCertificates(c, d)
	if err != nil {
		return nil, err
	}
	anchor, err := newAnchor(c)
	if err != nil {
		return nil, err
	}
	backups, err := newBackups(c, d)
	if err != nil {
		return nil, err
	}
	listener, loopbackOnly, err := listen(c)
	if err != nil {
		return nil, err
	}
	a := &App{config: c, log: d.Log, now: d.Now, anchor: anchor, backups: backups, listener: listener, loopback: loopbackOnly, unused: unused{conns: map[net.Conn]struct{}{}}}
	a.Interactions, err = OpenInteractions(ctx, c, a.URL(), d)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := a.prepare(ctx, d); err != nil {
		return nil, errors.Join(err, a.Interactions.Close(), listener.Close())
	}
	a.requests, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	a.http = &http.Server{
		Handler:           a.handler(d),
		ReadHeaderTimeout: min(headerTimeout, c.ReadTimeout),
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.WriteTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         a.unused.track,
		ErrorLog:          slog.NewLogLogger(d.Log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return a.requests },
	}
	if a.serve = a.http.Serve; certificates != nil {
		a.http.TLSConfig = certificates.config()
		a.serve = func(l net.Listener) error { return a.http.ServeTLS(l, "", "") }
	}
	return a, nil
}

// prepare brings in what is to be there first. From then on whoever asks must have logged in, on a server with login.
func (a *App) prepare(ctx context.Context, d Deps) (err error) {
	if d.Prepare != nil {
		if err := d.Prepare(ctx, a.Interactions, a.URL()); err != nil {
			return err
		}
	}
	if a.config.DevLogin {
		if err := a.openDevLogin(d); err != nil {
			return err
		}
	}
	if a.login, err = newLogin(a.config, a.URL(), d.Now); a.login == nil {
		return err
	}
	a.login.attach(a.Interactions)
	if a.dev != nil {
		return a.dev.letIn(ctx)
	}
	return nil
}

func (a *App) handler(d Deps) http.Handler {
	o := rest.Options{
		Interactions:   a.Interactions,
		Ready:          a.ready,
		Remark:         a.Restored(),
		IsType:         a.Definitions.IsResource,
		Definitions:    a.Definitions,
		BaseURL:        a.config.BaseURL,
		TrustedProxies: a.config.TrustedProxies,
		LoopbackOnly:   a.loopback,
		MaxBody:        a.config.MaxBody,
		Timeout:        a.config.RequestTimeout,
		Limits:         rest.Limits{AtWork: a.config.AtWork, Scarce: func() bool { return errors.Is(a.Store.Ready(), store.ErrScarce) }},
		Now:            d.Now,
		NewRequestID:   d.newRequestID,
		Log:            d.Log,
	}
	if a.login != nil {
		// Whoever comes has to show a token, whatever page or name they came by; and what the token is for is one URL.
		o.Limits.Caller, o.Limits.Client, o.Limits.Address = float64(a.config.RateCaller), float64(a.config.RateClient), float64(a.config.RateAddress)
		o.Limits.Urgent = a.AnswersCalls
		o.Login, o.LoopbackOnly, o.BaseURL = a.login.wire(), false, a.URL()
	}
	if a.dev != nil {
		return a.dev.beside(rest.New(o))
	}
	return rest.New(o)
}

// URL is the service base: the configured one, or where this server listens.
func (a *App) URL() string {
	c := a.config
	c.Listen = a.Address()
	return Base(c)
}

// Address is where this server listens: "127.0.0.1:8080".
func (a *App) Address() string { return a.listener.Addr().String() }

// Close ends what still runs and closes the address and the store. It may be called more than once.
func (a *App) Close() error {
	a.closing.Do(func() {
		a.stop()
		a.closed = errors.Join(a.http.Close(), ignoreClosed(a.listener.Close()), a.Interactions.Close())
		if a.background.Wait(); a.login != nil {
			a.login.Verifier.Close()
		}
	})
	return a.closed
}

// ignoreClosed: the HTTP server closes the listener it has served on.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
