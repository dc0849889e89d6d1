package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"hearken/internal/config"
)

// patience is how long an answer may take; it passes where the server waits for more of a request.
const patience = 3 * time.Second

// raw sends bytes as they are over a connection of its own, and gives all the answers to them until the
// server closes it or is silent.
func (w *loginWorld) raw(request string, sent ...func(*net.TCPConn) error) (answers []reply) {
	w.server.t.Helper()
	host := strings.TrimSuffix(strings.TrimPrefix(w.base, "http://"), "/fhir")
	c, err := net.Dial("tcp", host)
	if err != nil {
		w.server.t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing is written any more
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		w.server.t.Fatal(err)
	}
	request = strings.ReplaceAll(strings.ReplaceAll(request, "HOST", host), "\n", "\r\n")
	if _, err := io.WriteString(c, request); err != nil {
		w.server.t.Fatal(err)
	}
	for _, then := range sent {
		if err := then(c.(*net.TCPConn)); err != nil {
			w.server.t.Fatal(err)
		}
	}
	in := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers
		}
		body, _ := io.ReadAll(resp.Body)
		answers = append(answers, reply{resp.StatusCode, resp.Header, body})
	}
}

// seen is how many answers show a plan.
func plansIn(answers []reply) (n int) {
	for _, r := range answers {
		if strings.Contains(string(r.body), `"intent"`) {
			n++
		}
	}
	return n
}

// Paths that are written in other ways lead to the same place by the same rules, or nowhere: nobody without a
// token sees a thing by them, and nobody with one what is hidden.
func TestAttack_Paths(t *testing.T) {
	w := newMatrixWorld(t)
	paramedic := w.caller("paramedic")
	for _, path := range []string{
		"//fhir/CarePlan/cID", "/fhir//CarePlan/cID", "/fhir/CarePlan//cID", "/fhir/CarePlan/cID/", "/fhir/./CarePlan/cID", "/fhir/x/../CarePlan/cID", "/fhir/../fhir/CarePlan/cID", "/fhir/metadata/../CarePlan/cID", "/fhir/metadata/%2e%2e/CarePlan/cID", "/fhir/.well-known/smart-configuration/../../CarePlan/cID", "/healthz/../fhir/CarePlan/cID",
		"/fhir/%2e%2e/fhir/CarePlan/cID", "/fhir/%2E/CarePlan/cID", "/%66hir/CarePlan/cID", "/fhir%2fCarePlan%2fcID", "/fhir/CarePlan%2fcID", "/fhir/CarePlan%2FcID", "/fhir/CarePlan/%63ID", "/fhir/%43arePlan/cID", "/fhir/CarePlan/cID%00", "/fhir/CarePlan/cID%00.json", "/fhir/%00/CarePlan/cID", "/fhir/CarePlan/cID%20", "/fhir/CarePlan/cID%0a", "/fhir/CarePlan/cID;x=y", "/fhir/CarePlan;x=y/cID",
		"/fhir/metadata;/CarePlan/cID", "/fhir/metadata%3f/CarePlan/cID", "/fhir/metadata/CarePlan/cID", "/fhir/CarePlan/cID/metadata", "/fhir/CarePlan/cID%23", "/fhir/CarePlan/cID.json", "/fhir/careplan/cID", "/FHIR/CarePlan/cID", "/fhir/CarePlan/CID", "/fhir\\CarePlan\\cID", "/fhir/CarePlan\\cID", "/fhir/CarePlan/..%5ccID", "/fhir/CarePlan/%u0063ID", "/fhir/CarePlan/c%c0%aeID", "/fhir/CarePlan/%ff",
		"http://HOST/fhir/CarePlan/cID", "http://evil.example.org/fhir/CarePlan/cID", "http://HOST/fhir/metadata/../CarePlan/cID", "https://HOST//fhir/CarePlan/cID",
	} {
		for _, header := range []string{"X-None: 1", paramedic} {
			request := "GET " + strings.ReplaceAll(path, "cID", "crestricted") + " HTTP/1.1\nHost: HOST\n" + header + "\nConnection: close\n\n"
			answers := w.raw(request)
			if len(answers) != 1 || plansIn(answers) != 0 || answers[0].status >= 500 || answers[0].status < 400 {
				t.Errorf("%s with %.20s: %d answers, %+v", path, header, len(answers), first(answers))
				continue
			}
			r := answers[0]
			if location := r.header.Get("Location"); location != "" {
				t.Errorf("%s: sent on to %s", path, location)
			}
			if r.status != 400 && header != paramedic && strings.HasPrefix(path, "/fhir/") && r.status != 401 {
				t.Errorf("%s without a token = %d %s", path, r.status, shorten(r.body))
			}
		}
	}
	w.silent("crestricted", "evil.example.org")
}

// first is the first answer, for a message.
func first(answers []reply) string {
	if len(answers) == 0 {
		return "no answer"
	}
	return fmt.Sprint(answers[0].status, " ", shorten(answers[0].body))
}

// Headers by which proxies, frameworks and browsers say other things than the request line are not believed,
// and break no answer.
func TestAttack_Headers(t *testing.T) {
	w := newMatrixWorld(t)
	author, long := w.caller("author"), strings.Repeat("x", 4000)
	for _, row := range []struct {
		name, line, headers string
		status              int
	}{
		{"another method", "GET /fhir/CarePlan/copen", "X-HTTP-Method-Override: DELETE\nX-HTTP-Method: DELETE\nX-Method-Override: DELETE\n" + author, 200},
		{"another method of a POST", "POST /fhir/CarePlan/copen?_method=DELETE", "X-HTTP-Method-Override: DELETE\nContent-Length: 0\n" + author, 405},
		{"another URL", "GET /fhir/metadata", "X-Original-URL: /fhir/CarePlan/copen\nX-Rewrite-URL: /fhir/CarePlan/copen", 200}, {"another URL, and a token for nothing", "GET /fhir/CarePlan/copen", "X-Original-URL: /fhir/metadata\nX-Rewrite-URL: /fhir/metadata", 401},
		{"an address of the house", "GET /fhir/CarePlan/copen", "X-Forwarded-For: 127.0.0.1\nX-Real-IP: 127.0.0.1\nForwarded: for=127.0.0.1\nX-Client-IP: ::1", 401}, {"somebody else, by a proxy", "GET /fhir/CarePlan/copen", "X-Remote-User: author\nRemote-User: author\nX-Forwarded-User: author\nX-SSL-Client-Verify: SUCCESS", 401},
		{"a role in a header", "GET /fhir/CarePlan/crestricted", "X-Role: administrator\nNHSD-Session-URID: 1\nX-Purpose-Of-Use: BTG\nX-Organisation: A\n" + w.caller("paramedic"), 404},
		{"two tokens", "GET /fhir/CarePlan/copen", author + "\n" + author, 401}, {"two tokens of two", "GET /fhir/CarePlan/copen", w.caller("other") + "\n" + author, 401}, {"two tokens in one", "GET /fhir/CarePlan/copen", author + ", " + strings.TrimPrefix(author, "Authorization: "), 401}, {"a token on two lines", "GET /fhir/CarePlan/copen", strings.Replace(author, "Bearer ", "Bearer\n ", 1), 200},
		{"a scheme in small letters", "GET /fhir/CarePlan/copen", strings.Replace(author, "Bearer", "bearer", 1), 200}, {"a header in small letters", "GET /fhir/CarePlan/copen", strings.Replace(author, "Authorization", "authorization", 1), 200}, {"a header with a space", "GET /fhir/CarePlan/copen", strings.Replace(author, "Authorization:", "Authorization :", 1), 400}, {"a header with an underscore", "GET /fhir/CarePlan/copen", strings.Replace(author, "Authorization", "Authoriza_tion", 1), 401},
		{"a method in small letters", "get /fhir/CarePlan/copen", author, 405}, {"a method in mixed letters", "Delete /fhir/CarePlan/copen", author, 405}, {"a method of nobody", "GETT /fhir/CarePlan/copen", author, 405}, {"CONNECT", "CONNECT HOST:80", author, 400}, {"TRACE", "TRACE /fhir/CarePlan/copen", author, 405},
		{"a page of nowhere", "GET /fhir/CarePlan/copen", "Origin: null", 401}, {"a page of nowhere with a token", "GET /fhir/CarePlan/copen", "Origin: null\n" + author, 200}, {"a preflight", "OPTIONS /fhir/CarePlan/copen", "Origin: https://evil.example.org\nAccess-Control-Request-Method: DELETE", 204},
		{"a request id with a line", "GET /fhir/CarePlan/copen", "X-Request-ID: a1%0d%0aSet-Cookie: x=y\n" + author, 200}, {"a request id with another header", "GET /fhir/CarePlan/copen", "X-Request-ID: a\rSet-Cookie: x=y\n" + author, 0}, {"a request id with a name", "GET /fhir/CarePlan/copen", "X-Request-ID: Mallory Mallorysson\n" + author, 200},
		{"a request id with an NHS number", "GET /fhir/CarePlan/copen", "X-Request-ID: 9990000018\n" + author, 200}, {"a request id with markup", "GET /fhir/CarePlan/copen", "X-Request-ID: <script>\n" + author, 200}, {"a long request id", "GET /fhir/CarePlan/copen", "X-Request-ID: " + long + "\n" + author, 200}, {"long headers", "GET /fhir/CarePlan/copen", "X-Long: " + strings.Repeat(long, 400) + "\n" + author, 431},
		{"no end of conditions", "GET /fhir/CarePlan/copen", "If-None-Match: " + strings.Repeat(`W/"9",`, 2000) + `"x"` + "\n" + author, 200}, {"no end of types", "GET /fhir/CarePlan/copen", "Accept: " + strings.Repeat("a/b;q=0.1,", 2000) + "*/*\n" + author, 200},
	} {
		answers := w.raw(row.line + " HTTP/1.1\nHost: HOST\n" + row.headers + "\nConnection: close\n\n")
		if len(answers) != 1 || row.status != 0 && answers[0].status != row.status || answers[0].status >= 500 {
			t.Errorf("%s: %d answers, %s, want %d", row.name, len(answers), first(answers), row.status)
			continue
		}
		h := answers[0].header
		if h.Get("Set-Cookie") != "" || h.Get("Access-Control-Allow-Credentials") != "" || strings.Contains(h.Get("Access-Control-Allow-Origin"), "null") || strings.ContainsAny(h.Get("X-Request-Id"), "\r\n< ") || len(h.Get("X-Request-Id")) > 128 {
			t.Errorf("%s: %v", row.name, h)
		}
		if row.status != 200 && plansIn(answers) != 0 {
			t.Errorf("%s shows a plan: %s", row.name, first(answers))
		}
	}
	if r := w.must(200, "GET /CarePlan/copen", "", author); !strings.Contains(string(r.body), `"versionId":"1"`) {
		t.Errorf("the plan was written: %s", shorten(r.body))
	}
	w.silent("Bearer", "Mallory", "9990000018", "Set-Cookie", "evil.example.org", "<script>", "copen")
}

// Links are made of the base URL that was set, or of a Host that is one; of what a stranger's proxy says, never.
func TestAttack_Host(t *testing.T) {
	w := newMatrixWorld(t)
	author := w.caller("author")
	for _, forged := range []string{"X-Forwarded-Host: evil.example.org", "Forwarded: host=evil.example.org;proto=https", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /evil", "X-Forwarded-Port: 666", "X-Host: evil.example.org", "X-Forwarded-Server: evil.example.org", "Host: evil.example.org"} {
		r := w.send("GET /CarePlan?_count=1", "", author, forged)
		if body := string(r.body); strings.Contains(body, "evil") || strings.Contains(body, "https://127") || strings.Contains(body, ":666") || r.status != 200 {
			t.Errorf("%s = %d %s", forged, r.status, shorten(r.body))
		}
	}
	for name, hosts := range map[string]string{"two": "Host: HOST\nHost: evil.example.org\n", "none": "", "a path": "Host: HOST/evil\n", "markup": "Host: <script>\n", "a user": "Host: evil@HOST\n", "a quote": "Host: HOST\"\n"} {
		answers := w.raw("GET /fhir/CarePlan/copen HTTP/1.1\n" + hosts + author + "\nConnection: close\n\n")
		if len(answers) != 1 || strings.Contains(string(answers[0].body), "evil") || strings.Contains(string(answers[0].body), "script") || answers[0].status != 400 && answers[0].status != 200 || name == "two" && answers[0].status != 400 || name == "none" && answers[0].status != 400 {
			t.Errorf("%s: %s", name, first(answers))
		}
	}
	w.silent("evil")
}

// Where a request ends is not for two headers to say: nobody's next request begins inside somebody's body.
func TestAttack_Smuggling(t *testing.T) {
	w := newMatrixWorld(t)
	other, author := w.caller("other"), w.caller("author")
	inner := "GET /fhir/CarePlan/copen HTTP/1.1\nHost: HOST\nConnection: close\n" + author + "\n\n"
	length := len(strings.ReplaceAll(inner, "\n", "\r\n")) + 10 // HOST is longer by some
	for name, framing := range map[string]string{
		"both":                  fmt.Sprintf("Content-Length: %d\nTransfer-Encoding: chunked\n\n0\n\n", length),
		"both, the other way":   fmt.Sprintf("Transfer-Encoding: chunked\nContent-Length: %d\n\n0\n\n", length),
		"two lengths":           fmt.Sprintf("Content-Length: 0\nContent-Length: %d\n\n", length),
		"a length with a sign":  fmt.Sprintf("Content-Length: +%d\n\n", length),
		"a length in hex":       "Content-Length: 0x10\n\n",
		"a length below 0":      "Content-Length: -1\n\n",
		"an odd encoding":       "Transfer-Encoding: xchunked\n\n0\n\n",
		"an encoding twice":     "Transfer-Encoding: chunked\nTransfer-Encoding: identity\n\n0\n\n",
		"an encoding, spaced":   "Transfer-Encoding : chunked\n\n0\n\n",
		"an encoding by \\v":    "Transfer-Encoding: \x0bchunked\n\n0\n\n",
		"a chunk that is none":  "Transfer-Encoding: chunked\n\nzz\n\n",
		"a chunk that is large": "Transfer-Encoding: chunked\n\nffffffffffffffff\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := w.raw("POST /fhir/CarePlan/_search HTTP/1.1\nHost: HOST\n" + other + "\n" + formType + "\n" + framing + inner)
			// One answer at most, and the connection ends: two framings are refused or, as HTTP has it, are chunks and
			// the last request.
			if name == "a chunk that is large" && len(answers) == 0 {
				return // the server waits for it
			}
			if len(answers) != 1 || plansIn(answers) != 0 || answers[0].status != 400 && answers[0].status != 501 && !strings.HasPrefix(name, "both") {
				t.Errorf("%d answers, %s", len(answers), first(answers))
			}
		})
	}
	if r := w.send("GET /CarePlan?_id=x%0d%0aGET%20/fhir/CarePlan/copen%20HTTP/1.1", "", other); r.status >= 500 || strings.Contains(string(r.body), `"intent"`) {
		t.Errorf("a line in the query = %d %s", r.status, shorten(r.body))
	}
	t.Cleanup(func() { w.silent("Bearer", "copen") })
}

// Who has ended their half of a connection is not given nothing for an answer: an empty 200 would be taken for one.
func TestAttack_HalfClosed(t *testing.T) {
	w := newMatrixWorld(t)
	for _, line := range []string{"GET /fhir/CarePlan?_id=copen", "GET /fhir/CarePlan/copen", "GET /fhir/Patient?identifier=urn:n%7Copen", "GET /fhir/CarePlan/_history"} {
		for _, header := range []string{w.caller("author"), "X-None: 1"} {
			for _, r := range w.raw(line+" HTTP/1.1\nHost: HOST\nConnection: close\n"+header+"\n\n", (*net.TCPConn).CloseWrite) {
				if r.status < 300 && len(r.body) == 0 {
					t.Errorf("%s = %d and nothing", line, r.status)
				}
			}
		}
	}
}

// What people are called, their numbers and tokens are nowhere in the log, wherever in a request they were put.
func TestAttack_NothingInTheLog(t *testing.T) {
	w := newLoginWorld(t, func(c *config.Config) { c.RateClient, c.RateCaller, c.RateAddress = 0, 0, 0 })
	token := w.token(claims{"sub": "author", "scope": everything})
	secrets := []string{"9990000018", "999 000 0018", "Featherstonehaugh", token, token[len(token)-40:]}
	requests := 0
	for _, secret := range secrets {
		escaped := strings.ReplaceAll(secret, " ", "%20")
		for _, header := range []string{"X-None: 1", "Authorization: Bearer " + token, "Authorization: Bearer " + strings.ReplaceAll(secret, " ", ""), "X-Request-ID: " + secret, "Accept: " + secret, "User-Agent: " + secret, "Prefer: " + secret, "If-None-Match: " + secret, "Origin: https://" + escaped, "DPoP: " + secret, "Content-Type: " + secret, "Referer: http://" + escaped, "Cookie: " + secret} {
			for _, line := range []string{"GET /Patient/" + escaped, "GET /" + escaped, "GET /Patient?name=" + escaped, "GET /Patient?" + escaped + "=x", "POST /Patient/" + escaped + "/$" + escaped, "DELETE /Patient?identifier=" + escaped, "PUT /Patient/" + escaped, "PATCH /Patient/x?" + escaped, "GET /Patient/x/_history/" + escaped} {
				headers := []string{header}
				if strings.HasPrefix(header, "X-Request-ID") {
					headers = append(headers, "Authorization: Bearer "+token)
				}
				w.send(line, `{"resourceType":"`+secret+`","`+secret+`":"`+secret+`"}`, headers...)
				requests++
			}
		}
	}
	for _, secret := range secrets {
		w.raw(secret + " /fhir/Patient HTTP/1.1\nHost: HOST\nConnection: close\n\n")
		w.raw("GET /fhir/Patient HTTP/1.1\nHost: HOST\nConnection: close\n" + secret + ": x\n\n")
		w.raw("GET /fhir/Patient HTTP/1.1\nHost: " + secret + "\nConnection: close\n\n")
		w.raw("GET /fhir/" + secret + "\nx\n\n")
	}
	w.silent(append(secrets, "author", "Bearer")...)
	if n := strings.Count(w.log.String(), "msg=request"); n < requests {
		t.Errorf("%d lines for %d requests: the test tests too little", n, requests)
	}
}
