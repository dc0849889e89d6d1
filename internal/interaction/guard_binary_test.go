package interaction_test

import (
	"net/http"
	"strings"
	"testing"
)

// A Binary that names a securityContext is shown to nobody who logs in, by no way, whatever a DocumentReference says of where it is: never to more people than see
// that resource.
func TestGuard_BinaryWithContext(t *testing.T) {
	s := guarded(t)
	s.Login = nil
	for _, id := range []string{"p1", "p2"} {
		put(t, s, "Binary/b"+id, `{"resourceType":"Binary","id":"b`+id+`","contentType":"text/plain","securityContext":{"reference":"Patient/`+id+`"},"data":"U2VjcmV0"}`)
		put(t, s, "DocumentReference/d"+id, `{"resourceType":"DocumentReference","id":"d`+id+`","status":"current","subject":{"reference":"Patient/`+id+`"},"content":[{"attachment":{"url":"Binary/b`+id+`"}}]}`)
	}
	login(s)
	for _, who := range []string{"author", "gp", "paramedic", "other", "patient", "client-partner", "officer", "admin"} {
		p := principal(who, "user/*.cruds")
		for _, id := range []string{"p1", "p2"} {
			for _, target := range []string{"Binary/b" + id, "Binary/b" + id + "/_history/1", "Binary/b" + id + "/_history", "Binary?_id=b" + id, "Binary/_history", "_history?_count=500", "?_type=Binary",
				"DocumentReference?_id=d" + id + "&_include=*", "DocumentReference/d" + id} {
				if a := answer(s, as(p, http.MethodGet, target, "")); strings.Contains(string(a.Body), "U2VjcmV0") || strings.Contains(string(a.Body), "Secret") || strings.HasPrefix(target, "Binary/b") && a.Status == 200 {
					t.Errorf("%s: GET %s = %d shows it: %s", who, target, a.Status, a.Body)
				}
			}
			if a := answer(s, as(p, http.MethodPut, "Binary/b"+id, `{"resourceType":"Binary","id":"b`+id+`","contentType":"text/plain"}`)); a.Status == 200 {
				t.Errorf("%s takes the context off: %d %s", who, a.Status, a.Body)
			}
		}
	}
}
