package token_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// introspecting is a world whose issuer is asked about opaque tokens; it knows those of the table.
func introspecting(t *testing.T, tokens map[string]object, change func(*token.Options)) *world {
	return newWorld(t, func(w *world, o *token.Options) {
		w.introspect = func(text string) object {
			w.mu.Lock()
			defer w.mu.Unlock()
			if tokens[text] == nil {
				return object{"active": false}
			}
			return tokens[text]
		}
		o.Issuers[0].Introspection = &token.Introspection{ClientID: "hearken", Secret: "s&cret"}
		if change != nil {
			change(o)
		}
	})
}

func TestIntrospection(t *testing.T) {
	active := object{"active": true, "sub": "ann", "client_id": "app", "scope": "user/*.rs", "aud": base}
	tokens := map[string]object{}
	w := introspecting(t, tokens, nil)
	now := w.now().Unix()
	for _, row := range []struct {
		name   string
		answer object
		want   smart.Refusal
	}{
		{"active", active, ""},
		{"active for a while", active.with(object{"exp": now + 300}), ""},
		{"a client for itself", active.with(object{"sub": nil}), ""},
		{"of the issuer, by name", active.with(object{"iss": w.server.URL}), ""},
		{"inactive", object{"active": false}, smart.TokenInactive},
		{"active in words", active.with(object{"active": "true"}), smart.TokenInactive},
		{"active by number", active.with(object{"active": 1}), smart.TokenInactive},
		{"says nothing", object{}, smart.TokenInactive},
		{"active and expired", active.with(object{"exp": now - 60}), smart.TokenExpired},
		{"active and not yet", active.with(object{"nbf": now + 60}), smart.TokenTooEarly},
		{"exp in words", active.with(object{"exp": "later"}), smart.ClaimMissing},
		{"of another issuer", active.with(object{"iss": "https://other.example.org"}), smart.IssuerUnknown},
		{"for another server", active.with(object{"aud": "https://other.example.org"}), smart.AudienceWrong},
		{"for nobody in particular", active.with(object{"aud": nil}), smart.AudienceWrong},
		{"of nobody", active.with(object{"sub": nil, "client_id": nil}), smart.ClaimMissing},
		{"bound to a key", active.with(object{"cnf": object{"jkt": "x"}}), smart.SchemeWrong},
		{"bound to nothing known", active.with(object{"cnf": object{}}), smart.ConfirmationUnknown},
	} {
		text := "opaque-" + fmt.Sprintf("%x", row.name)
		w.change(func() { tokens[text] = row.answer })
		w.want(row.name, text, row.want)
	}
	w.want("a JWT is checked here", w.good(nil), "")
	w.want("a JWT that is wrong is not asked about", w.good(object{"iss": "https://x"}), smart.IssuerUnknown)
}

func TestIntrospection_WithoutAudience(t *testing.T) {
	w := introspecting(t, map[string]object{"a": {"active": true, "sub": "ann"}, "b": {"active": true, "sub": "ann", "aud": "x"}}, func(o *token.Options) {
		o.Issuers[0].Introspection.WithoutAudience = true
	})
	w.want("no aud", "a", "")
	w.want("another aud", "b", smart.AudienceWrong)
}

func TestIntrospection_None(t *testing.T) {
	newWorld(t, nil).want("nobody is asked", "opaque", smart.TokenMalformed)
}

// An answer is believed for a short time only, and until the token expires.
func TestIntrospection_Kept(t *testing.T) {
	tokens := map[string]object{"a": {"active": true, "sub": "ann", "aud": base}}
	w := introspecting(t, tokens, nil)
	tokens["b"] = object{"active": true, "sub": "ann", "aud": base, "exp": w.now().Unix() + 10}
	for range 10 {
		w.want("a", "a", "")
		w.want("b", "b", "")
		w.want("c", "c", smart.TokenInactive)
	}
	if n := w.askedFor("/introspect"); n != 3 {
		t.Errorf("the issuer was asked %d times, want once a token", n)
	}
	w.change(func() { delete(tokens, "a") })
	w.pass(29 * time.Second)
	w.want("a, revoked unknown to us", "a", "")
	w.pass(time.Second)
	w.want("a, asked about again", "a", smart.TokenInactive)
	w.pass(11 * time.Second)
	w.want("b, after its end", "b", smart.TokenExpired)
}

// However long answers are believed, a token ends when it ends.
func TestIntrospection_Ends(t *testing.T) {
	tokens := map[string]object{}
	w := introspecting(t, tokens, func(o *token.Options) { o.IntrospectionAge = time.Hour })
	tokens["a"] = object{"active": true, "sub": "ann", "aud": base, "exp": w.now().Unix() + 10}
	w.want("before its end", "a", "")
	w.pass(40 * time.Second)
	w.want("after its end", "a", smart.TokenExpired)
}

// Somebody comes: a token that was refused a moment ago is asked about again.
func TestForget_Refused(t *testing.T) {
	tokens := map[string]object{}
	w := introspecting(t, tokens, nil)
	w.want("before", "a", smart.TokenInactive)
	w.change(func() { tokens["a"] = object{"active": true, "sub": "ann", "aud": base} })
	w.want("refused a moment ago", "a", smart.TokenInactive)
	w.verifier.Forget(func(*smart.Principal) bool { return false })
	w.want("asked about again", "a", "")
}

// Somebody leaves: what is kept of their tokens is dropped at that moment, other people's is not.
func TestForget(t *testing.T) {
	tokens := map[string]object{"a": {"active": true, "sub": "ann", "aud": base}, "b": {"active": true, "sub": "bob", "aud": base}}
	w := introspecting(t, tokens, nil)
	w.want("ann", "a", "")
	w.want("bob", "b", "")
	w.change(func() { tokens["a"] = nil })
	ann := func(p *smart.Principal) bool { return p.Issuer == w.server.URL && p.Subject == "ann" }
	if n := w.verifier.Forget(ann); n != 1 {
		t.Errorf("Forget dropped %d, want 1", n)
	}
	w.want("ann, who has left", "a", smart.TokenInactive)
	asked := w.askedFor("/introspect")
	w.want("bob, who has not", "b", "")
	if w.askedFor("/introspect") != asked {
		t.Error("bob's token was asked about again")
	}
}

// An answer that was under way when somebody left is not kept, and a request that begins after does not wait for it.
func TestForget_WhileAsking(t *testing.T) {
	tokens := map[string]object{"a": {"active": true, "sub": "ann", "aud": base}}
	w := introspecting(t, tokens, nil)
	w.want("discovery", "x", smart.TokenInactive)
	answering, answer := make(chan struct{}), make(chan struct{})
	var once sync.Once
	inner := w.introspect
	w.change(func() {
		w.introspect = func(text string) object {
			said := inner(text)
			first := false
			once.Do(func() { first = true })
			if first {
				close(answering)
				<-answer
			}
			return said
		}
	})
	var group sync.WaitGroup
	group.Go(func() { w.want("asked before", "a", "") })
	<-answering
	w.change(func() { tokens["a"] = nil })
	w.verifier.Forget(func(p *smart.Principal) bool { return p.Subject == "ann" })
	w.want("asked after", "a", smart.TokenInactive)
	close(answer)
	group.Wait()
	w.want("asked when both have been answered", "a", smart.TokenInactive)
}

// The issuer cannot be asked: what is kept goes on for its short time, all else is not checked; then it is back.
func TestIntrospection_Outage(t *testing.T) {
	tokens := map[string]object{"a": {"active": true, "sub": "ann", "aud": base}, "b": {"active": true, "sub": "bob", "aud": base}}
	w := introspecting(t, tokens, nil)
	w.want("before", "a", "")
	w.change(func() { w.down = http.StatusServiceUnavailable })
	w.want("kept", "a", "")
	for range 10 {
		w.want("not kept", "b", smart.NotChecked)
	}
	if n := w.askedFor("/introspect"); n != 2 {
		t.Errorf("the issuer was asked %d times, want twice", n)
	}
	w.want("a JWT by a key not known yet", w.good(nil), smart.NotChecked)
	w.change(func() { w.down = 0 })
	w.pass(5 * time.Second)
	w.want("when it is back", "b", "")
}

// That the issuer refuses to say anything of one token does not delay others.
func TestIntrospection_RefusedByTheIssuer(t *testing.T) {
	tokens := map[string]object{"b": {"active": true, "sub": "bob", "aud": base}}
	w := introspecting(t, tokens, nil)
	w.want("before", "b", "")
	w.change(func() { w.down = http.StatusBadRequest })
	w.want("refused", "a", smart.NotChecked)
	w.change(func() { w.down, tokens["c"] = 0, tokens["b"] })
	w.want("another", "c", "")
}

// The server's secret goes to no address by http, whatever the metadata says.
func TestIntrospection_InTheClear(t *testing.T) {
	w := introspecting(t, map[string]object{"a": {"active": true, "sub": "ann", "aud": base}}, nil)
	w.metadata = object{"introspection_endpoint": "http://issuer.example.org/introspect"}
	w.want("the endpoint is by http", "a", smart.NotChecked)
	if n := w.askedFor("/introspect"); n != 0 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestIntrospection_WrongSecret(t *testing.T) {
	w := introspecting(t, map[string]object{"a": {"active": true, "sub": "ann", "aud": base}}, func(o *token.Options) {
		o.Issuers[0].Introspection.Secret = "wrong"
	})
	w.want("the issuer does not know us", "a", smart.NotChecked)
}

// Many requests with one token ask once.
func TestIntrospection_Once(t *testing.T) {
	w := introspecting(t, map[string]object{"a": {"active": true, "sub": "ann", "aud": base}}, nil)
	w.want("discovery", "x", smart.TokenInactive)
	hold := make(chan struct{})
	w.change(func() { w.hold = hold })
	before := w.askedFor("/introspect")
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { w.want("at once", "a", "") })
	}
	eventually(t, "the issuer is asked", func() bool { return w.askedFor("/introspect") > before })
	close(hold)
	group.Wait()
	if n := w.askedFor("/introspect") - before; n != 1 {
		t.Errorf("the issuer was asked %d times, want once", n)
	}
}

// The cache holds no more than it may, whatever comes.
func TestCache_Bounded(t *testing.T) {
	w := newWorld(t, func(_ *world, o *token.Options) { o.MaxCached = 100 })
	for i := range 300 {
		w.want("good", w.good(object{"jti": fmt.Sprint(i)}), "")
	}
	if n := w.verifier.Forget(func(*smart.Principal) bool { return true }); n == 0 || n > 100 {
		t.Errorf("%d tokens were kept, want some and at most 100", n)
	}
}

func TestAuthenticate_AfterClose(t *testing.T) {
	w := newWorld(t, nil)
	w.verifier.Close()
	_, err := w.verifier.Authenticate(context.Background(), smart.Credentials{Scheme: smart.Bearer, Token: w.good(nil)})
	if detailOf(err) != smart.NotChecked {
		t.Errorf("Authenticate = %v, want not-checked", err)
	}
}
