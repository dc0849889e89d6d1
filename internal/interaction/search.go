package interaction

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"hearken/fhir/search"
	"hearken/internal/store"
)

// search answers GET [base]/[type]?..., POST [base]/[type]/_search, and the same of the whole system and of
// compartments (https://hl7.org/fhir/R4/http.html#search). What cannot be searched is refused by name: 400.
func (s *Server) search(_ context.Context, r *request) (reading, error) {
	target := search.Target{Type: r.key.Type}
	if r.member != "" {
		target = search.Target{Type: r.member, Compartment: r.key}
		if r.member == anyType {
			target.Type, target.AllTypes = "", true
		}
	}
	parsed, err := s.Parser.Parse(target, r.Parameters, search.Options{Lenient: r.Prefer.Lenient})
	if err != nil {
		return nil, err
	}
	if err := s.keepApart(&parsed.Query); err != nil {
		return nil, err
	}
	if s.oversees(r) {
		return s.searchLog(r, parsed)
	}
	if s.Audit != nil {
		r.asked = patientsAsked(parsed.Query.Where)
	}
	return func(_ context.Context, rd store.Reader) (Answer, error) {
		q := parsed.Query
		page, err := rd.Search(&q)
		if err != nil {
			return Answer{}, err
		}
		if !s.apart(r.key.Type) {
			page.Included = s.withoutApart(page.Included)
		}
		body, err := s.searchset(r, parsed, &page)
		return Answer{Status: http.StatusOK, Body: body, Shown: slices.Concat(page.Matches, page.Included)}, err
	}, nil
}

// searchset is the Bundle of one page (https://hl7.org/fhir/R4/http.html#search, bundle.html#searchset):
// matches, what they include, and an OperationOutcome when there is something to say about the search. The
// self link says what was searched, which under lenient handling may be less than what was asked.
func (s *Server) searchset(r *request, parsed *search.Request, page *store.Page) ([]byte, error) {
	b := newBundle("searchset", r.Base, sizeOf(page.Matches)+sizeOf(page.Included))
	b.total(page.Total)
	self := searchURL(r, parsed.Applied)
	next := ""
	if page.Next != "" {
		next = withParameter(self, search.PageParameter, parsed.PageValue(page.Next))
	}
	b.links(link{"self", self}, link{"next", next})
	for _, rec := range page.Matches {
		if err := s.searchEntry(b, rec, "match", presentation{request: parsed}); err != nil {
			return nil, err
		}
	}
	for _, rec := range page.Included {
		if err := s.searchEntry(b, rec, "include", presentation{request: parsed, included: true}); err != nil {
			return nil, err
		}
	}
	if issues := slices.Concat(parsed.Issues, s.restored(), r.hint()); len(issues) > 0 {
		b.entry()
		b.raw("resource", Outcome(issues))
		b.raw("search", []byte(`{"mode":"outcome"}`))
		b.end()
	}
	return b.bytes(), nil
}

func (s *Server) searchEntry(b *bundleWriter, rec store.Record, mode string, view presentation) error {
	body, err := s.presented(rec.Body, view)
	if err != nil {
		return err
	}
	b.entry()
	b.fullURL(rec.Key)
	b.raw("resource", body)
	b.member("search")
	b.json = append(b.json, `{"mode":"`...)
	b.json = append(b.json, mode...)
	b.json = append(b.json, `"}`...)
	b.end()
	return nil
}

// searchURL is the URL of a search by GET.
func searchURL(r *request, applied []search.Pair) string {
	url := r.Base
	if r.key.Type != "" {
		url += "/" + string(r.key.Type)
	}
	if r.member != "" {
		url += "/" + string(r.key.ID) + "/" + string(r.member)
	}
	for _, p := range slices.Concat(applied, r.wire) {
		url = withParameter(url, p.Name, p.Value)
	}
	return url
}

func withParameter(url, name, value string) string {
	mark := "&"
	if !strings.Contains(url, "?") {
		mark = "?"
	}
	return url + mark + escape(name) + "=" + escape(value)
}

// escape makes text part of a query string and leaves readable what may stand there as it is: unlike
// url.QueryEscape also ":", ",", "/", "$" and "@" (RFC 3986, query).
func escape(text string) string {
	const hex = "0123456789ABCDEF"
	first := 0
	for first < len(text) && readable(text[first]) {
		first++
	}
	if first == len(text) {
		return text
	}
	out := append(make([]byte, 0, len(text)+16), text[:first]...)
	for i := first; i < len(text); i++ {
		if c := text[i]; readable(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

// readable reports whether a character may stand in a query string as it is.
func readable(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("-._~:,/$@*!()", c) >= 0
}
