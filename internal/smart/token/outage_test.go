package token_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/smart"
	"hearken/internal/smart/token"
)

// The issuer is down before anything was asked of it: nothing can be checked, and that is what is said. When
// it is back, so are we.
func TestOutage_FromTheStart(t *testing.T) {
	w := newWorld(t, func(w *world, _ *token.Options) { w.down = http.StatusBadGateway })
	w.want("while it is down", w.good(nil), smart.NotChecked)
	_, err := w.bearer(w.good(nil))
	if fhir.CodeOf(err) != fhir.CodeTransient {
		t.Errorf("the code is %s, want transient", fhir.CodeOf(err))
	}
	asked := w.askedFor("/.well-known/openid-configuration")
	for range 20 {
		w.want("asked again at once", w.good(nil), smart.NotChecked)
	}
	if again := w.askedFor("/.well-known/openid-configuration"); again != asked {
		t.Errorf("the issuer was asked %d times more at once, want none", again-asked)
	}
	w.change(func() { w.down = 0 })
	w.pass(16 * time.Second)
	w.want("when it is back", w.good(nil), "")
}

// It goes down later: known keys go on working for as long as it takes, and only tokens by others cannot be checked.
func TestOutage_KnownKeysGoOn(t *testing.T) {
	for _, down := range []int{http.StatusInternalServerError, http.StatusNotFound, http.StatusFound, http.StatusTeapot} {
		w := newWorld(t, nil)
		w.want("before", w.good(nil), "")
		w.change(func() { w.down = down })
		for i, gone := range []time.Duration{time.Second, 5 * time.Minute, time.Hour, 24 * time.Hour} {
			w.pass(gone)
			w.want(fmt.Sprint("down for ", gone), w.good(object{"jti": fmt.Sprint(i)}), "")
			w.want("by an unknown key", sign("ES256", other256(), `{"alg":"ES256","kid":"new"}`, w.claims().json()), smart.NotChecked)
		}
		w.change(func() { w.down, w.keys = 0, append(w.keys, jwk("new", &other256().PublicKey)) })
		w.pass(time.Minute)
		w.want("by a new key, when it is back", sign("ES256", other256(), `{"alg":"ES256","kid":"new"}`, w.claims().json()), "")
	}
}

// An issuer that answers nonsense is as good as down.
func TestOutage_Nonsense(t *testing.T) {
	for name, change := range map[string]func(*world){
		"metadata of another issuer": func(w *world) { w.metadata = object{"issuer": "https://other.example.org"} },
		"keys by http":               func(w *world) { w.metadata = object{"jwks_uri": "http://keys.example.org/keys"} },
		"keys in a file":             func(w *world) { w.metadata = object{"jwks_uri": "file:///etc/passwd"} },
		"no jwks_uri":                func(w *world) { w.metadata = object{"jwks_uri": nil} },
		"jwks_uri a number":          func(w *world) { w.metadata = object{"jwks_uri": 1} },
		"too much":                   func(w *world) { w.metadata = object{"x": string(make([]byte, 600<<10))} },
		"keys that have moved":       func(w *world) { w.metadata = object{"jwks_uri": w.server.URL + "/moved"} },
		"keys elsewhere":             func(w *world) { w.metadata = object{"jwks_uri": w.server.URL + "/nowhere"} },
	} {
		w := newWorld(t, func(w *world, _ *token.Options) { change(w) })
		w.want(name, w.good(nil), smart.NotChecked)
	}
}

// Keys change while the server runs: a token by the new key passes at once, one by a key that is gone no longer does.
func TestRotation(t *testing.T) {
	w := newWorld(t, nil)
	newToken := func() string {
		return sign("ES256", other256(), `{"alg":"ES256","kid":"new"}`, w.claims().json())
	}
	old := w.good(object{"exp": w.now().Unix() + 86400})
	w.want("by the old key", old, "")
	w.want("by the new key, before it is published", newToken(), smart.KeyUnknown)
	w.change(func() { w.keys = append([]object{jwk("new", &other256().PublicKey)}, w.keys...) })
	w.want("by the new key, which was looked for just now", newToken(), smart.KeyUnknown)
	w.pass(31 * time.Second)
	w.want("by the new key", newToken(), "")
	w.change(func() { w.keys = w.keys[:1] })
	w.want("by the old key, which is gone but not known to be", old, "")
	w.pass(6 * time.Minute)
	w.want("by the old key, in use while the set is fetched", old, "")
	eventually(t, "the old key's tokens are refused", func() bool {
		_, err := w.bearer(old)
		return detailOf(err) == smart.KeyUnknown
	})
}

// When nobody asked for long, what is known may be quite wrong, and is not gone by: a key withdrawn meanwhile
// is refused at once.
func TestRotation_AfterLong(t *testing.T) {
	w := newWorld(t, nil)
	w.want("before", w.good(nil), "")
	w.change(func() { w.keys = w.keys[:1] })
	w.pass(2 * time.Hour)
	w.want("by the withdrawn key", w.good(nil), smart.KeyUnknown)
}

// A key published and used at once is found at once, however recently the set was fetched.
func TestRotation_AtOnce(t *testing.T) {
	w := newWorld(t, nil)
	w.want("before", w.good(nil), "")
	for i := range 3 {
		kid := fmt.Sprint("new", i)
		w.change(func() { w.keys = []object{jwk(kid, &other256().PublicKey)} })
		w.want(kid, sign("ES256", other256(), `{"alg":"ES256","kid":"`+kid+`"}`, w.claims().json()), "")
	}
}

// Whoever sends tokens with kids at random makes the server fetch a few times, not each time; those that were
// not looked for are not said to be wrong.
func TestUnknownKids(t *testing.T) {
	w := newWorld(t, nil)
	w.want("before", w.good(nil), "")
	before := w.askedFor("/keys")
	refusals := map[smart.Refusal]int{}
	for i := range 500 {
		_, err := w.bearer(sign("ES256", other256(), fmt.Sprintf(`{"alg":"ES256","kid":"random%d"}`, i), w.claims().json()))
		refusals[detailOf(err)]++
	}
	if n := w.askedFor("/keys") - before; n != 5 {
		t.Errorf("the keys were fetched %d times, want 5", n)
	}
	if refusals[smart.KeyUnknown] != 5 || refusals[smart.NotChecked] != 495 {
		t.Errorf("the refusals are %v, want 5 unknown and 495 not checked", refusals)
	}
	for range 100 {
		w.want("one that was looked for", sign("ES256", other256(), `{"alg":"ES256","kid":"random0"}`, w.claims().json()), smart.KeyUnknown)
	}
	w.want("a known key", w.good(nil), "")
}

// Many at once wait for one fetch; a caller who gives up is told that nothing is known, and does not spoil it
// for the others.
func TestFetch_Once(t *testing.T) {
	hold := make(chan struct{})
	w := newWorld(t, func(w *world, _ *token.Options) { w.hold = hold })
	given, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := w.verifier.Authenticate(given, smart.Credentials{Scheme: smart.Bearer, Token: w.good(object{"jti": "given up"})})
	if got := detailOf(err); got != smart.NotChecked {
		t.Errorf("whoever gives up is told %s, want not-checked", got)
	}
	var group sync.WaitGroup
	var asking atomic.Int32
	for i := range 50 {
		group.Go(func() {
			waiting := w.good(object{"jti": fmt.Sprint(i)})
			asking.Add(1)
			w.want("waiting", waiting, "")
		})
	}
	eventually(t, "all ask", func() bool { return asking.Load() == 50 })
	close(hold)
	group.Wait()
	if n := w.askedFor("/keys"); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
}

// An issuer that takes a connection and says nothing holds nobody up for longer than the time-out.
func TestFetch_Hangs(t *testing.T) {
	hold := make(chan struct{})
	w := newWorld(t, func(w *world, o *token.Options) { w.hold, o.FetchTimeout = hold, 50*time.Millisecond })
	defer close(hold)
	start := time.Now()
	w.want("while it hangs", w.good(nil), smart.NotChecked)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v, want the time-out", took)
	}
}

// Nor does it hold up whoever has a token by a known key, not even when nobody asked for the keys for long.
func TestFetch_HangsLater(t *testing.T) {
	w := newWorld(t, func(_ *world, o *token.Options) { o.FetchTimeout = time.Minute })
	w.want("before", w.good(nil), "")
	hold := make(chan struct{})
	w.change(func() { w.hold = hold })
	defer close(hold)
	for _, gone := range []time.Duration{10 * time.Minute, 24 * time.Hour} {
		w.pass(gone)
		start := time.Now()
		w.want("by a known key", w.good(nil), "")
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("after %v it took %v, want a second", gone, took)
		}
	}
}

// RFC 8414's well-known path is tried where OpenID Connect's is not found.
func TestDiscovery_AuthorizationServer(t *testing.T) {
	var w *world
	server := http.NewServeMux()
	w = newWorld(t, func(w *world, o *token.Options) {
		server.HandleFunc("GET /.well-known/oauth-authorization-server/tenant", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(rw, object{"issuer": w.server.URL + "/tenant", "jwks_uri": w.server.URL + "/keys"}.json())
		})
		server.Handle("GET /keys", w)
		w.server.Config.Handler = server
		o.Issuers[0].URL += "/tenant"
	})
	w.want("the token", w.good(object{"iss": w.server.URL + "/tenant"}), "")
	m, err := w.verifier.Metadata(context.Background(), w.server.URL+"/tenant")
	if err != nil || m.JWKSURI != w.server.URL+"/keys" {
		t.Errorf("Metadata = %v, %v; want the issuer's", m, err)
	}
	if _, err := w.verifier.Metadata(context.Background(), "https://x"); detailOf(err) != smart.IssuerUnknown {
		t.Errorf("Metadata of an issuer nobody knows: %v", err)
	}
}

func TestMetadata_Down(t *testing.T) {
	w := newWorld(t, func(w *world, _ *token.Options) { w.down = 500 })
	if _, err := w.verifier.Metadata(context.Background(), w.server.URL); detailOf(err) != smart.NotChecked {
		t.Errorf("Metadata = %v, want not-checked", err)
	}
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 500 {
		if happened() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("it does not come about that %s", what)
}
