package interaction

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/audit"
	"hearken/internal/careplan"
	"hearken/internal/smart"
)

// dispatchOperation is its name, and encounterType what it is told.
const (
	dispatchOperation           = "dispatch"
	encounterType     fhir.Type = "Encounter"
)

// maxCrew is how many are sent with one message: each is looked up while the store is held.
const maxCrew = 20

// The stable details of messages that are refused.
const (
	detailDispatchStatus  = "dispatch-status"       // it says neither that the dispatch is under way nor that it is over
	detailDispatchNumber  = "dispatch-identifier"   // nothing tells it from other dispatches
	detailDispatchOther   = "dispatch-organisation" // it is of another organisation
	detailDispatchSubject = "dispatch-subject"      // it is to nobody, or to another person than before
	detailDispatchCrew    = "dispatch-crew"         // nobody is sent who can be
	detailDispatchOver    = "dispatch-over"         // it is over
)

// What the log says a dispatch came to, as the reason of its Record.
const (
	reasonSent    = "dispatched"
	reasonRenewed = "dispatch-renewed"
	reasonEnded   = "dispatch-ended"
)

// dispatch answers POST [base]/Encounter/$dispatch, an operation of our own
// (profiles/package/OperationDefinition-dispatch.json): the dispatch system of an ambulance service tells of
// a crew on its way to somebody, as an Encounter, and each time that something of it changes. While it is
// under way those of the crew who are on the organisation's staff list see the person's record, by a grant
// (access.Contact); finished, cancelled or entered in error it is over with this commit, and for good.
//
// It is one dispatch by the identifier that the system gave it: told twice it is one grant, told at once by
// two it is one, and told of its beginning after its end it is 409, and opens nothing. By meta.lastUpdated,
// where that is sent, what is older than what was told before changes nothing; an end always counts.
//
// The system is told nothing of the person: whether they are here, and whatever is in the way of seeing them,
// the answer is the same.
func (s *Server) dispatch(ctx context.Context, r *request) (Answer, error) {
	g := guardOf(ctx)
	if g == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: who is sent where is nobody's to tell").Detailed("no-login")
	}
	if s.Audit == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "this server does not record who looks at what, and opens no record to a crew").Detailed("no-audit")
	}
	if err := g.caller.MayDispatch(); err != nil {
		return Answer{}, err
	}
	if err := g.coversAll(encounterType, smart.Update); err != nil {
		return Answer{}, err
	}
	d := dispatch{server: s, guard: g, request: r, now: s.Now().UTC().Truncate(time.Millisecond), proposed: fhir.Key{Type: grantType, ID: s.NewID()}}
	if err := d.read(ctx); err != nil {
		return Answer{}, err
	}
	if err := s.recall(ctx, g, &s.dispatches); err != nil {
		return Answer{}, err
	}
	err := s.planeCommit(ctx, d.apply)
	if d.counted && (err != nil || r.Ground.Reason != reasonSent) {
		s.dispatches.giveBack(g)
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusOK, Body: d.answer()}, nil
}

// wasDispatched reports whether a Record is of a crew that was sent, and not of news of one.
func wasDispatched(r *audit.Record) bool {
	return r.Operation == dispatchOperation && r.Outcome == audit.Success && r.Ground.Reason == reasonSent
}

// dispatch is one message of a dispatch system at work.
type dispatch struct {
	server   *Server
	guard    *guard
	request  *request
	now      time.Time
	proposed fhir.Key // of the grant, if there is none yet

	number person         // the identifier of the dispatch
	ends   bool           // it is over
	sent   time.Time      // when the system changed it last; zero where it does not say
	asked  asked          // who the crew is sent to
	crew   []element.Node // those who are on it, as references

	counted bool // as a crew that the system sends, by a run of the Update: it may be another that comes to something

	// what the run of the Update came to
	grant fhir.Key
	until time.Time    // zero for one that is over
	left  fhir.Outcome // who is not on it
}

// asked is whom a message is about: by NHS number, or by the id of their Patient.
type asked struct {
	number string
	key    fhir.Key
}

// dispatchStatuses are the statuses of an Encounter by whether they are its end
// (https://hl7.org/fhir/R4/valueset-encounter-status.html). A crew on its way is planned. What is unknown
// says neither.
var dispatchStatuses = map[string]bool{
	"planned": false, "arrived": false, "triaged": false, "in-progress": false, "onleave": false, "finished": true, "cancelled": true, "entered-in-error": true,
}

// read reads the message, and says all that is wrong with it.
func (d *dispatch) read(ctx context.Context) error {
	p, err := d.server.parameters(d.request)
	if err != nil {
		return d.request.placed(err)
	}
	by, err := d.server.definitions(ctx)
	if err != nil {
		return err
	}
	n := p.node("resource")
	issues := d.server.judge(by, n.Tree().Root())
	report := func(at element.Node, code fhir.IssueCode, detail, words string) {
		issue := fhir.Issue{Severity: fhir.SeverityError, Code: code, Detail: detail, Diagnostics: words, Expression: []string{at.Location()}}
		issue.Line, issue.Column = at.LineColumn()
		issues = append(issues, issue)
	}
	ends, known := dispatchStatuses[n.Child("status").Text()]
	if d.ends = ends; !known {
		report(n, fhir.CodeBusinessRule, detailDispatchStatus, "the status says whether the dispatch is under way or over")
	}
	d.readNumber(n, report)
	sent, _ := parseInstant(n.Child("meta").Child("lastUpdated").Text())
	if d.sent = sent.Truncate(time.Millisecond); d.sent.After(d.now) { // as it is kept; what a clock that is ahead says must not outdo what is told later
		d.sent = d.now
	}
	if code := careplan.ODSCode(n.Child("serviceProvider").Child("identifier")); code != "" && code != d.guard.caller.Organisation {
		report(n.Child("serviceProvider"), fhir.CodeBusinessRule, detailDispatchOther, "a dispatch system tells of the crews of its own organisation")
	}
	if !d.ends {
		d.readSubject(n, report)
		d.readCrew(n, report)
	}
	_, err = checked(issues)
	return d.request.placed(err)
}

// faultReport reports what is wrong with a place.
type faultReport = func(at element.Node, code fhir.IssueCode, detail, words string)

func (d *dispatch) readNumber(n element.Node, report faultReport) {
	all := 0
	for child := range n.Children() {
		if child.Name() == "identifier" {
			d.number = person{issuer: child.Child("system").Text(), subject: child.Child("value").Text()}
			all++
		}
	}
	if all != 1 || d.number.issuer == "" || d.number.subject == "" {
		report(n, fhir.CodeBusinessRule, detailDispatchNumber, "a dispatch is told by one identifier, with system and value, that it keeps until its end and that no other has")
	}
}

func (d *dispatch) readSubject(n element.Node, report faultReport) {
	subject := n.Child("subject")
	identifier := subject.Child("identifier")
	if identifier.Child("system").Text() == careplan.NHSNumberSystem {
		d.asked.number = identifier.Child("value").Text()
	}
	d.asked.key = fhir.ParseReference(subject.Child("reference").Text(), d.server.Definitions.IsResource).Key
	if (d.asked.number == "") == (d.asked.key.Type != patientType || d.asked.key.ID == "") || d.asked.number != "" && !subject.Child("reference").IsZero() {
		report(n, fhir.CodeBusinessRule, detailDispatchSubject, "the subject is the person by NHS number (subject.identifier), or a Patient of this server (subject.reference), and not both")
	}
}

// readCrew takes those who are on it still.
func (d *dispatch) readCrew(n element.Node, report faultReport) {
	for child := range n.Children() {
		if child.Name() != "participant" || child.Child("individual").IsZero() {
			continue
		}
		if end := child.Child("period").Child("end"); end.HasValue() {
			if _, over, ok := d.server.times()(end.Text()); !ok || !d.now.Before(over) {
				continue
			}
		}
		d.crew = append(d.crew, child.Child("individual"))
	}
	if len(d.crew) == 0 || len(d.crew) > maxCrew {
		report(n, fhir.CodeBusinessRule, detailDispatchCrew, "a dispatch that is under way has a crew (participant.individual), of twenty at most")
	}
}

// answer is the same for a person who is here and one who is not.
func (d *dispatch) answer() []byte {
	status, until := "open", ""
	if d.until.IsZero() {
		status = "ended"
	} else {
		until = fhir.FormatInstant(d.until)
	}
	all := []given{give("status", "valueCode", status), {name: "grant", kind: "valueReference", json: refersTo(d.grant)}, give("until", "valueInstant", until)}
	if len(d.left) > 0 {
		all = append(all, given{name: "outcome", kind: "resource", json: Outcome(d.left)})
	}
	return answerParameters(slices.Clip(all)...)
}
