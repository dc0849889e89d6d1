package load

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"hearken/internal/interaction"
)

// Target is a FHIR server that takes requests.
type Target interface {
	// Send makes one request; path is below the service base, "" for the base itself. The error is for
	// a server that could not be reached; what it refused is in the Reply.
	Send(ctx context.Context, method, path string, body []byte) (Reply, error)
}

// Reply is what a server answered.
type Reply struct {
	Status int
	Body   []byte
	After  time.Duration // how long to wait before trying again; 0 when it did not say
}

// HTTP is a server somewhere, by its service base URL.
type HTTP struct {
	Base   string // "http://127.0.0.1:8080/fhir"
	Client *http.Client
	Token  string // access token; "" for a server without login
}

// Send implements Target. The reply is asked to be short: an import needs no representations.
func (t *HTTP) Send(ctx context.Context, method, path string, body []byte) (Reply, error) {
	url := strings.TrimRight(t.Base, "/")
	if path != "" {
		url += "/" + path
	}
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return Reply{}, err
	}
	r.Header.Set("Content-Type", "application/fhir+json")
	r.Header.Set("Accept", "application/fhir+json")
	r.Header.Set("Prefer", "return=minimal")
	if t.Token != "" {
		r.Header.Set("Authorization", "Bearer "+t.Token)
	}
	resp, err := t.Client.Do(r)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	text, err := io.ReadAll(resp.Body)
	after, _ := time.ParseDuration(resp.Header.Get("Retry-After") + "s") // a date, or nothing: 0
	return Reply{Status: resp.StatusCode, Body: text, After: after}, err
}

// Doer does interactions; interaction.Server is the one there is.
type Doer interface {
	// Do does one interaction.
	Do(ctx context.Context, c interaction.Call) (interaction.Answer, error)
}

// Direct is this server without a wire between.
type Direct struct {
	Interactions Doer
	Base         string // the service base its links are made with
}

// Send implements Target.
func (t *Direct) Send(ctx context.Context, method, path string, body []byte) (Reply, error) {
	c := interaction.Call{Method: method, Body: body, MediaType: "application/fhir+json", Base: t.Base,
		Prefer: interaction.Prefer{Return: "minimal"}}
	if path != "" {
		c.Path = strings.Split(path, "/")
	}
	a, err := t.Interactions.Do(ctx, c)
	if err != nil {
		if ctx.Err() != nil {
			return Reply{}, ctx.Err()
		}
		a = interaction.Failure(err)
	}
	return Reply{Status: a.Status, Body: a.Body}, nil
}
