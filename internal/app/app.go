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
)

// App is a server: open once Open returned, answering while Run runs.
type App struct {
	*Interactions
	config   config.Config
	log      *slog.Logger
	listener net.Listener
	loopback bool
	http     *http.Server
	unused   unused
	stop     context.CancelFunc // ends the contexts of running requests
	stopping atomic.Bool
	closing  sync.Once
	closed   error
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
	listener, loopbackOnly, err := listen(c)
	if err != nil {
		return nil, err
	}
	a := &App{config: c, log: d.Log, listener: listener, loopback: loopbackOnly, unused: unused{conns: map[net.Conn]struct{}{}}}
	a.Interactions, err = OpenInteractions(ctx, c, a.URL(), d)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	requests, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	a.http = &http.Server{
		Handler:           a.handler(d),
		ReadHeaderTimeout: min(headerTimeout, c.ReadTimeout),
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.WriteTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         a.unused.track,
		ErrorLog:          slog.NewLogLogger(d.Log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	return a, nil
}

func (a *App) handler(d Deps) http.Handler {
	return rest.New(rest.Options{
		Interactions:   a.Interactions,
		Ready:          a.ready,
		IsType:         a.Definitions.IsResource,
		Definitions:    a.Definitions,
		BaseURL:        a.config.BaseURL,
		TrustedProxies: a.config.TrustedProxies,
		LoopbackOnly:   a.loopback,
		MaxBody:        a.config.MaxBody,
		Timeout:        a.config.RequestTimeout,
		Now:            d.Now,
		NewRequestID:   d.newRequestID,
		Log:            d.Log,
	})
}

var errStopping = errors.New("the server is stopping")

func (a *App) ready() error {
	if a.stopping.Load() {
		return errStopping
	}
	return a.Store.Ready()
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
