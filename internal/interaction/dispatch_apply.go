package interaction

import (
	"errors"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// The spaces of claims by which the messages of one organisation come one after the other, so that its
// contacts are counted right, and by which a dispatch has one grant.
const (
	dispatchTurns = "dispatch-turn"
	dispatchSpace = "dispatch"
)

// apply is the Update of a message.
func (d *dispatch) apply(tx *labelling) error {
	d.grant, d.until, d.left, d.request.asked = fhir.Key{}, time.Time{}, nil, nil
	organisation := d.guard.caller.Organisation
	if _, err := takeTurn(tx, dispatchTurns, organisation, d.proposed); err != nil {
		return err
	}
	grant, fresh, err := tx.Claim(dispatchSpace, organisation+"\n"+d.number.issuer+"\n"+d.number.subject, d.proposed)
	if err != nil {
		return err
	}
	d.grant = grant
	var told toldBefore
	if !fresh {
		if told, err = d.before(tx); err != nil {
			return err
		}
		d.request.asked = told.contact.Patients
	}
	if d.ends {
		return d.end(tx, told)
	}
	return d.open(tx, told)
}

// toldBefore is a grant as it is stored; zero for a dispatch that nothing was told of.
type toldBefore struct {
	version fhir.VersionID
	contact access.Contact
	asked   asked
	sent    time.Time
	crew    []person // who is named, by all that they log in by
	body    []byte
}

// before reads the grant. One that an administrator deleted is over.
func (d *dispatch) before(tx *labelling) (told toldBefore, err error) {
	rec, n, err := d.server.current(tx, d.grant)
	if errors.Is(err, store.ErrNotFound) {
		return toldBefore{version: 1, contact: access.Contact{Ended: true}}, nil
	}
	if err != nil {
		return told, err
	}
	told.version, told.body = rec.Version, rec.Body
	told.contact, _, _ = d.server.times().Contact(n)
	told.crew = identifiersOf(n)
	told.sent, _ = parseInstant(careplan.GrantSays(n, careplan.ContactSent).Text())
	who := careplan.GrantSays(n, "asked")
	told.asked = asked{number: who.Child("value").Text(), key: fhir.ParseReference(who.Child("reference").Text(), d.server.Definitions.IsResource).Key}
	return told, nil
}

// end closes it, once; what was never begun is noted as over, so that a beginning that comes later opens nothing.
func (d *dispatch) end(tx *labelling, told toldBefore) error {
	d.request.Ground = audit.Ground{Reason: reasonEnded}
	switch {
	case told.version == 0:
		_, err := tx.putMade(d.grant, store.Create, d.body(&access.Contact{From: d.now, Until: d.now, Ended: true}, nil))
		return err
	case told.contact.Ended:
		return nil
	}
	return tx.amend(d.grant, told.body, func(body map[string]any) {
		all, _ := body["extension"].([]any)
		body["extension"] = append(all, map[string]any{"url": careplan.GrantReason,
			"extension": []any{map[string]any{"url": careplan.ContactEnded, "valueInstant": fhir.FormatInstant(d.now)}}})
	})
}

// open opens the records of the person to the crew, or goes on doing so.
func (d *dispatch) open(tx *labelling, told toldBefore) error {
	fresh := told.version == 0
	contact := told.contact
	switch {
	case fresh:
		contact.From = d.now
		d.request.Ground = audit.Ground{Reason: reasonSent}
	case contact.Over(d.now):
		return fhir.Errorf(fhir.CodeConflict, "this dispatch is over: another has an identifier of its own").Detailed(detailDispatchOver)
	case told.asked != d.asked:
		return fhir.Errorf(fhir.CodeConflict, "this dispatch is to another person: end it, and send that to this one under an identifier of its own").Detailed(detailDispatchSubject)
	default:
		d.request.Ground = audit.Ground{Reason: reasonRenewed}
		if !d.sent.IsZero() && d.sent.Before(told.sent) {
			d.until = contact.Until
			return nil
		}
	}
	if err := d.count(fresh); err != nil {
		return err
	}
	var err error
	if contact.Patients, err = d.patients(tx); err != nil {
		return err
	}
	d.request.asked = contact.Patients
	crew, err := d.members(tx)
	if err != nil {
		return err
	}
	contact.Until = contact.Renewed(d.now)
	d.until = contact.Until
	method := store.Update
	switch {
	case fresh:
		method = store.Create
	case contact.Until.Sub(told.contact.Until) < time.Minute && d.sent.Equal(told.sent) && slices.Equal(crew, told.crew) && slices.Equal(contact.Patients, told.contact.Patients):
		d.until = told.contact.Until
		return nil // it was told twice
	}
	_, err = tx.putMade(d.grant, method, d.body(&contact, crew))
	return err
}

// count counts a crew that is sent, once.
func (d *dispatch) count(fresh bool) error {
	if !fresh || d.counted {
		return nil
	}
	err := d.server.dispatches.take(d.guard)
	d.counted = err == nil
	return err
}

// patients are those whose record is opened: by an NHS number all records of theirs, as to who breaks the
// glass; none for who is not here.
func (d *dispatch) patients(tx *labelling) (ids []fhir.ID, err error) {
	if d.asked.number == "" {
		_, _, err := d.server.current(tx, d.asked.key)
		if err == nil {
			ids = append(ids, d.asked.key.ID)
		}
		return ids, foreign(err)
	}
	all, err := d.server.patientsNumbered(tx, d.asked.number)
	for _, key := range opened(all, true) {
		ids = append(ids, key.ID)
	}
	return ids, err
}

// members are those of the crew who are on the staff list of the organisation, in force, by all that they may
// log in by. The others are left out, and said to be: who is not on it yet must not keep the rest of the crew
// from the record. With nobody left it is an error.
func (d *dispatch) members(tx *labelling) (crew []person, err error) {
	seen := map[fhir.Key]bool{d.grant: true}
	for _, individual := range d.crew {
		found, err := d.member(tx, individual)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			issue := fhir.Issue{Severity: fhir.Warning, Code: fhir.CodeBusinessRule, Detail: detailDispatchCrew, Expression: []string{individual.Location()},
				Diagnostics: "nobody on the staff list of this organisation who can be sent, in force and with training in date, is named so: they are not on it"}
			issue.Line, issue.Column = individual.LineColumn()
			d.left = append(d.left, issue)
			continue
		}
		if err := d.bounded(tx, found, seen); err != nil {
			return nil, err
		}
		for _, one := range found {
			if !slices.Contains(crew, one) {
				crew = append(crew, one)
			}
		}
	}
	if d.left = d.request.placedIssues(d.left); len(crew) == 0 {
		for i := range d.left {
			d.left[i].Severity = fhir.SeverityError
		}
		return nil, &fhir.Error{Code: fhir.CodeBusinessRule, Issues: d.left}
	}
	return crew, nil
}

// member is one of them, by their entries.
func (d *dispatch) member(tx *labelling, individual element.Node) (all []person, err error) {
	identifier := individual.Child("identifier")
	where := d.server.hasToken(staffType, "identifier", identifier.Child("system").Text(), identifier.Child("value").Text())
	switch key := fhir.ParseReference(individual.Child("reference").Text(), d.server.Definitions.IsResource).Key; {
	case key.Type == staffType && key.ID != "":
		where = d.server.identified(key)
	case identifier.Child("system").Text() == "" || identifier.Child("value").Text() == "":
		return nil, nil
	}
	times := d.server.times()
	err = d.server.eachFact(tx, staffType, where, func(_ store.Record, n element.Node) {
		if entry := times.StaffEntry(n); d.guard.caller.MaySend(&entry) {
			all = append(all, identifiersOf(n)...)
		}
	})
	return all, err
}

// identifiersOf are the identifiers of a resource.
func identifiersOf(n element.Node) (all []person) {
	for child := range n.Children() {
		if child.Name() == "identifier" {
			all = append(all, person{issuer: child.Child("system").Text(), subject: child.Child("value").Text()})
		}
	}
	return all
}

// bounded refuses to send somebody to more people than one may be sent to, by the contacts that name them,
// but for this one. On the way it has the spent ones name nobody, so that what is known of a caller stays
// short; their earlier versions say who it was.
func (d *dispatch) bounded(tx *labelling, who []person, seen map[fhir.Key]bool) error {
	var named query.Or
	for _, one := range who {
		named = append(named, d.server.hasToken(grantType, "identifier", one.issuer, one.subject))
	}
	times := d.server.times()
	var contacts []access.Contact
	spent := map[fhir.Key][]byte{}
	err := d.server.eachFact(tx, grantType, named, func(rec store.Record, n element.Node) {
		if kind, _ := times.Grant(n); kind != careplan.GrantContact || rec.Key == d.grant {
			return
		}
		contact, _, _ := times.Contact(n)
		contacts = append(contacts, contact)
		if contact.Spent(d.now) && contact.Organisation != "" && !seen[rec.Key] {
			spent[rec.Key] = rec.Body
		}
	})
	if err == nil {
		err = d.guard.caller.MaySendAgain(contacts)
	}
	for key, body := range spent {
		seen[key] = true
		if err == nil {
			err = tx.amend(key, body, func(body map[string]any) { delete(body, "identifier") })
		}
	}
	return err
}

// body is the grant. The number of the dispatch is none of its identifiers: those say whom it lets in.
func (d *dispatch) body(k *access.Contact, crew []person) []byte {
	w := jsonWriter{[]byte(`{"resourceType":"Basic",` + factLabel + `,"extension":[{"url":"` + careplan.GrantReason + `","extension":[`)}
	for _, part := range d.says(k) {
		w.item()
		w.text("url", part.name)
		w.raw(part.kind, part.json)
		w.close("}")
	}
	w.close("]}]")
	if len(crew) > 0 {
		w.open("identifier", '[')
		for _, one := range crew {
			w.item()
			w.text("system", one.issuer)
			w.text("value", one.subject)
			w.open("period", '{')
			w.text("start", fhir.FormatInstant(k.From))
			w.text("end", fhir.FormatInstant(k.Until.Add(-time.Millisecond))) // an end is within its period
			w.close("}}")
		}
		w.close("]")
	}
	w.raw("code", coded(careplan.GrantSystem, careplan.GrantContact))
	if len(k.Patients) > 0 {
		w.raw("subject", refersTo(fhir.Key{Type: patientType, ID: k.Patients[0]}))
	}
	w.text("created", d.now.Format(time.DateOnly))
	w.raw("author", named(person{issuer: careplan.ODSOrganisationSystem, subject: d.guard.caller.Organisation}))
	return append(w.json, '}')
}

// says is how the grant came to be.
func (d *dispatch) says(k *access.Contact) []taskPart {
	by := keyOf(d.guard.principal)
	says := []taskPart{
		{careplan.ContactOrganisation, "valueString", element.AppendString(nil, d.guard.caller.Organisation)},
		{careplan.ContactSystem, "valueIdentifier", identifierOf(person{issuer: by.issuer, subject: by.name})},
		{careplan.ContactDispatch, "valueIdentifier", identifierOf(d.number)},
		{careplan.ContactFrom, "valueInstant", element.AppendString(nil, fhir.FormatInstant(k.From))},
	}
	if d.asked.number != "" {
		says = append(says, taskPart{"asked", "valueIdentifier", identifierOf(person{issuer: careplan.NHSNumberSystem, subject: d.asked.number})})
	}
	if !d.asked.key.IsZero() {
		says = append(says, taskPart{"asked", "valueReference", refersTo(d.asked.key)})
	}
	for _, id := range k.Patients[min(1, len(k.Patients)):] {
		says = append(says, taskPart{careplan.ContactAlso, "valueReference", refersTo(fhir.Key{Type: patientType, ID: id})})
	}
	if !d.sent.IsZero() {
		says = append(says, taskPart{careplan.ContactSent, "valueInstant", element.AppendString(nil, fhir.FormatInstant(d.sent))})
	}
	if k.Ended {
		says = append(says, taskPart{careplan.ContactEnded, "valueInstant", element.AppendString(nil, fhir.FormatInstant(d.now))})
	}
	return says
}

// identifierOf is an Identifier of a system and a value.
func identifierOf(p person) []byte {
	w := jsonWriter{[]byte{'{'}}
	w.text("system", p.issuer)
	w.text("value", p.subject)
	return append(w.json, '}')
}
