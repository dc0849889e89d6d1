package app_test

import (
	"strings"
	"testing"

	"hearken/internal/config"
)

// newPagedWorld is the world of the matrix with four more plans that urgent care sees: of q1 to q4.
func newPagedWorld(t testing.TB) *loginWorld {
	w := newMatrixWorld(t)
	for _, id := range []string{"q1", "q2", "q3", "q4"} {
		w.published(id)
	}
	return w
}

// published is a patient with an approved plan.
func (w *loginWorld) published(id string) {
	w.t.Helper()
	author, partner := odsReference("A"), w.caller("partner")
	w.must(201, "PUT /Patient/"+id, `{"resourceType":"Patient","id":"`+id+`","managingOrganization":{`+author+`}}`, partner)
	w.must(201, "PUT /CarePlan/c"+id, `{"resourceType":"CarePlan","id":"c`+id+`","status":"active","intent":"plan","subject":{"reference":"Patient/`+id+`"},
		"category":[{"coding":[{"system":"http://snomed.info/sct","code":"735324008"}]}],"author":{`+author+`}}`, partner)
}

const (
	objection = `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://snomed.info/sct","code":"882941000000102"}]}],"patient":{"reference":"Patient/ID"},"dateTime":"2024-01-01","policyRule":{"text":"x"},"provision":{"type":"deny"}}`
	pagedSearch = "GET /CarePlan?_count=1&_sort=_id&_total=accurate"
)

// pages walks the links from a page on, and gives all that it came upon.
func (w *loginWorld) pages(r reply, header string) string {
	w.t.Helper()
	all := ""
	for range 20 {
		if r.status != 200 {
			return all + string(r.body)
		}
		all += string(r.body)
		b := asBundle(w.t, r.body)
		if b.next() == "" {
			return all
		}
		r = w.send("GET "+b.next(), "", header)
	}
	w.t.Fatal("the pages do not end")
	return ""
}

// cursorOf is what the link to the next page carries.
func cursorOf(t testing.TB, b bundle) string {
	t.Helper()
	_, cursor, found := strings.Cut(b.next(), "_page=")
	if !found {
		t.Fatalf("no next page: %v", b.Link)
	}
	return cursor
}

// A link to a page is no key: who follows another's sees what they see, and is told no total but their own.
func TestAttack_CursorOfAnother(t *testing.T) {
	w := newPagedWorld(t)
	for _, search := range []string{pagedSearch, "GET /CarePlan?_count=1&_sort=-_lastUpdated", "GET /Patient/restricted/*?_count=1", "GET /Patient?_count=1", "GET /?_type=CarePlan,Patient&_count=1"} {
		first := asBundle(t, w.must(200, search, "", w.caller("author")).body)
		if first.Total != nil && *first.Total < 2 {
			t.Fatalf("%s has %d matches: the test tests too little", search, *first.Total)
		}
		for _, name := range []string{"other", "gp", "paramedic", "crew", "admin", "officer", "patient", "foreign", "unlisted", "no scope", "no token"} {
			header := w.caller(name)
			own := w.send(search, "", header)
			got := w.send("GET "+first.next(), "", header)
			if own.status != 200 {
				if got.status != own.status {
					t.Errorf("%s: %s = %d, by the link of another %d", name, search, own.status, got.status)
				}
				continue
			}
			if got.status == 200 && at(value(t, got.body), "total") != at(value(t, own.body), "total") {
				t.Errorf("%s: %s is of %v, by the link of another of %v", name, search, at(value(t, own.body), "total"), at(value(t, got.body), "total"))
			}
			mine, all := w.pages(own, header), w.pages(got, header)
			for _, id := range append([]string{"q1", "q2", "q3", "q4"}, matrixRecords...) {
				for _, id := range []string{`"id":"` + id + `"`, `"id":"c` + id + `"`, `"id":"o` + id + `"`} {
					if strings.Contains(all, id) && !strings.Contains(mine, id) {
						t.Errorf("%s: the link of another to %s shows %s", name, search, id)
					}
				}
			}
		}
	}
}

// Between two pages somebody loses their access, to one record or to all: the pages that follow, of a search
// or of a history, show none of it.
func TestAttack_CursorAfterLosingAccess(t *testing.T) {
	for _, row := range []struct {
		name, who string
		lose      func(w *loginWorld, partner, admin string)
	}{
		{"the person objects", "paramedic", func(w *loginWorld, partner, _ string) {
			w.must(201, "POST /Consent", strings.ReplaceAll(objection, "ID", "q4"), partner)
		}},
		{"the record is restricted", "paramedic", func(w *loginWorld, partner, _ string) {
			body := string(w.must(200, "GET /Patient/q4", "", partner).body)
			w.must(200, "PUT /Patient/q4", strings.Replace(body, `"meta":{`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}],`, 1), partner)
		}},
		{"the plan is a draft again", "paramedic", func(w *loginWorld, partner, _ string) {
			body := string(w.must(200, "GET /CarePlan/cq4", "", partner).body)
			w.must(200, "PUT /CarePlan/cq4", strings.Replace(body, `"active"`, `"draft"`, 1), partner)
		}},
		{"the agreement ends", "author", func(w *loginWorld, _, admin string) {
			w.alter("Contract?identifier=A", `"executed"`, `"terminated"`, admin)
		}},
		{"the entry ends", "author", func(w *loginWorld, _, admin string) {
			w.alter("PractitionerRole?identifier=author", `"active":true`, `"active":false`, admin)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newPagedWorld(t)
			header, partner, admin := w.caller(row.who), w.caller("partner"), w.caller("admin")
			var next []string
			for _, line := range []string{pagedSearch, "GET /CarePlan?_count=1&_sort=-status,_id", "GET /?_type=CarePlan&_count=1", "GET /CarePlan/_history?_count=1", "GET /_history?_count=1"} {
				b := asBundle(t, w.must(200, line, "", header).body)
				if strings.Contains(line, "_history") {
					b = asBundle(t, w.must(200, line, "", w.caller("paramedic")).body) // whose newest is not cq4 after the change
				}
				next = append(next, strings.Replace(b.next(), "_count=1", "_count=300", 1))
			}
			if before := w.pages(w.send("GET "+next[0], "", header), header); !strings.Contains(before, `"id":"cq4"`) {
				t.Fatalf("cq4 was not shown before: %s", before)
			}
			row.lose(w, partner, admin)
			for _, link := range next {
				if after := w.pages(w.send("GET "+link, "", header), header); strings.Contains(after, `"id":"cq4"`) {
					t.Errorf("%s shows what is hidden by now: %s", link, after)
				}
			}
		})
	}
}

// alter has an administrator change a word of a fact.
func (w *loginWorld) alter(search, old, new, admin string) {
	w.t.Helper()
	target := w.path(w.must(200, "GET /"+search, "", admin))
	body := string(w.must(200, "GET "+target, "", admin).body)
	if !strings.Contains(body, old) {
		w.t.Fatalf("%s has no %s", body, old)
	}
	w.must(200, "PUT "+target, strings.Replace(body, old, new, 1), admin)
}

// A cursor with any character changed, taken out or put elsewhere is refused, and so is that of another search.
func TestAttack_CursorAltered(t *testing.T) {
	w := newPagedWorld(t)
	author := w.caller("author")
	first := asBundle(t, w.must(200, pagedSearch, "", author).body)
	cursor := cursorOf(t, first)
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	altered := []string{"x", "0", "-1", "%00", "..", "AAAA", cursor + "A", cursor + cursor, cursor[1:], cursor[:len(cursor)-1], strings.ToUpper(cursor), cursor + "~", "0-1-0"}
	for i := range cursor {
		other := letters[(strings.IndexByte(letters, cursor[i])+32)%64] // the highest bit of six: never one that padding passes over
		altered = append(altered, cursor[:i]+string(other)+cursor[i+1:])
	}
	for _, c := range altered {
		repelled(t, "_page="+c, w.send(pagedSearch+"&_page="+c, "", author), 400, "invalid")
	}
	for _, elsewhere := range []string{
		"GET /CarePlan?_count=1&_sort=-_id&_total=accurate", "GET /CarePlan?_count=1&status=draft&_sort=_id", "GET /Patient?_count=1&_sort=_id", "GET /Observation?_count=1&_sort=_id", "GET /?_type=CarePlan,Patient&_count=1&_sort=_id",
		"GET /Patient/open/CarePlan?_count=1&_sort=_id", "GET /CarePlan/_history?_count=1", "GET /_history?_count=1", "GET /CarePlan/copen/_history?_count=1", "GET /AuditEvent?_count=1&_sort=_id",
	} {
		repelled(t, elsewhere, w.send(elsewhere+"&_page="+cursor, "", author), 400, "invalid")
	}
	history := asBundle(t, w.must(200, "GET /CarePlan/_history?_count=1", "", author).body)
	repelled(t, "the cursor of a history", w.send(pagedSearch+"&_page="+cursorOf(t, history), "", author), 400, "invalid")
	repelled(t, "two cursors", w.send(pagedSearch+"&_page="+cursor+"&_page="+cursor[1:], "", author), 400, "invalid")
	w.silent(cursor)
}

// After a restart a link leads on, or is refused; it shows nobody more than before.
func TestAttack_CursorAfterRestart(t *testing.T) {
	data := ""
	w := newLoginWorld(t, func(c *config.Config) { data = c.Data })
	for _, id := range []string{"q1", "q2", "q3"} {
		w.published(id)
	}
	const search = "GET /CarePlan?_count=1&_sort=_id"
	first := asBundle(t, w.must(200, search, "", w.bearer("author", everything)).body)
	w.again(data, func(*config.Config) {})
	again := search + "&_page=" + cursorOf(t, first)
	if r := w.send(again, "", w.bearer("author", everything)); r.status != 200 || !strings.Contains(string(r.body), `"id":"cp2"`) {
		t.Errorf("the link after a restart = %d %s", r.status, shorten(r.body))
	}
	other := w.bearer("other", everything)
	if all := w.pages(w.send(again, "", other), other); strings.Contains(all, `"CarePlan"`) {
		t.Errorf("the link of another after a restart shows %s", all)
	}
	repelled(t, "nobody", w.send(again, ""), 401, "token-missing")
}

// again stops the server and starts another on what it stored.
func (w *loginWorld) again(data string, change func(*config.Config)) {
	w.server.t.Helper()
	if err := w.stop(); err != nil {
		w.server.t.Fatal(err)
	}
	w.server = start(w.server.t, func(c *config.Config) {
		c.Issuers, c.Data = []string{w.issuer.URL}, data
		c.RateClient, c.RateCaller, c.RateAddress = 0, 0, 0
		change(c)
	})
	w.audience = w.base
}
