package app_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The attacks of these files go over real sockets against the world of the matrix, and each has the outcome
// that the table of who may see what demands. What they send is made up so that the log can be searched for
// it.

// caller is the header of somebody of the matrix, by name.
func (w *loginWorld) caller(name string) string {
	w.t.Helper()
	i := slices.IndexFunc(matrixCallers, func(c matrixCaller) bool { return c.name == name })
	if i < 0 {
		w.t.Fatalf("nobody is called %s", name)
	}
	return matrixCallers[i].header(w)
}

// repelled checks that an answer is a refusal that says to a developer why: an OperationOutcome with the detail.
func repelled(t testing.TB, name string, r reply, status int, detail string) {
	t.Helper()
	if r.status != status || !strings.Contains(string(r.body), `"OperationOutcome"`) || !strings.Contains(string(r.body), `"code":"`+detail+`"`) {
		t.Errorf("%s = %d %s, want %d %s", name, r.status, shorten(r.body), status, detail)
	}
	if r.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s: Cache-Control %q", name, r.header.Get("Cache-Control"))
	}
}

// changing is what differs between two answers that say the same: moments and new ids.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|\b[0-9a-f]{32}\b`)

// tells is all of an answer that could tell something: the status, the headers that speak of a resource, and the body.
func tells(r reply, id string) string {
	out := []string{strconv.Itoa(r.status)}
	for _, name := range []string{"ETag", "Last-Modified", "Location", "Content-Location", "Content-Type", "Content-Length", "Allow", "WWW-Authenticate", "Retry-After", "Link"} {
		out = append(out, name+": "+strings.Join(r.header.Values(name), ", "))
	}
	text := changing.ReplaceAllString(strings.Join(append(out, string(r.body)), "\n"), "…")
	return strings.ReplaceAll(text, id, "ID")
}

// silent checks that the log holds none of the secrets.
func (w *loginWorld) silent(secrets ...string) {
	w.t.Helper()
	log := w.log.String()
	if !strings.Contains(log, "msg=request") {
		w.t.Error("the log holds no request: the test tests too little")
	}
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			at := strings.Index(log, secret)
			w.t.Errorf("the log holds %q: %s", secret, log[max(0, at-200):min(len(log), at+100)])
		}
	}
}

// odsReference is the members of a reference to an organisation by its code.
func odsReference(code string) string {
	return strings.Replace(strings.TrimSuffix(odsIdentifier(code), "]"), "[", "", 1)
}
