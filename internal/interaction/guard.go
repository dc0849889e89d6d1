package interaction

import (
	"context"
	"errors"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/conformance"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// Login is what a server that people log in to decides by. Without one everybody may do everything.
type Login struct {
	// Rules write what scopes allow into searches.
	Rules *smart.Rules
	// Caller looks up what is known of who a token names: staff list, agreement, grants. The error is one of the store's.
	Caller func(store.Reader, *smart.Principal) (access.Caller, error)
	// Still reports whether on another state, or later, what counts is known of them that Caller found; nil asks Caller.
	Still func(store.Reader, *smart.Principal, *access.Caller) (bool, error)
	// Person is what whoever named the administrators calls the one that a subject of an issuer is, so that two
	// tokens of one are told from two people; "" for not said, as nil.
	Person func(issuer, subject string) string
}

func (l *Login) still(rd store.Reader, p *smart.Principal, then *access.Caller) (bool, error) {
	if l.Still != nil {
		return l.Still(rd, p, then)
	}
	now, err := l.Caller(rd, p)
	return now.Same(then), err
}

// guard is what one caller may do, decided once for a request and all entries of its Bundle. It stands
// between the interactions and the store: what a caller may not see is, to every interaction, not there.
type guard struct {
	server    *Server
	principal *smart.Principal
	caller    access.Caller
	decision  access.Decision
	of        store.Commit // the state that the facts about the caller were looked up on

	definitions *conformance.Definitions // in force when the request began
}

type guardKey struct{}

// guardOf is the guard of a request; nil on a server without login.
func guardOf(ctx context.Context) *guard {
	g, _ := ctx.Value(guardKey{}).(*guard)
	return g
}

// enter decides who may go on with a request: 401 without a token, 403 without a scope for it, and the refusals of
// access.Decide. The context it gives carries the guard.
func (s *Server) enter(ctx context.Context, r *request) (context.Context, error) {
	if s.Login == nil || r.row.interaction == codeCapabilities {
		return ctx, nil
	}
	g := guardOf(ctx)
	if r.guard = g; g == nil {
		if r.Principal == nil {
			return ctx, smart.Refused(smart.TokenMissing)
		}
		g = &guard{server: s, principal: r.Principal}
		r.guard = g // of a refusal, too, is recorded whose it was
		var err error
		if g.definitions, err = s.definitions(ctx); err != nil {
			return ctx, notChecked(err)
		}
		if err := g.admit(ctx, r); err != nil {
			return ctx, err
		}
		return context.WithValue(ctx, guardKey{}, g), nil
	}
	return ctx, g.permit(r)
}

// admit decides by the scopes and then by what is known of the caller. Of a citizen who logged in with their
// NHS number the scopes may be about the patient they are, who has to be found first.
func (g *guard) admit(ctx context.Context, r *request) error {
	if g.principal.NHSNumber == "" {
		if err := g.permit(r); err != nil {
			return err
		}
		err := g.decide(ctx)
		if r.extended != nil && r.extended.closed && g.decision.Refusal == access.EmergencyAvailable {
			return nil
		}
		return err
	}
	if err := g.decide(ctx); err != nil {
		return err
	}
	var ok bool
	patient := g.caller.Patient
	if chosen := g.principal.Context.Patient; slices.Contains(g.caller.Others, chosen) {
		patient = chosen
	}
	if g.principal, ok = g.principal.ForPatient(patient); !ok {
		return access.Forbidden.Err() // the token is for the record of somebody else
	}
	return g.permit(r)
}

// decide looks up the facts about the caller and has access decide.
func (g *guard) decide(ctx context.Context) error {
	err := g.server.Store.View(ctx, func(rd store.Reader) (err error) {
		g.of = rd.Commit()
		g.caller, err = g.server.Login.Caller(rd, g.principal)
		return err
	})
	if err != nil {
		return notChecked(err)
	}
	g.decision = access.Decide(g.caller)
	return g.decision.Refusal.Err()
}

// errMoved is how a guard says that what is known of its caller is no longer what it decided by.
var errMoved = errors.New("what is known of the caller has changed")

// holds refuses to go on by a decision when the state that is read, or written on, says something else of the
// caller than the one that was decided on. So nothing is seen or written by facts of one moment and data of a
// later one. It is asked before anything is written: what an Update writes itself lets nobody do it. (On an
// engine whose Updates run beside each other, one that began before a fact changed counts as done before.)
// Without a login it holds.
func (g *guard) holds(rd store.Reader) error {
	if g == nil || rd.Commit() == g.of {
		return nil
	}
	still, err := g.server.Login.still(rd, g.principal, &g.caller)
	if err == nil && !still {
		err = errMoved
	}
	if err != nil {
		return notChecked(err)
	}
	return nil
}

// AnswersCalls reports whether a caller is one of those who answer urgent calls, by what is known of them
// now. One whom nothing is known of, or can be found out, is not.
func (s *Server) AnswersCalls(ctx context.Context, p *smart.Principal) bool {
	if s.Login == nil || p == nil {
		return false
	}
	g := &guard{server: s, principal: p}
	return g.decide(ctx) == nil && slices.Contains(g.decision.Basis, access.BasisUrgentCare)
}

// notChecked is a look-up that failed: nobody may take it for "there is no plan".
func notChecked(err error) error {
	out := fhir.Errorf(fhir.CodeTransient, "who may see what could not be looked up; nothing is known of whether there is a record").Detailed(string(smart.NotChecked))
	out.Err = err
	return out
}

// hint is what a searchset says besides, the same whatever was found.
func (r *request) hint() fhir.Outcome {
	if r.guard == nil || r.guard.decision.Hint == access.NoHint {
		return nil
	}
	words := "there may be records you cannot see"
	if r.guard.decision.Hint == access.MayBeEmergency {
		words += "; emergency access is available"
	}
	return fhir.Outcome{{Severity: fhir.Information, Code: fhir.CodeSuppressed, Detail: "may-be-more", Diagnostics: words}}
}

// seen is what resources of a type must satisfy to be visible.
func (g *guard) seen(t fhir.Type) query.Expr {
	return g.decision.Visible(g.server.Registry.Access(t))
}

// absent is the answer to asking for what is not there, or not visible: the same for both.
func (g *guard) absent() error {
	if err := g.decision.Absent.Err(); err != nil {
		return err
	}
	return store.ErrNotFound
}

// view runs fn on the store as the caller of the request sees it.
func (s *Server) view(ctx context.Context, fn func(store.Reader) error) error {
	g := guardOf(ctx)
	if g == nil {
		return s.Store.View(ctx, fn)
	}
	return s.look(ctx, func(rd store.Reader) error { return fn(&guardedReader{guard: g, inner: rd}) })
}

// look runs fn on the store as it is, for what decides itself who may see what of it by what is known of the caller.
func (s *Server) look(ctx context.Context, fn func(store.Reader) error) error {
	g := guardOf(ctx)
	return s.Store.View(ctx, func(rd store.Reader) error {
		if err := g.holds(rd); err != nil {
			return err
		}
		return fn(rd)
	})
}
