package interaction

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/store"
)

// history answers GET .../_history of an instance, a type or the system (https://hl7.org/fhir/R4/http.html#history):
// versions newest first, a page at a time, each with the request that made it and what that was answered; a deletion
// without a resource. _count, _since and _at are understood, and _summary and _elements as in a read.
func (s *Server) history(_ context.Context, r *request) (reading, error) {
	q := store.HistoryQuery{Type: r.key.Type, ID: r.key.ID, Count: s.Limits.HistoryCount}
	applied, err := s.historyParameters(&q, r)
	if err != nil {
		return nil, err
	}
	view, err := s.presentation(r)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, rd store.Reader) (Answer, error) {
		if q.ID != "" {
			if _, err := rd.Get(r.key); err != nil {
				return Answer{}, absent(err, "unknown-resource")
			}
		}
		page, err := rd.History(q)
		if err != nil {
			return Answer{}, err
		}
		if q.Type == "" {
			s.historyWithoutApart(&page)
		}
		body, err := s.historyBundle(r, applied, page, view)
		return Answer{Status: http.StatusOK, Body: body, LastModified: newest(page.Records), Shown: page.Records}, err
	}, nil
}

// historyParameters reads what narrows a history into q and gives it back as the self link says it.
func (s *Server) historyParameters(q *store.HistoryQuery, r *request) (url.Values, error) {
	applied := url.Values{}
	for _, p := range r.Parameters {
		set, known := historyParameters[p.Name]
		switch {
		case p.Value == "":
			continue
		case !known && (r.Prefer.Lenient || s.Parser.UnknownParameters == search.Lenient):
			continue
		case !known:
			return nil, fhir.Errorf(fhir.CodeInvalid, "unknown parameter; a history takes _count, _since, _at, _summary and _elements").
				At("http." + p.Name).Detailed("unknown-parameter")
		}
		if !set(s, q, p.Value) {
			return nil, fhir.Errorf(fhir.CodeInvalid, "%s has no valid value", p.Name).At("http." + p.Name).Detailed("parameter-value")
		}
		if p.Name != search.PageParameter {
			applied.Set(p.Name, p.Value)
		}
	}
	for _, p := range r.wire {
		applied.Add(p.Name, p.Value)
	}
	if !q.Since.IsZero() && !q.At.IsZero() {
		return nil, fhir.Errorf(fhir.CodeInvalid, "_since and _at cannot be used together").At("http._at")
	}
	return applied, nil
}

var historyParameters = map[string]func(*Server, *store.HistoryQuery, string) bool{
	"_count": func(s *Server, q *store.HistoryQuery, value string) bool {
		n, err := strconv.Atoi(value)
		q.Count = min(n, s.Limits.MaxCount)
		return err == nil && n >= 0
	},
	"_since": func(_ *Server, q *store.HistoryQuery, value string) (ok bool) {
		q.Since, ok = parseInstant(value)
		return ok
	},
	"_at": func(s *Server, q *store.HistoryQuery, value string) bool {
		period, ok := s.Parser.Period(forgiveSpace(value))
		q.At, q.Until = time.UnixMicro(period.Low), time.UnixMicro(period.High)
		return ok
	},
	search.PageParameter: func(_ *Server, q *store.HistoryQuery, value string) bool {
		q.Cursor = value
		return true
	},
	"_summary":  shown,
	"_elements": shown,
}

// shown is a parameter that narrows what is shown of each version, not which: see presentation.
func shown(*Server, *store.HistoryQuery, string) bool { return true }

// parseInstant reads a FHIR instant.
func parseInstant(value string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, forgiveSpace(value))
	return t, err == nil
}

// forgiveSpace puts back the "+" of a zone that arrived as a space because the client did not escape it.
func forgiveSpace(value string) string {
	if len(value) > 6 && value[len(value)-6] == ' ' {
		return value[:len(value)-6] + "+" + value[len(value)-5:]
	}
	return value
}

func historyPath(key fhir.Key) string {
	switch {
	case key.ID != "":
		return "/" + key.String() + "/_history"
	case key.Type != "":
		return "/" + string(key.Type) + "/_history"
	}
	return "/_history"
}

func newest(records []store.Record) time.Time {
	if len(records) == 0 {
		return time.Time{}
	}
	return records[0].LastUpdated
}

func (s *Server) historyBundle(r *request, applied url.Values, page store.HistoryPage, view presentation) ([]byte, error) {
	b := newBundle("history", r.Base, sizeOf(page.Records))
	self := r.Base + historyPath(r.key)
	b.total(page.Total)
	next := ""
	if page.Next != "" {
		following := url.Values{search.PageParameter: {page.Next}}
		for name, values := range applied {
			following[name] = values
		}
		next = withQuery(self, following.Encode())
	}
	b.links(link{"self", withQuery(self, applied.Encode())}, link{"next", next})
	for _, rec := range page.Records {
		body := rec.Body
		if !rec.Deleted() {
			var err error
			if body, err = s.presented(body, view); err != nil {
				return nil, err
			}
		}
		b.entry()
		b.fullURL(rec.Key)
		b.raw("resource", body)
		b.request(rec.Method, rec.Key)
		b.response(response{status: historyStatus(rec), version: tagOf(rec), lastModified: rec.LastUpdated})
		b.end()
	}
	return b.bytes(), nil
}

// historyStatus is what the request that made a version was answered.
func historyStatus(rec store.Record) int {
	switch {
	case rec.Deleted():
		return http.StatusNoContent
	case rec.Version == 1:
		return http.StatusCreated
	}
	return http.StatusOK
}

// sizeOf is about how many bytes the records take in a Bundle.
func sizeOf(records []store.Record) int {
	size := 0
	for i := range records {
		size += len(records[i].Body) + 320
	}
	return size
}

func withQuery(url, query string) string {
	if query == "" {
		return url
	}
	return url + "?" + query
}
