package interaction

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// keepObjection has an objection stand that was taken back, in this Update or before, by one person alone. What they wrote is stored as it was sent; a Task
// says who they are.
func (l *labelling) keepObjection(p *labelledPatient, record *access.Record) error {
	if p.confirmed || record.Sharing == access.Objected {
		return nil // it needs nothing to stand
	}
	record.Waits = access.WaitsFor(p.label)
	if record.Waits != "" || l.by == nil || !access.Widens(p.was, record.Sharing) {
		return nil
	}
	record.Waits = l.server.NewID()
	l.waits = append(l.waits, p.id)
	in, err := l.server.made(sharingTask(l.by.first(), p.id, l.server.Now()), taskType)
	if err != nil {
		return err
	}
	_, err = l.Put(in.prepared(fhir.Key{Type: taskType, ID: record.Waits}, store.Create))
	return err
}

// mayDelete refuses the deletion of a Patient whose record is kept from others: what stays of the record would be without anything that says so.
func (l *labelling) mayDelete(p *store.Prepared) error {
	if p.Method != store.Delete || p.Key.Type != patientType || l.by == nil {
		return nil
	}
	owner := l.patient(p.Key.ID)
	switch {
	case access.WaitsFor(owner.label) != "":
		return fhir.Errorf(fhir.CodeConflict, "an objection to sharing was taken back, which a second person has to confirm first").Detailed(access.DetailSecondPerson)
	case slices.Contains(owner.label, access.Restricted), owner.was == access.Objected, careplan.Sharing(owner.all(), l.server.moment) == access.Objected:
		return fhir.Errorf(fhir.CodeConflict, "the Patient of a record that is restricted, or whose sharing was objected to, is not deleted: nothing else would keep "+
			"what stays of the record from others").Detailed("closed-record")
	}
	return nil
}

// first is who does what a second person confirms; a client that acts for itself goes by its own name.
func (g *guard) first() person {
	if me := g.person(); me.subject != "" {
		return me
	}
	return person{issuer: g.principal.Issuer, subject: g.principal.ClientID}
}

func sharingTask(by person, patient fhir.ID, now time.Time) []byte {
	about := refersTo(fhir.Key{Type: patientType, ID: patient})
	w := jsonWriter{[]byte(`{"resourceType":"Task",` + factLabel)}
	w.text("status", "requested")
	w.text("intent", "order")
	w.raw("code", coded(careplan.TaskSystem, careplan.TaskSharing))
	w.raw("focus", about)
	w.text("authoredOn", now.UTC().Format(time.RFC3339))
	w.raw("requester", named(by))
	return append(w.json, '}')
}

// writeKey is where the context of a write has its request.
type writeKey struct{}

// noteWaiting tells the request what its Update came to. The last run counts.
func noteWaiting(ctx context.Context, patients []fhir.ID) {
	if r, ok := ctx.Value(writeKey{}).(*request); ok {
		r.waits = patients
	}
}

// stands is what a writer is told whose change does not count yet.
func stands() fhir.Outcome {
	return fhir.Outcome{{Severity: fhir.Warning, Code: fhir.CodeBusinessRule, Detail: access.DetailSecondPerson,
		Diagnostics: "it is stored as it was sent; the objection to sharing stands until another person confirms that it was taken back: POST Patient/[id]/$confirm-sharing"}}
}

// waiting is the answer to a write that is stored and does not count yet: 202, which says so. A Bundle says it of its entries.
func (r *request) waiting(a Answer) Answer {
	if len(r.waits) == 0 || r.typ() == "" || a.Status >= http.StatusBadRequest {
		return a
	}
	a.Status, a.Body, a.Shown, a.Remarks = http.StatusAccepted, Outcome(stands()), nil, stands()
	return a
}

// tellWaiting says it in the response of each entry that writes or deletes a Consent.
func (t *transaction) tellWaiting(patients []fhir.ID) {
	if len(patients) == 0 {
		return
	}
	for i, e := range t.entries {
		if e.request.typ() == consentType && e.request.row.write != nil {
			t.answers[i].outcome = Outcome(append(stands(), t.answers[i].Remarks...))
		}
	}
}

const consentType fhir.Type = "Consent"

// confirmSharing answers POST [base]/Patient/[id]/$confirm-sharing, an operation of our own (profiles/package/OperationDefinition-confirm-sharing.json): a second
// person confirms that an objection to sharing was taken back. Where nothing waits, or the caller does not see the Patient, it is 404.
func (s *Server) confirmSharing(ctx context.Context, r *request) (Answer, error) {
	g := guardOf(ctx)
	if g == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: nobody can be told from another").Detailed("no-login")
	}
	if err := g.coversAll(consentType, smart.Update); err != nil {
		return Answer{}, err
	}
	if _, err := s.parameters(r); err != nil {
		return Answer{}, err
	}
	if err := s.planeCommit(ctx, func(tx *labelling) error { return s.confirm(tx, g, r.key) }); err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusOK, Body: Outcome(fhir.Outcome{done(http.StatusOK)})}, nil
}

// confirm is its Update.
func (s *Server) confirm(tx *labelling, g *guard, patient fhir.Key) error {
	label, err := tx.Label(patient)
	if err != nil {
		return absent(err, access.DetailNothingWaits)
	}
	if access.WaitsFor(label) == "" || !g.decision.See(label) && g.caller.MayKeepAgreements() != nil {
		return absent(store.ErrNotFound, access.DetailNothingWaits)
	}
	task := fhir.Key{Type: taskType, ID: access.WaitsFor(label)}
	rec, n, err := s.current(tx, task)
	if err != nil {
		return err
	}
	who, me := n.Child("requester").Child("identifier"), g.first()
	own := who.Child("system").Text() == me.issuer && who.Child("value").Text() == me.subject
	if err := g.caller.MayConfirm(&g.decision, label, g.principal.User, own); err != nil {
		return err
	}
	if err := tx.expectChange(patient.ID); err != nil {
		return err
	}
	tx.patient(patient.ID).confirmed = true
	body, err := editable(rec.Body)
	if err != nil {
		return err
	}
	body["status"], body["owner"] = "completed", json.RawMessage(named(me))
	in, err := s.edited(body, taskType)
	if err != nil {
		return err
	}
	_, err = tx.Put(in.prepared(task, store.Update))
	return err
}
