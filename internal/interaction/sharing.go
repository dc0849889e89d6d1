package interaction

import (
	"context"
	"net/http"
	"slices"

	"hearken/fhir"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

const consentType fhir.Type = "Consent"

// keepObjection has an objection stand that was taken back, in this Update or before, by one person alone.
// What they wrote is stored as it was sent; a Task says who they are. When nobody has confirmed in time, or
// somebody declined, it waits anew when an agreement is written again.
func (l *labelling) keepObjection(p *labelledPatient, record *access.Record) error {
	waits := access.WaitsFor(p.label)
	switch {
	case p.confirmed:
		return nil
	case record.Sharing == access.Objected:
		return l.supersede(waits)
	case waits == "" && (l.by == nil || !access.Widens(p.was, record.Sharing)):
		return nil
	}
	record.Waits = waits
	if waits != "" {
		if l.by == nil || !p.agreed {
			return nil
		}
		before, _, err := l.server.readWaiting(l, fhir.Key{Type: taskType, ID: waits})
		if err != nil || before.waits(l.server.Now()) {
			return err
		}
		if err := l.supersede(waits); err != nil {
			return err
		}
	}
	w, err := l.await(waiting{what: access.EndsObjection, about: fhir.Key{Type: patientType, ID: p.id}})
	record.Waits, p.agreed = w.task.ID, false
	return err
}

// supersede ends what waits and has no object any more.
func (l *labelling) supersede(task fhir.ID) error {
	if task == "" {
		return nil
	}
	w, ok, err := l.server.readWaiting(l, fhir.Key{Type: taskType, ID: task})
	if err != nil || !ok || w.status != "requested" {
		return err
	}
	return l.end(w.task, "cancelled", "what it was about has changed", person{})
}

// holdAuthors keeps a closed record from organisations that one person alone names as authors of it. The plan
// that names them is stored as it was sent; a Task says who named them. One that is named again, when nobody
// confirmed it in time or somebody declined, waits anew.
func (l *labelling) holdAuthors(p *labelledPatient, record *access.Record) error {
	if !access.Closed(p.label) {
		return nil
	}
	before, err := careplan.Record(p.id, p.before, l.follow, l.server.moment)
	if err != nil {
		return err
	}
	var added, gone []string
	seeing := access.Organisations(p.label)
	for _, code := range record.Authors {
		if !slices.Contains(seeing, code) && !slices.Contains(before.Authors, code) && !slices.Contains(p.asked, code) {
			added = append(added, code)
		}
	}
	for _, code := range before.Authors {
		if !slices.Contains(seeing, code) && !slices.Contains(record.Authors, code) {
			gone = append(gone, code)
		}
	}
	admits := p.admits
	if l.by == nil {
		admits, added = slices.Concat(admits, added), nil // nobody logs in, or the server writes what two people have agreed on
	}
	named := record.Authors
	if record.Authors = record.Admitted(p.label, admits); len(record.Authors) == len(named) {
		added = nil // it opens
	}
	if err := l.withdraw(p, gone); err != nil || len(added) == 0 {
		return err
	}
	slices.Sort(added)
	p.asked = append(p.asked, added...)
	_, err = l.await(waiting{what: access.AddsAuthor, about: fhir.Key{Type: patientType, ID: p.id}, codes: added})
	return err
}

// withdraw ends the waiting for organisations that are not named any more.
func (l *labelling) withdraw(p *labelledPatient, gone []string) error {
	if len(gone) == 0 {
		return nil
	}
	all, err := l.server.waitingOf(l, fhir.Key{Type: patientType, ID: p.id})
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.what == access.AddsAuthor && slices.ContainsFunc(w.codes, func(code string) bool { return slices.Contains(gone, code) }) {
			if err := l.end(w.task, "cancelled", "what it was about has changed", person{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayDelete refuses the deletion of a Patient whose record is kept from others: what stays of the record
// would be without anything that says so; and of an Organization that is not active, whose people would be
// let in again by one person.
func (l *labelling) mayDelete(p *store.Prepared) error {
	if p.Method != store.Delete || l.by == nil {
		return nil
	}
	if p.Key.Type == organizationType {
		_, n, err := l.server.current(l, p.Key)
		if err != nil {
			return foreign(err)
		}
		if fact := l.server.times().Fact(n); len(fact.Bars) > 0 {
			return fhir.Errorf(fhir.CodeConflict, "an organisation that is not active is not deleted: its people would be let in again, which two administrators do by saying that it is active").
				Detailed(access.DetailSecondPerson)
		}
		return nil
	}
	if p.Key.Type != patientType {
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

// writeKey is where the context of a write has its request.
type writeKey struct{}

// noteWaiting tells the request what its Update came to. The last run counts.
func noteWaiting(ctx context.Context, waits []waiting) {
	if r, ok := ctx.Value(writeKey{}).(*request); ok {
		r.waits = waits
	}
}

// stands is what a writer is told whose change does not count yet.
func stands(all []waiting) (o fhir.Outcome) {
	words := map[access.Change]string{
		access.EndsObjection:   "it is stored as it was sent; the objection to sharing stands until another person confirms that it was taken back: POST Patient/[id]/$confirm-sharing, or ",
		access.AddsAuthor:      "it is stored as it was sent; the organisation that it names as an author sees nothing of the record, which is closed, until another person confirms that it is one: POST Patient/[id]/$confirm-sharing, or ",
		access.EndsRestriction: "nothing has changed: the record is restricted until an administrator, and not the one who asked, confirms that it need not be: POST Patient/[id]/$confirm-sharing, or ",
		access.WidensFact:      "nothing has changed: it lets somebody do more, and is stored when another administrator confirms it: POST ",
	}
	for _, w := range all {
		o = append(o, fhir.Issue{Severity: fhir.Warning, Code: fhir.CodeBusinessRule, Detail: access.DetailSecondPerson,
			Diagnostics: words[w.what] + w.task.String() + "/$confirm-sharing"})
	}
	return o
}

// waiting is the answer to a write that is stored and does not count yet: 202, which says so. A Bundle says
// it of its entries.
func (r *request) waiting(a Answer) Answer {
	if len(r.waits) == 0 || r.typ() == "" || a.Status >= http.StatusBadRequest {
		return a
	}
	a.Status, a.Shown, a.Remarks = http.StatusAccepted, nil, stands(r.waits)
	a.Body = Outcome(a.Remarks)
	return a
}

// tellWaiting says it in the response of each entry that writes or deletes something of the kind that brought it about.
func (t *transaction) tellWaiting(all []waiting) {
	for i, e := range t.entries {
		if e.request.row.write == nil || !t.server.facts.bears(e.request.typ()) {
			continue
		}
		theirs := slices.DeleteFunc(slices.Clone(all), func(w waiting) bool { return (w.what == access.EndsObjection) != (e.request.typ() == consentType) })
		if len(theirs) > 0 {
			t.answers[i].outcome = Outcome(append(stands(theirs), t.answers[i].Remarks...))
		}
	}
}
