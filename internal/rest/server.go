package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hearken/fhir/definition"
	"hearken/internal/interaction"
	"hearken/internal/smart"
)

// Doer does interactions; interaction.Server is the one there is.
type Doer interface {
	// Do does one interaction. An error may come with an Answer whose Allow counts.
	Do(ctx context.Context, c interaction.Call) (interaction.Answer, error)
}

// Options is what New needs. All fields but BaseURL, TrustedProxies, Login and Limits have to be set.
type Options struct {
	Interactions   Doer
	Ready          func() Readiness  // what would become of the next look-up, and of the next write
	Remark         string            // what is to be known of a server that is ready; "" is nothing
	IsType         func(string) bool // whether a name is a resource type, and so may stand in the log
	Definitions    *definition.Set   // by which answers are written in XML
	BaseURL        string            // the service base of links; "" takes it from each request
	TrustedProxies []netip.Prefix    // whose Forwarded and X-Forwarded-* headers are believed
	Login          *Login            // nil for a server without
	Limits         Limits            // of what callers take
	LoopbackOnly   bool              // refuse requests that a web page from elsewhere could have made
	MaxBody        int64             // bytes of a request body, compressed and not
	Timeout        time.Duration     // for one interaction
	Now            func() time.Time  //
	NewRequestID   func() string     // names a request that came without X-Request-ID
	Log            *slog.Logger      //
}

type server struct {
	interactions Doer
	ready        func() Readiness
	remark       string
	isType       func(string) bool
	definitions  *definition.Set
	base         base
	login        *Login // nil for none
	limits       *limiter
	loopback     *loopback // nil when everyone may connect
	maxBody      int64
	timeout      time.Duration
	now          func() time.Time
	newRequestID func() string
	log          *slog.Logger
}

// New makes the handler of everything the server offers: the FHIR service below /fhir, with its SMART
// configuration on a server with login, /healthz, /readyz and /readyz/writes. Whatever else is asked for, and
// whatever fails, is answered with an OperationOutcome.
func New(o Options) http.Handler {
	s := &server{
		interactions: o.Interactions, ready: o.Ready, remark: o.Remark, isType: o.IsType, definitions: o.Definitions,
		base:  base{configured: o.BaseURL, proxies: o.TrustedProxies},
		login: o.Login, limits: newLimiter(o.Limits, o.Now), maxBody: o.MaxBody, timeout: o.Timeout, now: o.Now, newRequestID: o.NewRequestID, log: o.Log,
	}
	if o.LoopbackOnly {
		s.loopback = &loopback{}
		if u, err := url.Parse(o.BaseURL); err == nil {
			s.loopback.alsoHost = u.Host
		}
	}
	return s.engine()
}

// engine routes. The table of FHIR routes is interaction's: gin's patterns cannot tell Patient from $graphql or
// metadata, so everything below the base is one route to gin.
func (s *server) engine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.UseEscapedPath, e.UnescapePathValues = true, false // an id may hold an escaped slash; splitPath decodes
	e.RedirectTrailingSlash, e.RedirectFixedPath = false, false
	e.ForwardedByClientIP = false
	e.Use(s.logAccess, s.recoverPanic, s.guard, s.allowOrigin)
	e.GET(healthPath, s.health)
	e.HEAD(healthPath, s.health)
	e.GET(readyPath, s.readiness)
	e.HEAD(readyPath, s.readiness)
	e.GET(writesPath, s.readinessForWrites)
	e.HEAD(writesPath, s.readinessForWrites)
	e.Any(basePath, s.serveFHIR)
	e.Any(basePath+"/*path", s.serveFHIR)
	e.NoRoute(s.noRoute)
	return e
}

// guard refuses what a web page from elsewhere sends to a server that only its own machine may use.
func (s *server) guard(c *gin.Context) {
	if s.loopback == nil {
		return
	}
	if err := s.loopback.check(c.Request); err != nil {
		s.write(c.Writer, c.Request, failure(err), formOf(c.Request))
		c.Abort()
	}
}

func (s *server) noRoute(c *gin.Context) {
	if path := c.Request.URL.EscapedPath(); path == basePath || strings.HasPrefix(path, basePath+"/") {
		s.serveFHIR(c) // a method gin does not know
		return
	}
	s.write(c.Writer, c.Request, failure(errNoRoute), formOf(c.Request))
}

// serveFHIR answers a request below the service base, if there is a place for it.
func (s *server) serveFHIR(c *gin.Context) {
	if s.limits.full(c.Request) {
		s.refuse(c, errBusy, formOf(c.Request), nil)
		return
	}
	if s.login != nil && c.Request.URL.Path == smartPath {
		s.smartConfiguration(c)
		return
	}
	scarce := s.limits.scarce(c.Request)
	if scarce && !mayBeLookup(c.Request) {
		s.refuse(c, errScarce, formOf(c.Request), nil)
		return
	}
	principal, later, err := s.identify(c)
	if err != nil {
		s.refuse(c, err, formOf(c.Request), nil)
		return
	}
	q, err := s.understand(c.Request)
	if err == nil && (later || scarce) {
		err = s.limits.lookup(c.Request.Context(), principal, q.call.Path[0], q.call.Parameters)
	}
	if scarce && errors.Is(err, errTooMany) {
		err = errScarce
	}
	if err != nil {
		s.refuse(c, err, q.form, nil)
		return
	}
	s.do(c, q, principal)
}

// identify finds out who is asking and whether they ask too much. later says that the latter depends on what
// they look up.
func (s *server) identify(c *gin.Context) (p *smart.Principal, later bool, err error) {
	if s.login == nil {
		return nil, false, nil
	}
	if p, err = s.authenticate(c.Request); p == nil {
		if limited := s.limits.anonymous(s.base.client(c.Request)); limited != nil {
			return nil, false, limited // and is not recorded: who has no token must not fill the audit log
		}
		if err != nil {
			err = s.recordRefusal(c, err)
		}
		return nil, false, err
	}
	later, err = s.limits.allow(p, c.Request)
	return p, later, err
}

// do does the interaction that was asked for, and answers.
func (s *server) do(c *gin.Context, q request, principal *smart.Principal) {
	q.call.Principal = principal
	q.call.RequestID, q.call.Address = requestIDRecorded(c), s.base.client(c.Request)
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.timeout)
	defer cancel()
	leave, err := s.limits.enter(c.Request)
	if err != nil {
		s.refuse(c, err, q.form, nil)
		return
	}
	a, err := s.atWork(ctx, q.call, leave)
	if err == nil {
		err = q.represented(a)
	}
	switch {
	case err == nil:
		if s.login != nil && isOpen(c.Request) {
			c.Writer.Header()["Cache-Control"] = revalidate
		}
		s.write(c.Writer, c.Request, a, q.form)
	case errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil:
		c.Status(statusClientGone) // and if it has only ended its half of the connection, it must not take nothing for an answer
	default:
		s.refuse(c, err, q.form, a.Allow)
	}
}

// atWork does an interaction and gives its place back: a client that sends or reads slowly holds none.
func (s *server) atWork(ctx context.Context, call interaction.Call, leave func()) (interaction.Answer, error) {
	defer leave()
	return s.interactions.Do(ctx, call)
}

// logFault logs the cause of what the client is only told to be an internal error or a lack of means.
func (s *server) logFault(c *gin.Context, status int, err error) {
	if status < http.StatusInternalServerError {
		return
	}
	s.log.LogAttrs(c.Request.Context(), slog.LevelError, "fault",
		slog.Int("status", status), slog.String("error", err.Error()), slog.String("request_id", c.GetString(requestIDKey)))
}
