package interaction

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// act is one act of a client while it is being done: what will be recorded of it. What has committed has recorded
// itself in the same commit; the rest is recorded before the answer, and what cannot be recorded is not answered.
type act struct {
	kind     string     // its interaction, where the row of the table does not tell
	parts    []*request // the entries of a Bundle that are recorded with it
	within   *act       // the batch this is an entry of
	recorded bool       // by the last run of an Update, which has committed
	lock     sync.Mutex // of parts and versions: entries of a batch run at the same time
	versions recordings // what was written, and what entries of a Bundle showed
}

// recordings is versions, and the patients whose record they are part of.
type recordings struct {
	versions []audit.Version
	patients []fhir.ID
}

// add notes a version.
func (r *recordings) add(key fhir.Key, version fhir.VersionID, written bool, patients []fhir.ID) {
	r.versions = append(r.versions, audit.Version{Key: key, Version: version, Written: written})
	r.concern(patients)
}

// concern notes patients, each once.
func (r *recordings) concern(patients []fhir.ID) {
	for _, id := range patients {
		// Those of one answer mostly are those of its neighbour: look there first.
		if n := len(r.patients); n > 0 && r.patients[n-1] == id || slices.Contains(r.patients, id) {
			continue
		}
		r.patients = append(r.patients, id)
	}
}

// notRecorded is why something that could be done is not answered.
func notRecorded(cause error) error {
	err := fhir.Errorf(fhir.CodeTransient, "this server answers nothing that it cannot record, and could not record this; try again later").
		Detailed("not-recorded")
	err.Err = cause
	return err
}

// recordLate is how long a record may still take when the time of the request itself is over.
const recordLate = 5 * time.Second

// recorded does an interaction and records it.
func (s *Server) recorded(ctx context.Context, r *request) (Answer, error) {
	r.act = &act{}
	if bundle, ok := ctx.Value(actKey{}).(*request); ok {
		r.act.within = bundle.act
	}
	if r.row.write != nil {
		ctx = context.WithValue(ctx, actKey{}, r)
	}
	answer, err := s.permitted(ctx, r)
	if err == nil && !r.act.wrote() {
		if err = s.attribute(ctx, answer.Shown); err != nil {
			answer = Answer{}
		}
	}
	if err == nil && r.act.within != nil {
		r.act.within.take(s, r, answer.Shown)
		return answer, nil
	}
	if r.act.recorded && err == nil {
		return answer, nil
	}
	shown := answer.Shown
	if r.act.kind != codeBatch && r.act.wrote() {
		shown = nil // it is what was written
	}
	if failed := s.append(ctx, s.recordOf(r, shown, err)); failed != nil {
		return Answer{}, notRecorded(errors.Join(failed, err))
	}
	return answer, err
}

// actKey is where the context of a write keeps its request: for the Tx that it writes through, and for the entries
// of a batch.
type actKey struct{}

// take notes for a batch what one of its entries showed.
func (a *act) take(s *Server, r *request, shown []store.Record) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.parts = append(a.parts, r)
	if r.act.wrote() {
		a.versions.versions = append(a.versions.versions, r.act.versions.versions...)
		a.versions.concern(r.act.versions.patients)
		return
	}
	for i := range shown {
		a.versions.add(shown[i].Key, shown[i].Version, false, s.patientsOf(&shown[i]))
	}
}

// wrote reports whether the act is a write that wrote.
func (a *act) wrote() bool {
	return slices.ContainsFunc(a.versions.versions, func(v audit.Version) bool { return v.Written })
}

// append records. A request whose own time is over is recorded all the same: it may have been answered in
// part, or it was an attempt.
func (s *Server) append(ctx context.Context, record *audit.Record) error {
	if ctx.Err() != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLate)
		defer cancel()
		ctx = late
	}
	return s.Audit.Append(ctx, record)
}

// RecordRefusal records that a call was refused before it became an interaction, such as for want of a login. The
// error is not-recorded. Without an audit log it does nothing.
func (s *Server) RecordRefusal(ctx context.Context, c Call, refusal error) error {
	if s.Audit == nil {
		return nil
	}
	s.once.Do(s.setUp)
	r := s.locate(c)
	r.act = &act{}
	if r.row = rowFor(s.at(r), c.Method); r.row == nil {
		r.row = &row{interaction: audit.InteractionLogin}
	}
	if fhir.CodeOf(refusal) == fhir.CodeLogin {
		r.act.kind = audit.InteractionLogin
	}
	if err := s.append(ctx, s.recordOf(r, nil, refusal)); err != nil {
		return notRecorded(errors.Join(err, refusal))
	}
	return nil
}

// unrecorded reports whether an interaction shows nothing of anybody.
func (r *request) unrecorded() bool {
	return r.shape == atMetadata || r.extended != nil && r.extended.open
}

// actions are what interactions do (AuditEvent.action); all others are executed.
var actions = map[string]audit.Action{
	codeRead: audit.Read, codeVread: audit.Read, "history-instance": audit.Read,
	codeCreate: audit.Create, codeUpdate: audit.Update, codePatch: audit.Update, codeDelete: audit.Delete,
}

// recordOf is the Record of an act that ended with an answer that shows versions, or with err.
func (s *Server) recordOf(r *request, shown []store.Record, err error) *audit.Record {
	record := s.beginRecord(r)
	all := recordings{versions: make([]audit.Version, 0, len(shown))}
	all.concern(r.asked)
	for _, part := range r.act.parts {
		all.concern(part.asked)
	}
	for i := range shown {
		all.add(shown[i].Key, shown[i].Version, false, s.patientsOf(&shown[i]))
	}
	if err == nil { // otherwise nothing was written, whatever a run of an Update that was undone has done
		all.versions = append(all.versions, r.act.versions.versions...)
		all.concern(r.act.versions.patients)
	}
	record.Outcome, record.Detail = outcomeOf(err)
	if r.key.Type == patientType && r.key.ID != "" && record.Target.ID != "" {
		all.concern([]fhir.ID{r.key.ID})
	}
	record.Versions, record.Patients = all.versions, all.patients
	if r.guard != nil && !record.Ground.Emergency && record.Ground.Reason == "" {
		if grant, ok := r.guard.caller.BrokeGlassFor(all.patients); ok {
			record.Ground = audit.Ground{Reason: grant.Reason, Emergency: true}
		}
	}
	return record
}

// beginRecord is what is known of a request from its beginning.
func (s *Server) beginRecord(r *request) *audit.Record {
	record := &audit.Record{
		Interaction: r.row.interaction, Action: actions[r.row.interaction], Outcome: audit.Success,
		Agent: r.agent(), Ground: r.Ground, Address: r.Address, RequestID: r.RequestID, Target: r.key,
	}
	if r.act.kind != "" {
		record.Interaction = r.act.kind
	}
	if record.Action == 0 {
		record.Action = audit.Execute
	}
	if r.extended != nil {
		record.Operation = r.extended.name
	}
	if r.act.within != nil {
		record.Correlation, record.RequestID = r.RequestID, ""
	}
	s.recordSought(record, r)
	for _, part := range r.act.parts {
		s.recordSought(record, part)
	}
	return record
}

// agent is who asked, as the token says and, where it does not, as the staff list and the agreement of their
// organisation do.
func (r *request) agent() audit.Agent {
	p := r.Principal
	if p == nil {
		return audit.Agent{}
	}
	agent := audit.Agent{Issuer: p.Issuer, Subject: p.Subject, Client: p.ClientID, Organisation: p.OrganisationID, User: p.User}
	for _, role := range p.Roles {
		if role.ID == p.RoleID {
			agent.Role = role.Code
		}
	}
	if len(p.Purposes) > 0 {
		agent.Purpose = p.Purposes[0]
	}
	if r.guard != nil {
		r.guard.complete(&agent)
	}
	return agent
}

// complete adds what is known of the caller besides the token.
func (g *guard) complete(agent *audit.Agent) {
	if agent.Organisation == "" {
		agent.Organisation = g.caller.Organisation
	}
	if agent.Role == "" && g.caller.Role != 0 {
		agent.Role = g.caller.Role.String()
	}
	if agent.Purpose == "" {
		agent.Purpose = g.caller.PurposeCode()
	}
}

// outcomeOf is how an act ended, and the stable code of what went wrong.
func outcomeOf(err error) (audit.Outcome, string) {
	if err == nil {
		return audit.Success, ""
	}
	code := fhir.CodeOf(err)
	detail := string(code)
	if issues := issuesOf(err); len(issues) > 0 && issues[0].Detail != "" {
		detail = issues[0].Detail
	}
	switch {
	case code == fhir.CodeLogin || code == fhir.CodeForbidden || code == fhir.CodeSecurity || code == fhir.CodeSuppressed:
		return audit.Denied, detail
	case StatusOf(code) >= http.StatusInternalServerError:
		return audit.Faulty, detail
	}
	return audit.Failed, detail
}
