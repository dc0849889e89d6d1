package load_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/interaction"
	"hearken/internal/load"
)

func TestHTTP_Send(t *testing.T) {
	var got *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "busy")
	}))
	defer s.Close()
	target := &load.HTTP{Base: s.URL + "/r4/", Client: s.Client()}
	reply, err := target.Send(t.Context(), "PUT", "Patient/1", []byte("{}"))
	if err != nil || reply.Status != 503 || string(reply.Body) != "busy" || reply.After != 3*time.Second {
		t.Errorf("Send = %+v, %v, want the server's 503, its words and three seconds", reply, err)
	}
	if got.Method != "PUT" || got.URL.Path != "/r4/Patient/1" || got.Header.Get("Content-Type") != "application/fhir+json" || string(body) != "{}" {
		t.Errorf("sent %s %s %v %s, want PUT /r4/Patient/1 in FHIR JSON", got.Method, got.URL, got.Header, body)
	}
	if _, err := target.Send(t.Context(), "POST", "", nil); err != nil || got.URL.Path != "/r4" {
		t.Errorf("Send to the base went to %s (%v), want /r4", got.URL.Path, err)
	}
	s.Close()
	if _, err := target.Send(t.Context(), "POST", "", nil); err == nil {
		t.Error("Send to a server that is gone succeeded")
	}
}

// doer is an interaction.Server that answers by a function.
type doer func(context.Context, interaction.Call) (interaction.Answer, error)

func (d doer) Do(ctx context.Context, c interaction.Call) (interaction.Answer, error) {
	return d(ctx, c)
}

func TestDirect_Send(t *testing.T) {
	var call interaction.Call
	answer, failure := interaction.Answer{Status: 201}, error(nil)
	target := &load.Direct{Base: "http://b/fhir", Interactions: doer(func(_ context.Context, c interaction.Call) (interaction.Answer, error) {
		call = c
		return answer, failure
	})}
	reply, err := target.Send(t.Context(), "PUT", "Patient/1", []byte("{}"))
	if err != nil || reply.Status != 201 || call.Method != "PUT" || !slices.Equal(call.Path, []string{"Patient", "1"}) || call.Base != "http://b/fhir" || string(call.Body) != "{}" {
		t.Errorf("Send = %+v, %v by %+v, want 201 by PUT Patient/1", reply, err, call)
	}
	failure = fhir.Errorf(fhir.CodeProcessing, "no")
	if reply, err := target.Send(t.Context(), "POST", "", nil); err != nil || reply.Status != 422 || len(reply.Body) == 0 || call.Path != nil {
		t.Errorf("Send of what is refused = %+v, %v by %+v, want 422 with an OperationOutcome, at the base", reply, err, call)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := target.Send(ctx, "POST", "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Send when cancelled: %v, want context.Canceled", err)
	}
}
