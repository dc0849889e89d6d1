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
// (profiles/package/OperationDefinition-access-log.json): who looked at the record or changed it, the newest
// first, in plain words. Asking is recorded as everything is, and so is in the next answer. 404 when there
// never was such a patient.
func (s *Server) accessLog(ctx context.Context, r *request) (Answer, error) {
	f, err := s.accessLogFilter(r)
	if err != nil {
		return Answer{}, err
	}
	if s.Audit == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "this server does not record who looks at what").Detailed("no-audit")
	}
	var page audit.Page
	var names organisationNames
	err = s.view(ctx, func(rd store.Reader) (err error) {
		if _, err = rd.Get(r.key); err != nil {
			return absent(err, "unknown-resource")
		}
		if page, err = s.Audit.Read(ctx, f); err != nil {
			return err
		}
		names, err = s.organisationNames(ctx, rd, r.key, page.Entries)
		return err
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
		n, _ := strconv.Atoi(text) // a positiveInt
		f.Count = min(n, audit.MaxCount)
	}
	for name, field := range map[string]*time.Time{"_since": &f.Since, "until": &f.Until} {
		if text := given.text(name); text != "" {
			*field, _ = parseInstant(text) // an instant
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
func accessOf(e *audit.Entry, names organisationNames) given {
	words := e.Words()
	return giveParts("access",
		give("time", "valueInstant", fhir.FormatInstant(e.Time)),
		names.give(e.Agent.Organisation),
		give("role", "valueString", words.Role),
		give("what", "valueString", words.What),
		give("why", "valueString", words.Why),
		giveFlag("emergency", e.Ground.Emergency),
		give("outcome", "valueString", words.End),
		give("event", "valueString", string(audit.EventID(e.Place, 0, 1))))
}

// organisationNames are what organisations are called in one answer, by their codes.
type organisationNames struct {
	known  map[string]string // "" for what is not known
	hidden bool              // all but own: they lead to where the person is
	own    string            // the caller's
}

// organisationNames looks up those of some accesses to a record. Who is not to know where a person at risk is
// does not learn which organisations look after them by asking who looked.
func (s *Server) organisationNames(ctx context.Context, rd store.Reader, patient fhir.Key, entries []audit.Entry) (organisationNames, error) {
	names := organisationNames{known: map[string]string{}}
	if g := guardOf(ctx); g != nil {
		label, err := rd.Label(patient)
		if err != nil {
			return names, err
		}
		names.hidden, names.own = g.decision.HidesWhereabouts(label), g.caller.Organisation
	}
	for i := range entries {
		code := entries[i].Agent.Organisation
		if _, asked := names.known[code]; !asked {
			names.known[code] = s.organisationName(belowGuard(rd), code) // what an organisation is called is no secret of its own
		}
	}
	return names, nil
}

func (n *organisationNames) tells(code string) bool { return !n.hidden || code == n.own }

// give tells an organisation: by its name where that is known, else by its code; or that it is not told.
func (n *organisationNames) give(code string) given {
	switch {
	case code == "":
		return given{}
	case !n.tells(code):
		return given{name: "organisation", kind: "_valueString", json: []byte(masked)}
	case n.known[code] != "":
		code = n.known[code]
	}
	return give("organisation", "valueString", code)
}

// masked is a primitive that is there and not told (https://hl7.org/fhir/R4/extension-data-absent-reason.html).
const masked = `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}`

// organisationName is what an organisation calls itself, by its identifier; "" when it is not known here, or
// not for certain.
func (s *Server) organisationName(rd store.Reader, code string) string {
	c, err := s.criteriaOf("Organization", []search.Pair{{Name: "identifier", Value: code}})
	if err != nil {
		return ""
	}
	found, _ := c.find(rd) // nothing where there are several
	var named struct{ Name string }
	_ = json.Unmarshal(found.Body, &named)
	return named.Name
}
