package app_test

import (
	"strings"
	"testing"
)

// tellOpaque has the issuer say of an opaque token, from now on, that it is somebody's.
func (i *issuer) tellOpaque(token, subject string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.opaque[token] = claims{"active": true, "iss": i.URL, "sub": subject, "aud": i.audience, "client_id": "app", "scope": everything}
}

// path is that of the first resource in a searchset.
func (s *server) path(r reply) string {
	s.t.Helper()
	_, url, _ := strings.Cut(string(r.body), `"fullUrl":"`)
	url, _, _ = strings.Cut(url, `"`)
	path, ok := strings.CutPrefix(url, s.base)
	if !ok {
		s.t.Fatalf("nothing was found: %s", shorten(r.body))
	}
	return path
}

// The issuer has taken a leaver's token back, and this server has not asked since: what it remembers of the
// token goes with the staff list that leaves them out, and nobody else's does. The list alone shuts them out,
// too, whatever the issuer says.
func TestLeavers_LoseTokens(t *testing.T) {
	w := newLoginWorld(t, nil)
	admin := w.bearer("admin", everything)
	header := func(token string) string { return "Authorization: Bearer " + token }
	for _, who := range []string{"author", "paramedic", "other"} {
		w.tellOpaque("opaque-"+who, who)
	}
	w.must(200, "GET /CarePlan/cp1", "", header("opaque-author"))
	w.must(200, "GET /CarePlan/cp1", "", header("opaque-paramedic"))
	w.must(404, "GET /CarePlan/cp1", "", header("opaque-other"))
	w.mu.Lock()
	clear(w.opaque)
	w.mu.Unlock()
	w.must(200, "GET /CarePlan/cp1", "", header("opaque-author")) // kept

	r := w.must(200, "GET /Organization?identifier=A&_elements=id", "", admin)
	organisation := w.path(r)
	csv := "issuer,subject,role,from,trained-until\n" + w.issuer.URL + ",untrained,clinical,2023-01-01,2023-12-31\n"
	r = w.must(202, "POST "+organisation+"/$staff-list", csv, admin, "Content-Type: text/csv")
	task := strings.Split(string(r.body), `"Task/`)[1]
	w.must(200, "GET /CarePlan/cp1", "", header("opaque-author")) // the list waits
	w.must(200, "POST "+organisation+"/$staff-list?approve="+task[:strings.Index(task, `"`)], "", w.bearer("admin2", everything))

	if r := w.must(401, "GET /CarePlan/cp1", "", header("opaque-author")); !strings.Contains(string(r.body), "token-inactive") {
		t.Errorf("the leaver's token: %s", shorten(r.body))
	}
	w.must(200, "GET /CarePlan/cp1", "", header("opaque-paramedic")) // of another list: kept
	if r := w.must(403, "GET /CarePlan/cp1", "", w.bearer("author", everything)); !strings.Contains(string(r.body), "emergency-access-available") {
		t.Errorf("a leaver with a good token: %s", shorten(r.body))
	}
}

// What administrators write to an entry or an agreement by ordinary writes counts from the answer on: what is
// kept of an entry goes by the change log.
func TestLeavers_OrdinaryWrites(t *testing.T) {
	for _, row := range []struct{ name, search, old, new string }{
		{"an entry that is ended", "PractitionerRole?identifier=author", `"active":true`, `"active":false`},
		{"an entry whose training runs out", "PractitionerRole?identifier=author", "2089-01-01", "2024-01-01"},
		{"an agreement that is ended", "Contract?identifier=A", `"executed"`, `"terminated"`},
		{"an agreement that runs out", "Contract?identifier=A", "2090-01-01", "2024-01-01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newLoginWorld(t, nil)
			admin := w.bearer("admin", everything)
			w.tellOpaque("opaque-author", "author")
			header := "Authorization: Bearer opaque-author"
			w.must(200, "GET /CarePlan/cp1", "", header)
			found := w.must(200, "GET /"+row.search, "", admin)
			target := w.path(found)
			body := string(w.must(200, "GET "+target, "", admin).body)
			if !strings.Contains(body, row.old) {
				t.Fatalf("%s has no %s", body, row.old)
			}
			w.must(200, "PUT "+target, strings.Replace(body, row.old, row.new, 1), admin)
			w.must(403, "GET /CarePlan/cp1", "", header)
		})
	}
}
