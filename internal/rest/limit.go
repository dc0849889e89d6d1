package rest

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/careplan"
	"hearken/internal/smart"
)

// Limits bound what one caller takes of the server, and what all do. A zero field is without limit.
type Limits struct {
	Caller  float64 // requests a second of one person at one client
	Client  float64 // requests a second of all people at one client
	Address float64 // requests a second without a good token, of one address of the network
	AtWork  int     // requests at work at the same time: those beyond are turned away at once
	// Scarce reports whether the disk has room for the records of urgent look-ups alone, so that all else is
	// turned away; nil is never.
	Scarce func() bool
	// Urgent reports whether a caller answers urgent calls; nil is nobody. What they look up by identifier has a
	// lane of its own, which no other traffic of a client they share fills.
	Urgent func(context.Context, *smart.Principal) bool
}

// limiter is Limits at work.
type limiter struct {
	Limits
	callers, clients, addresses, lane buckets
	work, reserve                     chan struct{} // places; the reserve is for look-ups
}

func newLimiter(l Limits, now func() time.Time) *limiter {
	return &limiter{
		Limits: l, callers: buckets{rate: l.Caller, now: now}, clients: buckets{rate: l.Client, now: now},
		addresses: buckets{rate: l.Address, now: now}, lane: buckets{rate: l.Caller, now: now},
		work: make(chan struct{}, l.AtWork-l.AtWork/8), reserve: make(chan struct{}, l.AtWork/8),
	}
}

var (
	errTooMany = fhir.Errorf(fhir.CodeThrottled, "too many requests: nothing was looked up; try again in a moment").Detailed("too-many-requests")
	errScarce  = fhir.Errorf(fhir.CodeTransient, "the server's disk is nearly full: it answers urgent look-ups by identifier alone; nothing was looked up, and nothing written").Detailed("not-checked")
	errBusy    = fhir.Errorf(fhir.CodeTransient, "the server is at work on as much as it can do: nothing was looked up; try again in a moment").Detailed("not-checked")
)

// full reports whether there is no place for a request now, so that its body need not be read.
func (l *limiter) full(r *http.Request) bool {
	return l.AtWork > 0 && len(l.work) == cap(l.work) && (len(l.reserve) == cap(l.reserve) || !mayBeLookup(r))
}

// enter takes a place at work, one of the reserve for what may be a look-up. leave must be called.
func (l *limiter) enter(r *http.Request) (leave func(), err error) {
	if l.AtWork == 0 {
		return func() {}, nil
	}
	reserve := l.reserve
	if !mayBeLookup(r) {
		reserve = nil // of which there never is a place
	}
	select {
	case l.work <- struct{}{}:
		return func() { <-l.work }, nil
	default:
	}
	select {
	case reserve <- struct{}{}:
		return func() { <-l.reserve }, nil
	default:
		return nil, errBusy
	}
}

// scarce reports whether the room that is left is kept for others than a request.
func (l *limiter) scarce(r *http.Request) bool {
	return l.Scarce != nil && !isOpen(r) && l.Scarce()
}

// anonymous counts a request of an address that shows no good token.
func (l *limiter) anonymous(address string) error {
	if !l.addresses.take("address " + address) {
		return errTooMany
	}
	return nil
}

// allow counts a request of a caller. later says that whether it may go on depends on what it looks up: see lookup.
func (l *limiter) allow(p *smart.Principal, r *http.Request) (later bool, err error) {
	client := p.Issuer + "\x00" + p.ClientID
	if l.callers.take(client+"\x00"+p.Subject) && l.clients.take(client) {
		return false, nil
	}
	if l.Urgent != nil && mayBeLookup(r) {
		return true, nil
	}
	return false, errTooMany
}

// lookup lets a request through on the lane of those who answer urgent calls; without a login that is everybody.
func (l *limiter) lookup(ctx context.Context, p *smart.Principal, typ string, parameters []search.Pair) error {
	for _, pair := range parameters {
		if careplan.LooksUp(fhir.Type(typ), pair.Name) && (p == nil || l.lane.take(p.Issuer+"\x00"+p.Subject) && l.Urgent(ctx, p)) {
			return nil
		}
	}
	return errTooMany
}

// mayBeLookup reports whether a request may be a search by identifier, as far as can be told before its body is read.
func mayBeLookup(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return false
	}
	typ, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, basePath+"/"), "/")
	return careplan.LookedUp(fhir.Type(typ)) && (rest == "" && r.Method == http.MethodGet || rest == "_search")
}
