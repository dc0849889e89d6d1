package interaction

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// A privacy officer reads the audit log as AuditEvents, by the search that clients of an audit record
// repository know (https://profiles.ihe.net/ITI/TF/Volume2/ITI-81.html: GET
// [base]/AuditEvent?date=…&patient=…), so that these work with it as they are. It is no search of the store:
// the log is walked by its own keys, newest first, and each record that is about the officer's organisation
// is rendered and held against what was asked. Among these stand, by when they were received, the AuditEvents
// that systems of the organisation sent (oversight_fed.go). Whoever is no officer has, by the same URL, none
// of the log.

// oversees reports whether a request is a privacy officer's for AuditEvents, which the log answers.
func (s *Server) oversees(r *request) bool {
	return s.apart(r.key.Type) && r.guard != nil && slices.Contains(r.guard.decision.Basis, access.BasisOversight)
}

// site is this server as its AuditEvents name it.
func (r *request) site() audit.Site {
	return audit.Site{Base: r.Base, OrganisationSystem: careplan.ODSOrganisationSystem}
}

// One page looks at so many events, and at so many Records, which are more where the contents of some were
// purged. A page that found fewer than were asked for says where to go on.
const (
	maxLooked  = 2000
	maxRecords = 20_000
)

// searchLog answers a search for AuditEvents from the log.
func (s *Server) searchLog(r *request, parsed *search.Request) (reading, error) {
	if err := s.searchesLog(parsed); err != nil {
		return nil, err
	}
	granted, err := s.Login.Rules.Restrict(r.guard.principal, auditEventType, smart.Search)
	if err != nil {
		return nil, err
	}
	first := overseenPlace{}
	if parsed.Query.Cursor != "" && !first.parse(parsed.Query.Cursor) {
		return nil, fhir.Errorf(fhir.CodeInvalid, "not a page of this search").At("http." + search.PageParameter).Detailed(detailParameterValue)
	}
	asked := patientsAsked(parsed.Query.Where)
	return func(ctx context.Context, rd store.Reader) (Answer, error) {
		w := logWalk{server: s, request: r, where: query.And{parsed.Query.Where, granted}, count: parsed.Query.Count, labels: map[fhir.ID][]query.Token{}}
		w.filter(parsed.Query.Where)
		if parsed.Query.Where == nil {
			w.where = query.And{granted}
		}
		if !first.ended {
			if err := w.walk(ctx, first.log); err != nil {
				return Answer{}, err
			}
		}
		fed, err := s.fed(rd, parsed.Query, first)
		if err != nil {
			return Answer{}, err
		}
		m := overseen{logWalk: &w, fed: fed, place: first}
		page := m.page()
		r.asked = slices.Clone(asked)
		for i := range m.taken {
			if id := w.found[i].patient; id != "" && !slices.Contains(r.asked, id) {
				r.asked = append(r.asked, id) // they are told who looked at who had looked
			}
		}
		body, err := s.searchset(r, parsed, &page)
		return Answer{Status: http.StatusOK, Body: body, Shown: m.shown}, err
	}, nil
}

// searchesLog refuses what the log cannot be searched by.
func (s *Server) searchesLog(parsed *search.Request) error {
	refused := ""
	query.Walk(parsed.Query.Where, func(e query.Expr) bool {
		switch e.(type) {
		case query.Chain, query.Has:
			refused = "chains and _has"
		}
		return refused == ""
	})
	for _, key := range parsed.Query.Sort {
		if key.Parameter.Code != "date" && key.Parameter.Code != "_lastUpdated" || !key.Descending {
			refused = "_sort by anything but -date"
		}
	}
	switch {
	case len(parsed.Query.Includes) > 0:
		refused = "_include"
	case parsed.Summary == search.SummaryCount || parsed.Query.Count == 0:
		refused = "a total"
	}
	if refused == "" {
		return nil
	}
	return fhir.Errorf(fhir.CodeNotSupported, "the audit log is told newest first and by what its AuditEvents hold; it does not do %s", refused).Detailed("audit-search")
}

// readLog answers a read of an AuditEvent of the log. What is not the officer's business is not there.
func (s *Server) readLog(ctx context.Context, r *request, view presentation) (Answer, error) {
	notThere := absent(store.ErrNotFound, "unknown-resource")
	at, i, _ := audit.ParseEventID(r.key.ID)
	granted, err := s.Login.Rules.Restrict(r.guard.principal, auditEventType, smart.Read)
	if err != nil {
		return Answer{}, err
	}
	w := logWalk{server: s, request: r, where: query.And{granted}, count: 1, labels: map[fhir.ID][]query.Token{}}
	w.by.After, w.by.Before = audit.Place{Chain: at.Chain, Sequence: at.Sequence - 1}, audit.Place{Chain: at.Chain, Sequence: at.Sequence + 1}
	if err := w.walk(ctx, logPlace{at, i}); err != nil {
		return Answer{}, err
	}
	if len(w.found) == 0 || w.found[0].record.Key != r.key {
		return Answer{}, notThere
	}
	if id := w.found[0].patient; id != "" {
		r.asked = []fhir.ID{id}
	}
	answer, err := s.present(r, w.found[0].record, view)
	answer.Shown = nil // it is no version of the store
	return answer, err
}

// logPlace is an event of the log: which of those that a Record is rendered as.
type logPlace struct {
	audit.Place
	event int
}

func (p logPlace) String() string { return fmt.Sprintf("%d-%d-%d", p.Chain, p.Sequence, p.event) }

func (p *logPlace) parse(text string) bool {
	n, err := fmt.Sscanf(text, "%d-%d-%d", &p.Chain, &p.Sequence, &p.event)
	return err == nil && n == 3 && p.event >= 0 && p.String() == text
}

// logWalk is one search of the log at work.
type logWalk struct {
	server  *Server
	request *request
	by      audit.Filter // what narrows the walk; where decides
	where   query.Expr
	count   int
	labels  map[fhir.ID][]query.Token
	none    bool      // nothing of the log can be what was asked for
	looked  int       // events
	reached time.Time // when the last of them was recorded
	passed  int       // Records, purged ones too
	found   []foundEvent
	next    string
}

type foundEvent struct {
	record  store.Record
	patient fhir.ID
	place   logPlace
}

// filter takes from the conditions that all have to hold what the log has keys for.
func (w *logWalk) filter(where query.Expr) {
	all, ok := where.(query.And)
	if !ok {
		all = query.And{where}
	}
	for _, e := range all {
		m, ok := e.(query.Match)
		if !ok {
			continue
		}
		switch test := m.Test.(type) {
		case query.LinkTest:
			if test.Key.Type == patientType && test.Key.ID != "" && (m.Parameter.Code == "patient" || m.Parameter.Code == "entity") {
				w.by.Patient = test.Key.ID
			}
		case query.DateTest:
			if m.Parameter.Code == "date" {
				w.between(test)
			}
		case query.TokenTest:
			if m.Parameter.Intrinsic != query.IntrinsicID {
				continue
			}
			if at, _, ok := audit.ParseEventID(fhir.ID(test.Code)); !ok {
				w.none = true
			} else {
				w.by.After, w.by.Before = audit.Place{Chain: at.Chain, Sequence: at.Sequence - 1}, audit.Place{Chain: at.Chain, Sequence: at.Sequence + 1}
			}
		}
	}
}

// between narrows the walk to where a moment may satisfy the test. It may take in more: the test itself decides.
func (w *logWalk) between(test query.DateTest) {
	since, until := time.UnixMicro(test.Low).Add(-time.Second), time.UnixMicro(test.High).Add(time.Second)
	switch test.Comparison {
	case query.Equal, query.Approximately:
	case query.Greater, query.GreaterOrEqual, query.StartsAfter:
		until = time.Time{}
	case query.Less, query.LessOrEqual, query.EndsBefore:
		since = time.Time{}
	default:
		return
	}
	if since.After(w.by.Since) {
		w.by.Since = since
	}
	if !until.IsZero() && (w.by.Until.IsZero() || until.Before(w.by.Until)) {
		w.by.Until = until
	}
}

// walk goes from the newest Record on, or from where a page ended, until there are enough events or enough
// was looked at.
func (w *logWalk) walk(ctx context.Context, first logPlace) error {
	if w.none {
		return nil
	}
	skip := 0
	if first != (logPlace{}) {
		before := audit.Place{Chain: first.Chain, Sequence: first.Sequence + 1}
		if w.by.Before == (audit.Place{}) || before.Before(w.by.Before) {
			w.by.Before = before
		}
		skip = first.event
	}
	w.by.Count = min(max(w.count, 1), 200)
	for {
		w.by.Most = maxRecords - w.passed
		page, err := w.server.Audit.Read(ctx, w.by)
		if err != nil {
			return err
		}
		w.passed += page.Passed
		for i := range page.Entries {
			from := 0
			if page.Entries[i].Place == first.Place {
				from = skip
			}
			if done, err := w.entry(ctx, &page.Entries[i], from); done || err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		if w.by.Before = page.Last; w.passed >= maxRecords {
			w.next = logPlace{Place: audit.Place{Chain: page.Last.Chain, Sequence: page.Last.Sequence - 1}}.String()
			return nil
		}
	}
}

// entry takes the events of a Record, and reports whether that is enough.
func (w *logWalk) entry(ctx context.Context, e *audit.Entry, from int) (done bool, err error) {
	for i := from; i < audit.EventCount(e); i++ {
		if len(w.found) == w.count || w.looked == maxLooked {
			w.next = logPlace{e.Place, i}.String()
			return true, nil
		}
		w.looked++
		w.reached = e.Time
		if err := w.event(ctx, e, i); err != nil {
			return false, err
		}
	}
	return false, nil
}

// event takes one event, if it is the officer's business and what was asked for.
func (w *logWalk) event(ctx context.Context, e *audit.Entry, i int) error {
	patient := fhir.ID("")
	if len(e.Patients) > 0 {
		patient = e.Patients[i]
	}
	own := w.request.guard.caller.Oversees(e.Agent.Organisation, nil)
	if !own {
		label, err := w.label(ctx, patient)
		if !w.request.guard.caller.Oversees("", label) {
			return err
		}
		if len(e.Patients) > 1 {
			if e, err = w.about(ctx, e, patient); err != nil {
				return err
			}
		}
	}
	key := fhir.Key{Type: auditEventType, ID: audit.EventID(e.Place, i, audit.EventCount(e))}
	record := store.Record{Key: key, Version: 1, LastUpdated: e.Time, Body: audit.Event(e, w.request.site(), i)}
	root, err := w.server.parse(record.Body, auditEventType)
	if err != nil {
		return err
	}
	index, err := w.server.Extractor.Index(root)
	if err != nil {
		return err
	}
	if search.Match(w.where, search.Document{Key: key, LastUpdated: e.Time, Index: index}, nil) {
		w.found = append(w.found, foundEvent{record, patient, logPlace{e.Place, i}})
	}
	return nil
}

// label is that of a patient's record; none of one that never was.
func (w *logWalk) label(ctx context.Context, id fhir.ID) (label []query.Token, err error) {
	label, known := w.labels[id]
	if known {
		return label, nil
	}
	err = w.server.look(ctx, func(rd store.Reader) error {
		label, err = rd.Label(fhir.Key{Type: patientType, ID: id})
		label = slices.Clone(label)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	w.labels[id] = label
	return label, err
}

// about is what an act of another organisation, which concerned several people, had to do with one of them:
// the officer has nothing to do with the others. What was asked for is left out, since it may name them.
func (w *logWalk) about(ctx context.Context, e *audit.Entry, patient fhir.ID) (*audit.Entry, error) {
	one := *e
	one.Versions, one.Query, one.Sought = nil, "", nil
	if one.Target != (fhir.Key{Type: patientType, ID: patient}) {
		one.Target.ID = ""
	}
	err := w.server.look(ctx, func(rd store.Reader) error {
		for _, v := range e.Versions {
			rec, err := rd.GetVersion(v.Key, v.Version)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			seen := []store.Record{rec}
			if err := w.server.attributeIn(rd, seen); err != nil {
				return err
			}
			if slices.Contains(w.server.patientsOf(&seen[0]), patient) {
				one.Versions = append(one.Versions, v)
			}
		}
		return nil
	})
	return &one, err
}
