package interaction

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// confirmSharing answers POST [base]/Patient/[id]/$confirm-sharing and Task/[id]/$confirm-sharing, an
// operation of our own (profiles/package/OperationDefinition-confirm-sharing.json): a second person confirms
// what lets more people see a record. By the Patient it is the one thing that waits there; where several do,
// the Task says which. Where nothing waits, or the caller does not see it, it is 404.
func (s *Server) confirmSharing(ctx context.Context, r *request) (Answer, error) {
	return s.decide(ctx, r, (*deciding).confirm)
}

// declineSharing answers POST [base]/Patient/[id]/$decline-sharing and Task/[id]/$decline-sharing, an
// operation of our own (profiles/package/OperationDefinition-decline-sharing.json): whoever might confirm it,
// or who did it, ends the waiting. Who was kept from the record still is.
func (s *Server) declineSharing(ctx context.Context, r *request) (Answer, error) {
	return s.decide(ctx, r, (*deciding).decline)
}

func (s *Server) decide(ctx context.Context, r *request, how func(*deciding, *labelling) error) (Answer, error) {
	d := deciding{server: s, guard: guardOf(ctx), request: r, at: r.key}
	if d.guard == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: nobody can be told from another").Detailed("no-login")
	}
	wants := consentType
	if r.key.Type == taskType {
		wants = taskType
	}
	if err := d.guard.coversAll(wants, smart.Update); err != nil {
		return Answer{}, err
	}
	p, err := s.parameters(r)
	if err != nil {
		return Answer{}, err
	}
	if d.words = strings.TrimSpace(p.text("words")); len(d.words) > mostLength {
		return Answer{}, fhir.Errorf(fhir.CodeBusinessRule, "say it in a sentence").At("http.words").Detailed(detailParameterValue)
	}
	if err := s.planeCommit(ctx, func(tx *labelling) error { return d.load(tx, how) }); err != nil {
		return Answer{}, err
	}
	if d.first {
		return Answer{Status: http.StatusAccepted, Body: Outcome(fhir.Outcome{{Severity: fhir.Warning, Code: fhir.CodeBusinessRule, Detail: access.DetailSecondPerson,
			Diagnostics: "a client did it of its own accord, and is nobody: it waits for another person besides"}})}, nil
	}
	a := Answer{Status: http.StatusOK, Body: Outcome(fhir.Outcome{done(http.StatusOK)})}
	if d.stored.Version != 0 {
		a.Location = versionURL(r.Base, d.stored)
	}
	return a, nil
}

// deciding is one person's word about what waits.
type deciding struct {
	server  *Server
	guard   *guard
	request *request
	at      fhir.Key // the Patient or the Task
	words   string

	// of the run of the Update
	waiting
	me     access.Person
	own    bool         // they stand for it already
	first  bool         // they are the first who does
	stored store.Record // what was written of a fact
}

// load finds what waits, and has it decided.
func (d *deciding) load(tx *labelling, how func(*deciding, *labelling) error) (err error) {
	if d.me, err = d.guard.known(tx); err != nil {
		return err
	}
	if d.waiting, err = d.find(tx); err != nil {
		return absent(err, access.DetailNothingWaits)
	}
	d.stored, d.first = store.Record{}, false
	if d.request.asked, err = d.concerned(); err != nil {
		return err
	}
	d.own = d.standsFor(&d.waiting)
	return how(d, tx)
}

// standsFor reports whether who decides stands for a change already.
func (d *deciding) standsFor(w *waiting) bool {
	return slices.ContainsFunc(w.said, func(p access.Person) bool { return p.Same(&d.me) })
}

// concerned are the patients in whose access log it is told.
func (d *deciding) concerned() ([]fhir.ID, error) {
	if d.held == nil {
		return ownersOf(d.about, query.Index{}), nil
	}
	in, err := d.server.made(d.held.body, d.about.Type)
	return ownersOf(d.about, in.index), err
}

// find finds what waits; ErrNotFound where there is nothing for this caller. Who stands for it finds it
// whether or not they see the record: a privacy officer who asked sees none.
func (d *deciding) find(tx *labelling) (waiting, error) {
	label, err := tx.Label(d.at)
	if err != nil {
		return waiting{}, err
	}
	if d.at.Type == taskType {
		w, ok, err := d.server.readWaiting(tx, d.at)
		if err == nil && (!ok || !d.guard.decision.See(label) && !d.standsFor(&w)) {
			err = store.ErrNotFound
		}
		return w, err
	}
	all, err := d.server.waitingOf(tx, d.at)
	if err != nil {
		return waiting{}, err
	}
	if !d.guard.decision.See(label) && d.guard.caller.MayKeepAgreements() != nil {
		all = slices.DeleteFunc(all, func(w waiting) bool { return !d.standsFor(&w) })
	}
	if now := d.server.Now(); slices.ContainsFunc(all, func(w waiting) bool { return w.waits(now) }) {
		all = slices.DeleteFunc(all, func(w waiting) bool { return !w.waits(now) }) // what is over is told when there is nothing else
	}
	switch {
	case len(all) == 0:
		return waiting{}, store.ErrNotFound
	case len(all) > 1:
		return waiting{}, fhir.Errorf(fhir.CodeConflict, "several changes of this record wait: say which by its Task, one of Task?code=waiting-change&status=requested").
			Detailed("several-wait")
	}
	return all[0], nil
}

// confirm is the Update of a confirmation.
func (d *deciding) confirm(tx *labelling) error {
	label, err := tx.Label(d.about) // of a fact that is to be made there is none
	if foreign(err) != nil {
		return err
	}
	if err := d.guard.caller.MayConfirm(d.what, &d.guard.decision, label, d.guard.principal.User, d.own); err != nil {
		return err
	}
	if err := d.open(); err != nil {
		return err
	}
	if d.first = d.client; d.first {
		return tx.stood(d.task, d.guard.first(), &d.me)
	}
	if err := d.bringAbout(tx); err != nil {
		return err
	}
	return tx.end(d.task, "completed", d.words, d.guard.first())
}

// decline is the Update of a refusal.
func (d *deciding) decline(tx *labelling) error {
	label, err := tx.Label(d.about) // of a fact that is to be made there is none
	if foreign(err) != nil {
		return err
	}
	if err := d.guard.caller.MayDecline(d.what, &d.guard.decision, label, d.guard.principal.User, d.own); err != nil {
		return err
	}
	if err := d.open(); err != nil {
		return err
	}
	return tx.end(d.task, "rejected", d.words, d.guard.first())
}

// open refuses what has been decided, and what has waited too long.
func (d *deciding) open() error {
	switch now := d.server.Now(); {
	case d.status != "requested":
		return fhir.Errorf(fhir.CodeConflict, "this does not wait any more").Detailed(detailReviewed)
	case !d.waits(now):
		return fhir.Errorf(fhir.CodeConflict, "nobody confirmed this in time: it is for the first person to do again").Detailed(access.DetailExpired)
	}
	return nil
}

// bringAbout has the change count.
func (d *deciding) bringAbout(tx *labelling) (err error) {
	if d.what == access.WidensFact {
		d.stored, err = d.held.put(tx, d.about)
		return err
	}
	p := tx.patient(d.about.ID)
	if err := tx.expectChange(p.id); err != nil {
		return err
	}
	switch d.what {
	case access.EndsObjection:
		if access.WaitsFor(p.label) != d.task.ID {
			return absent(store.ErrNotFound, access.DetailNothingWaits)
		}
		p.confirmed = true
	case access.AddsAuthor:
		p.admits = d.codes
	case access.EndsRestriction:
		return tx.lift(d.about, d.codes)
	}
	return nil
}
