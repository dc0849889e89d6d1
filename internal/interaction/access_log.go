package interaction

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// accessLogCount is how many accesses are told at once when _count is not said.
const accessLogCount = 50

// accessLog answers GET [base]/Patient/[id]/$access-log, an operation of our own
// (profiles/package/OperationDefinition-access-log.json): who looked at the record or changed it, the newest first, in plain words.
// Asking is recorded as everything is, and so is in the next answer. 404 when there never was such a patient.
func (s *Server) accessLog(ctx context.Context, r *request) (Answer, error) {
	f, err := s.accessLogFilter(r)
	if err != nil {
		return Answer{}, err
	}
	if s.Audit == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "this server does not record who looks at what").Detailed("no-audit")
	}
	var page audit.Page
	names := map[string]string{}
	err = s.view(ctx, func(rd store.Reader) (err error) {
		if _, err = rd.Get(r.key); err != nil {
			return absent(err, "unknown-resource")
		}
		if page, err = s.Audit.Read(ctx, f); err != nil {
			return err
		}
		for i := range page.Entries {
			if code := page.Entries[i].Agent.Organisation; code != "" && names[code] == "" {
				names[code] = s.organisationName(rd, code)
			}
		}
		return nil
	})
	if err != nil {
		return Answer{}, cursorFault(err)
	}
	all := make([]given, 0, len(page.Entries)+1)
	for i := range page.Entries {
		all = append(all, accessOf(&page.Entries[i], names))
	}
	all = append(all, give("next", "valueString", page.Next))
	return Answer{Status: http.StatusOK, Body: answerParameters(all...)}, nil
}

// accessLogFilter reads the parameters of the operation.
func (s *Server) accessLogFilter(r *request) (audit.Filter, error) {
	f := audit.Filter{Patient: r.key.ID, Count: accessLogCount}
	given, err := s.parameters(r)
	if err != nil {
		return f, err
	}
	if text := given.text("_count"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return f, fhir.Errorf(fhir.CodeValue, "_count is a positive number").At("http._count").Detailed(detailParameterValue)
		}
		f.Count = min(n, audit.MaxCount)
	}
	for name, field := range map[string]*time.Time{"_since": &f.Since, "until": &f.Until} {
		if text := given.text(name); text != "" {
			at, ok := parseInstant(text)
			if !ok {
				return f, fhir.Errorf(fhir.CodeValue, "%s is an instant", name).At("http." + name).Detailed(detailParameterValue)
			}
			*field = at
		}
	}
	f.Cursor = given.text("cursor")
	return f, nil
}

// cursorFault tells the client that its cursor is none.
func cursorFault(err error) error {
	if err == audit.ErrCursor {
		return fhir.Errorf(fhir.CodeInvalid, "not a cursor that this server gave out").At("http.cursor").Detailed(detailParameterValue)
	}
	return err
}

// accessOf is one access in plain words.
func accessOf(e *audit.Entry, names map[string]string) given {
	words := e.Words()
	organisation := names[e.Agent.Organisation]
	if organisation == "" {
		organisation = e.Agent.Organisation
	}
	return giveParts("access",
		give("time", "valueInstant", fhir.FormatInstant(e.Time)),
		give("organisation", "valueString", organisation),
		give("role", "valueString", words.Role),
		give("what", "valueString", words.What),
		give("why", "valueString", words.Why),
		giveFlag("emergency", e.Ground.Emergency),
		give("outcome", "valueString", words.End),
		give("event", "valueString", string(audit.EventID(e.Place, 0, 1))))
}

// organisationName is what an organisation calls itself, by its identifier; "" when it is not known here, or not for certain.
func (s *Server) organisationName(rd store.Reader, code string) string {
	c, err := s.criteriaOf("Organization", []search.Pair{{Name: "identifier", Value: code}})
	if err != nil {
		return ""
	}
	found, err := c.find(rd)
	if err != nil || found.Version == 0 {
		return ""
	}
	var named struct{ Name string }
	if json.Unmarshal(found.Body, &named) != nil {
		return ""
	}
	return named.Name
}
