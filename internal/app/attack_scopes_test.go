package app_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// scopeRequests are asked with each scope: a read, a search, a history, a Bundle of each sort and a write.
var scopeRequests = []matrixSurface{
	{line: "GET /CarePlan/copen"}, {line: "GET /CarePlan/crestricted"}, {line: "GET /CarePlan/c" + absentRecord}, {line: "GET /CarePlan?_count=100"}, {line: "GET /CarePlan/copen/_history"}, {line: "GET /Patient/open"},
	{line: "POST /", body: entryOf("transaction", "GET", "CarePlan/copen")}, {line: "POST /", body: entryOf("batch", "GET", "CarePlan/copen")},
	{line: "POST /Observation", body: oracleBody("NEW", "")}, {line: "DELETE /CarePlan/copen"},
}

// scopesOfNothing are texts that look as if they granted something.
var scopesOfNothing = []string{
	"", " ", "openid fhirUser profile", "launch launch/patient", "offline_access", "user/", "user", "user/*", "user.*", "*", "*/*", "*.*", "*/*.*", "**/*.rs", "all", "admin", "root", "any/*.cruds",
	"openid\u00a0user/*.cruds", "\u2003user/*.cruds", "user/*.cruds\u3000", "\u200buser/*.cruds", "user/\u200b*.cruds", "openid\tuser/*.cruds", "user/*.cruds\n", "openid\r\nuser/*.cruds", "user/*.cruds\x00", "openid,user/*.cruds", "openid;user/*.cruds", "openid+user/*.cruds", "openid%20user/*.cruds", `"user/*.cruds"`,
	"USER/*.CRUDS", "User/*.cruds", "user/*.CRUDS", "user/*.Rs", "user/careplan.cruds", "user/CAREPLAN.cruds", "\uff55ser/*.cruds", "us\u0435r/*.cruds", "user/*\uff0ecruds", "user\\*.cruds", "user%2F*.cruds",
	"user/*.sdurc", "user/*.rr", "user/*.crudss", "user/*.c-r", "user/*.", "user/.cruds", "user/**.cruds", "user/*.*.cruds", "user/*.cruds.*", "user//*.cruds", "user/*/*.cruds", "user/*.read.write", "user/*.all", "user/Care*.cruds", "user/CarePlan|Patient.cruds", "user/CarePlan,Observation.cruds",
	"user/*.cruds?", "user/*.cruds?&", "user/*.cruds?=", "user/*.cruds?_id", "user/*.cruds?_id=", "user/*.cruds?%zz=1", "user/*.*?_id=copen", "user/*.read?_id=copen", "user/*.cruds#_id=x",
	"system/*.cruds", "system/CarePlan.rs system/Observation.cruds", "patient/*.cruds", "launch/patient patient/*.cruds", "patient/*.cruds patient/*.cruds patient/*.*",
	"user/CarePlan.rs?_id=copen%20user/*.cruds%26x=y", "user/CarePlan.rs?subject:Patient.identifier=urn:n|open", "user/CarePlan.rs?patient.identifier=urn:n|open", "user/CarePlan.rs?_has:Provenance:target:_id=x", "user/CarePlan.rs?_filter=_id%20eq%20copen", "user/CarePlan.rs?_include=*", "user/CarePlan.rs?_count=1", "user/CarePlan.rs?_elements=id", "user/CarePlan.rs?no-such=1", "user/CarePlan.rs?status:no-such=1", "user/CarePlan.rs?_lastUpdated=nonsense",
	strings.Repeat("openid ", 600) + "user/*.cruds", strings.Repeat("x", 8000) + " user/*.Cruds",
}

// What is not a scope to the letter grants nothing: 403 insufficient-scope, before anything is looked up.
func TestAttack_ScopesThatGrantNothing(t *testing.T) {
	w := newMatrixWorld(t)
	for _, scope := range scopesOfNothing {
		w.grantsNothing(claims{"scope": scope})
	}
	for _, odd := range []claims{
		{"scope": nil}, {"scope": nil, "scopes": everything}, {"scope": nil, "permissions": []string{everything}}, {"scope": "openid", "scp": everything}, {"scope": "openid", "SCOPE": everything, "Scope": everything},
		{"scope": claims{everything: true}}, {"scope": [][]string{{everything}}}, {"scope": []any{claims{"scope": everything}}}, {"scope": 1}, {"scope": true}, {"scope": []any{1, nil}}, {"scope": "openid", "authorization": claims{"scope": everything}},
		{"scope": "patient/*.cruds", "launch_response": claims{"patient": "open"}}, {"scope": "patient/*.cruds", "Patient": "open"}, {"scope": "system/*.cruds", "client_id": "partner"}, // a user stands behind it
	} {
		w.grantsNothing(odd)
	}
	if r := w.must(200, "GET /CarePlan/copen", "", w.caller("partner")); !strings.Contains(string(r.body), `"versionId":"1"`) {
		t.Errorf("the plan was changed: %s", shorten(r.body))
	}
}

// grantsNothing sends all requests with the claims of the author and those.
func (w *loginWorld) grantsNothing(changes claims) {
	w.server.t.Helper()
	c := claims{"sub": "author"}
	maps.Copy(c, changes)
	header, name := "Authorization: Bearer "+w.token(c), fmt.Sprintf("%.80q", fmt.Sprint(changes))
	for _, s := range scopeRequests {
		r := w.send(s.line, strings.ReplaceAll(s.body, "ID", "open"), header)
		body := string(r.body)
		if strings.Contains(body, `"intent"`) || strings.Contains(body, `"managingOrganization"`) || r.status < 400 && !strings.Contains(s.body, `"batch"`) || r.status == 404 || r.status >= 500 {
			w.server.t.Errorf("%s: %s %.30s = %d %s", name, s.line, s.body, r.status, shorten(r.body))
		}
		if !strings.Contains(body, "insufficient-scope") && !strings.Contains(body, "claim-missing") {
			w.server.t.Errorf("%s: %s says %s", name, s.line, shorten(r.body))
		}
	}
}

// A scope grants what it says and no more, however it is combined, repeated or conditioned. What is seen is
// of the plans copen and crestricted.
func TestAttack_ScopesGrantNoMore(t *testing.T) {
	w := newMatrixWorld(t)
	for _, row := range []struct {
		name    string
		changes claims
		sees    string
		writes  bool
	}{
		{"all, by version 1", claims{"scope": "user/*.*"}, "open restricted", true}, {"all, by version 2", claims{"scope": everything}, "open restricted", true}, {"a list of scopes", claims{"scope": []string{"openid", everything}}, "open restricted", true},
		{"reading", claims{"scope": "user/*.read"}, "open restricted", false}, {"reading and odd ones", claims{"scope": "user/*.rs user/*.CUD user/Observation.sdurc"}, "open restricted", false},
		{"one plan", claims{"scope": "user/CarePlan.rs?_id=copen"}, "open", false}, {"one plan twice", claims{"scope": "user/CarePlan.rs?_id=copen user/CarePlan.rs?_id=copen"}, "open", false},
		{"one plan and no plan", claims{"scope": "user/CarePlan.rs?_id=copen&_id=crestricted"}, "", false},
		{"one plan, and a chain", claims{"scope": "user/CarePlan.rs?_id=copen user/CarePlan.rs?subject:Patient.active=true"}, "open", false},
		{"a record", claims{"scope": "patient/*.cruds patient/*.cruds", "patient": "open"}, "open", true}, {"a record, and all by a client", claims{"scope": "patient/*.rs system/*.cruds", "patient": "open"}, "open", false},
		{"a record, asked for as another", claims{"scope": "patient/*.rs launch/patient", "patient": "restricted"}, "restricted", false},
		{"a record of nobody", claims{"scope": "patient/*.cruds", "patient": "nobody"}, "", false},
	} {
		c := claims{"sub": "author"}
		maps.Copy(c, row.changes)
		header := "Authorization: Bearer " + w.token(c)
		for _, id := range []string{"open", "restricted"} {
			want := strings.Contains(row.sees, id)
			if r := w.send("GET /CarePlan/c"+id, "", header); (r.status == 200) != want || !want && r.status != 404 {
				t.Errorf("%s: read of %s = %d %s, want seen %v", row.name, id, r.status, shorten(r.body), want)
			}
			if r := w.send("GET /CarePlan?_count=100&_include=CarePlan:subject&_revinclude=Observation:subject", "", header); !want && strings.Contains(string(r.body), `"`+id+`"`) || r.status != 200 && r.status != 403 {
				t.Errorf("%s: includes = %d, with %s: %s", row.name, r.status, id, shorten(r.body))
			}
			r := w.must(200, "GET /CarePlan?_count=100", "", header)
			if strings.Contains(string(r.body), `"id":"c`+id+`"`) != want {
				t.Errorf("%s: the search shows %s: %v, want %v", row.name, id, !want, want)
			}
			if r := w.send("GET /CarePlan/c"+id+"/_history/1", "", header); (r.status == 200) != want {
				t.Errorf("%s: version of %s = %d, want seen %v", row.name, id, r.status, want)
			}
		}
		if r := w.send("POST /Observation", strings.ReplaceAll(oracleBody("NEW", ""), "ID", "open"), header); (r.status == 201) != row.writes || !row.writes && r.status != 403 {
			t.Errorf("%s: a write = %d %s, want %v", row.name, r.status, shorten(r.body), row.writes)
		}
	}
}

// A patient in context is an id, or nobody.
func TestAttack_PatientInContext(t *testing.T) {
	w := newMatrixWorld(t)
	for _, patient := range []any{"*", "", " open", "open,restricted", "open restricted", "Patient/*", "../restricted", "open%2Crestricted", "open|restricted", "OPEN", []string{"open", "restricted"}, claims{"id": "open"}, 1, true, "https://elsewhere.example.org/fhir/Patient/restricted", "restricted/_history/1", "open&patient=restricted"} {
		header := "Authorization: Bearer " + w.token(claims{"sub": "author", "scope": "patient/*.cruds", "patient": patient})
		for _, line := range []string{"GET /CarePlan/crestricted", "GET /CarePlan/copen", "GET /CarePlan?_count=100", "GET /Patient/restricted", "GET /Patient?_count=100", "GET /?_type=Patient,CarePlan&_count=100"} {
			r := w.send(line, "", header)
			if strings.Contains(string(r.body), `"intent"`) || strings.Contains(string(r.body), `"managingOrganization"`) || r.status >= 500 {
				t.Errorf("patient %v: %s = %d %s", patient, line, r.status, shorten(r.body))
			}
		}
	}
}
