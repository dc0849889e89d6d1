package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/config"
)

// revocation is a way in which a fact about a caller ceases to be in force.
type revocation struct {
	name    string
	who     string // a caller of the matrix
	look    string
	status  int    // of the look from then on; before, and when it is taken back, it is 200
	fact    string // the search that finds the fact
	old     string // a pattern in it; "" to delete the fact
	new     string
	clock   bool // it is written first that it ends soon, which changes nothing, and then time passes
	bundled bool // in a transaction
}

// soon and later are moments that facts end at, and that the clock is set to.
const soon, later = 24 * time.Hour, 72 * time.Hour

func revocations() []revocation {
	ends := time.Now().Add(soon)
	instant, date := ends.Format(time.RFC3339), ends.Format(time.DateOnly)
	staff, agreement := "PractitionerRole?identifier=", "Contract?identifier="
	return []revocation{
		{name: "an entry that is ended", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"active":true`, new: `"active":false`},
		{name: "an entry that is ended, in a transaction", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"active":true`, new: `"active":false`, bundled: true},
		{name: "an entry that is deleted", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author"},
		{name: "an entry that is deleted, in a transaction", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", bundled: true},
		{name: "an entry of the past", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"2023-01-01"\}`, new: `"2023-01-01","end":"2024-01-01"}`},
		{name: "an entry that runs out", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"2023-01-01"\}`, new: `"2023-01-01","end":"` + instant + `"}`, clock: true},
		{name: "an entry of another organisation", who: "author", look: "CarePlan/copen", status: 404, fact: staff + "author", old: `"value":"A"`, new: `"value":"X"`},
		{name: "an entry of another role", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"clinical"`, new: `"privacy-officer"`},
		{name: "an entry of somebody else", who: "author", look: "CarePlan/copen", status: 403, fact: staff + "author", old: `"author"`, new: `"another"`},
		{name: "training that ran out", who: "gp", look: "CarePlan/copen", status: 403, fact: staff + "gp", old: "2089-01-01", new: "2024-01-01"},
		{name: "training that runs out", who: "gp", look: "CarePlan/copen", status: 403, fact: staff + "gp", old: "2089-01-01", new: date, clock: true},
		{name: "an agreement that is ended", who: "paramedic", look: "CarePlan/copen", status: 403, fact: agreement + "U", old: `"executed"`, new: `"terminated"`},
		{name: "an agreement of the past", who: "paramedic", look: "CarePlan/copen", status: 403, fact: agreement + "U", old: "2090-01-01", new: "2024-01-01"},
		{name: "an agreement that runs out", who: "paramedic", look: "CarePlan/copen", status: 403, fact: agreement + "U", old: "2090-01-01", new: instant, clock: true},
		{name: "an agreement that is deleted", who: "paramedic", look: "CarePlan/copen", status: 403, fact: agreement + "U"},
		{name: "an agreement without urgent care", who: "paramedic", look: "CarePlan/copen", status: 404, fact: agreement + "U", old: "ETREAT", new: "HOPERAT"},
		{name: "an agreement without the role", who: "adviser", look: "CarePlan/copen", status: 403, fact: agreement + "U", old: `"urgent-non-clinical"`, new: `"care-home"`},
		{name: "a grant that is deleted", who: "breaker", look: "CarePlan/cobjected", status: 404, fact: "Basic?identifier=breaker"},
		{name: "a grant of the past", who: "breaker", look: "CarePlan/cobjected", status: 404, fact: "Basic?identifier=breaker", old: "2089-01-01T00:00:00Z", new: "2024-01-01T00:00:00Z"},
		{name: "a grant that runs out", who: "breaker", look: "CarePlan/cobjected", status: 404, fact: "Basic?identifier=breaker", old: "2089-01-01T00:00:00Z", new: instant, clock: true},
		{name: "a grant for another person", who: "breaker", look: "CarePlan/cobjected", status: 404, fact: "Basic?identifier=breaker", old: "Patient/objected", new: "Patient/open"},
		{name: "a contact that is over", who: "crew", look: "CarePlan/crestricted", status: 404, fact: "Basic?identifier=crew", old: "2089-01-01T00:00:00Z", new: instant, clock: true},
		{name: "a contact that is deleted", who: "crew", look: "CarePlan/crestricted", status: 404, fact: "Basic?identifier=crew", bundled: true},
		{name: "a dispatch that an administrator deletes", who: "dispatched", look: "CarePlan/crestricted", status: 404, fact: "Basic?identifier=dispatched"},
		{name: "a dispatch to another person", who: "dispatched", look: "CarePlan/crestricted", status: 404, fact: "Basic?identifier=dispatched", old: `"subject":\{"reference":"Patient/restricted"`, new: `"subject":{"reference":"Patient/open"`},
		{name: "a dispatch system no more", who: "dispatched", look: "CarePlan/crestricted", status: 404, fact: staff + "cad", old: `"active":true`, new: `"active":false`},
		{name: "a dispatch system that runs out", who: "dispatched", look: "CarePlan/crestricted", status: 404, fact: staff + "cad", old: "2089-01-01", new: date, clock: true},
		{name: "an agreement that lets nobody dispatch", who: "dispatched", look: "CarePlan/crestricted", status: 404, fact: agreement + "U", old: `"dispatch"`, new: `"care-home"`},
		{name: "an exchange partner no more", who: "partner", look: "CarePlan/copen", status: 404, fact: staff + "partner", old: `"active":true`, new: `"active":false`},
		{name: "a privacy officer no more", who: "officer", look: "AuditEvent?_count=1", status: 403, fact: staff + "officer", old: `"active":true`, new: `"active":false`},
		{name: "a proxy for somebody else", who: "attorney", look: "CarePlan/copen", status: 404, fact: "RelatedPerson?_id=attorney", old: "Patient/open", new: "Patient/unrelated"},
		{name: "a proxy no more", who: "attorney", look: "CarePlan/copen", status: 403, fact: "RelatedPerson?_id=attorney"},
	}
}

// Each kind of fact about a caller, once it is in force no more, is so for the very next request, and in
// force again for the very next when it is put right; the clock alone does the same.
func TestMatrix_Revoked(t *testing.T) {
	var offset atomic.Int64
	w := newMatrixWorldWith(t, func(*config.Config) {}, app.Deps{Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	long := func(c claims) string {
		c["exp"] = time.Now().Add(2 * later).Unix()
		return "Authorization: Bearer " + w.token(c)
	}
	admin, admin2 := long(claims{"sub": "admin", "scope": everything}), long(claims{"sub": "admin2", "scope": everything})
	headers := map[string]string{
		"partner":  long(claims{"sub": "partner", "client_id": "partner", "scope": "system/*.cruds"}),
		"attorney": long(claims{"sub": "anne", "scope": everything, "fhirUser": "RelatedPerson/" + w.attorney}),
	}
	for _, r := range revocations() {
		t.Run(r.name, func(t *testing.T) {
			header := headers[r.who]
			if header == "" {
				header = long(claims{"sub": r.who, "scope": everything})
			}
			expect := func(when string, status int) {
				t.Helper()
				for range 2 {
					if got := w.send("GET /"+r.look, "", header); got.status != status {
						t.Fatalf("%s: %d, want %d: %s", when, got.status, status, shorten(got.body))
					}
				}
			}
			expect("before", 200)
			target := w.path(w.must(200, "GET /"+strings.Replace(r.fact, "_id=attorney", "_id="+w.attorney, 1), "", admin))
			body := string(w.must(200, "GET "+target, "", admin).body)
			changed := regexp.MustCompile(r.old).ReplaceAllLiteralString(body, r.new)
			if r.old != "" && changed == body {
				t.Fatalf("%s has no %s", body, r.old)
			}
			w.revoke(&r, target, changed, admin, admin2)
			if r.clock {
				expect("while it still counts", 200)
				offset.Store(int64(later))
			}
			expect("afterwards", r.status)
			if r.clock {
				offset.Store(0)
				expect("with the clock set back", 200)
			}
			if r.old != "" {
				w.written("PUT "+target, body, admin, admin2)
			} else {
				id := w.written("POST "+target[:strings.LastIndex(target, "/")], body, admin, admin2)
				if strings.Contains(target, "RelatedPerson") {
					w.attorney = id
					header = long(claims{"sub": "anne", "scope": everything, "fhirUser": "RelatedPerson/" + w.attorney})
				}
			}
			expect("when it is put right", 200)
		})
	}
}

// written has one administrator write a fact and, where it lets somebody do more, another confirm it; it
// gives the id of what that made.
func (w *loginWorld) written(line, body, admin, admin2 string) (id string) {
	w.t.Helper()
	r := w.send(line, body, admin)
	if r.status == 202 {
		r = w.must(200, "POST "+r.header.Get("Location")+"/$confirm-sharing", "", admin2)
	}
	if r.status >= 300 {
		w.t.Fatalf("%s = %d %s", line, r.status, shorten(r.body))
	}
	if parts := strings.Split(r.header.Get("Location"), "/"); len(parts) > 2 {
		id = parts[len(parts)-3]
	}
	return id
}

// revoke writes the fact as it will be, or deletes it.
func (w *loginWorld) revoke(r *revocation, target, changed, admin, admin2 string) {
	w.t.Helper()
	method, resource := "PUT", changed
	if r.old == "" {
		method, resource = "DELETE", ""
	}
	if !r.bundled {
		w.written(method+" "+target, resource, admin, admin2)
		return
	}
	if resource != "" {
		resource = `"resource":` + resource + `,`
	}
	w.must(200, "POST /", fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[{%s"request":{"method":"%s","url":"%s"}}]}`, resource, method, strings.TrimPrefix(target, "/")), admin)
}
