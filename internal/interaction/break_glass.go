package interaction

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/audit"
	"hearken/internal/careplan"
	"hearken/internal/careplan/stafflist"
	"hearken/internal/smart"
	"hearken/internal/store"
	"hearken/profiles"
)

// breakGlass answers POST [base]/Patient/$break-glass, an operation of our own
// (profiles/package/OperationDefinition-break-glass.json): in an emergency a clinician, also one whose
// agreement or training has lapsed, opens one person's record for an hour, having logged in just now, for a
// coded reason and in words.
//
// The grant and the Task by which a privacy officer of the clinician's organisation looks into it are one
// commit. The answer is the same whether or not there is a plan, and whether or not the caller could see the
// person before. That nobody has the identifier is told after the grant only, as 404 no-plan-here: asking is
// recorded, counted and looked into whatever it finds, so that it is no way to find out who is a patient
// here.
func (s *Server) breakGlass(ctx context.Context, r *request) (Answer, error) {
	g := guardOf(ctx)
	if g == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: there is no glass to break").Detailed("no-login")
	}
	if err := g.caller.MayBreakGlass(); err != nil {
		return Answer{}, err
	}
	if !g.principal.LoggedIn(s.Now(), access.GrantLogin) {
		return Answer{}, smart.Refused(smart.LoginTooOld)
	}
	b := breaking{server: s, guard: g, now: s.Now().UTC(), grant: fhir.Key{Type: grantType, ID: s.NewID()}, task: fhir.Key{Type: taskType, ID: s.NewID()}}
	if err := b.read(r); err != nil {
		return Answer{}, err
	}
	r.Ground = audit.Ground{Reason: b.reason, Emergency: true} // of the commit's own record
	if err := s.planeCommit(ctx, b.apply); err != nil {
		return Answer{}, err
	}
	switch {
	case b.several:
		return Answer{}, fhir.Errorf(fhir.CodeConflict, "several records have that identifier, and which is the person's cannot be told by it: ask by the NHS number, or for the Patient").
			Detailed(detailSeveralRecords)
	case len(b.patients) == 0:
		return Answer{}, fhir.Errorf(fhir.CodeNotFound, "no person is known here by that; there is no plan of theirs here").Detailed(access.DetailNoPlan)
	}
	var all []given
	for _, patient := range b.patients {
		all = append(all, given{name: "patient", kind: "valueReference", json: refersTo(patient)})
	}
	return Answer{Status: http.StatusOK, Body: answerParameters(append(all, give("until", "valueInstant", b.until().Format(time.RFC3339)))...)}, nil
}

// detailSeveralRecords is the detail of asking for one person by what several records have.
const detailSeveralRecords = "several-records"

// breaking is one grant at work.
type breaking struct {
	server        *Server
	guard         *guard
	now           time.Time
	grant, task   fhir.Key
	system, value string   // the identifier asked for
	asked         fhir.Key // or the Patient
	reason, words string
	patients      []fhir.Key // what the run of the Update found: whose record is opened; several for the records that several authors have of one person
	several       bool       // or that it cannot be told whose
}

func (b *breaking) until() time.Time { return b.now.Add(access.GrantLife) }

// leastWords is how long a reason in words is at least: a sentence, not "emergency".
const (
	leastWords  = 4
	leastLength = 20
	mostLength  = 2000
)

// isSentence reports whether a reason in words is one that somebody can look into.
func isSentence(words string) bool {
	length := utf8.RuneCountInString(words)
	return len(strings.Fields(words)) >= leastWords && length >= leastLength && length <= mostLength
}

// The code systems of our guide that breaking the glass uses.
const (
	breakGlassReasons  = profiles.Base + "/CodeSystem/break-glass-reason"
	breakGlassOutcomes = profiles.Base + "/CodeSystem/break-glass-outcome"
)

// read reads the parameters.
func (b *breaking) read(r *request) error {
	p, err := b.server.parameters(r)
	if err != nil {
		return err
	}
	identifier, patient := p.node("identifier"), p.node("patient")
	b.system, b.value = identifier.Child("system").Text(), identifier.Child("value").Text()
	b.asked = fhir.ParseReference(patient.Child("reference").Text(), b.server.Definitions.IsResource).Key
	b.reason, b.words = p.text("reason"), strings.TrimSpace(p.text("words"))
	fault := func(code fhir.IssueCode, name, words string) error {
		return fhir.Errorf(code, "%s", words).At("http." + name).Detailed(detailParameterValue)
	}
	switch {
	case identifier.IsZero() == patient.IsZero():
		return fault(fhir.CodeRequired, "identifier", "one of identifier and patient says whose record is to be opened")
	case patient.IsZero() && (b.system == "" || b.value == ""):
		return fault(fhir.CodeValue, "identifier", "an identifier has system and value")
	case identifier.IsZero() && b.asked.Type != patientType:
		return fault(fhir.CodeValue, "patient", "the reference is to a Patient of this server")
	case b.system == careplan.NHSNumberSystem && nhsNumberFault(b.value, false) != nil:
		return fault(fhir.CodeBusinessRule, "identifier", nhsNumberFault(b.value, false).Error())
	case !slices.Contains(guideCodes(breakGlassReasons), b.reason):
		return fault(fhir.CodeInvalidCode, "reason", "the reason is "+oneOfGuide(breakGlassReasons))
	case !isSentence(b.words):
		return fault(fhir.CodeBusinessRule, "words", "say in a sentence why this person's record is needed now")
	}
	return nil
}

// breakGlassTurns is the space of claims by which the grants of one caller come one after the other, so that
// they are counted right.
const breakGlassTurns = "break-glass"

// apply is the Update: counted, found, granted, and given to a privacy officer.
func (b *breaking) apply(tx *labelling) error {
	me := b.guard.person()
	if _, err := takeTurn(tx, breakGlassTurns, me.issuer+"\n"+me.subject, b.grant); err != nil {
		return err
	}
	var began []time.Time
	times := b.server.times()
	err := b.server.eachFact(tx, grantType, b.server.hasToken(grantType, "identifier", me.issuer, me.subject), func(_ store.Record, n element.Node) {
		if kind, grant := times.Grant(n); kind == careplan.GrantBreakGlass && careplan.GrantSays(n, "with").IsZero() {
			began = append(began, grant.Until.Add(-access.GrantLife))
		}
	})
	if err != nil {
		return err
	}
	caller := b.guard.caller
	caller.Now = b.now
	if err := caller.MayBreakAgain(began); err != nil {
		return err
	}
	if err := b.find(tx); err != nil {
		return err
	}
	who, colleagues, err := b.staff(tx)
	if err != nil {
		return err
	}
	if len(b.patients) == 0 {
		return b.open(tx, b.grant, b.task, fhir.Key{}, nil)
	}
	for i, patient := range b.patients {
		_, n, err := b.server.current(tx, patient)
		if err != nil {
			return err
		}
		grant, task := b.grant, b.task
		if i > 0 {
			grant.ID, task.ID = b.server.NewID(), b.server.NewID()
		}
		identity := careplan.Identity(n)
		if err := b.open(tx, grant, task, patient, access.Alerts(&who, &identity, colleagues)); err != nil {
			return err
		}
	}
	return nil
}

// open stores one grant, and the work of the privacy officer.
func (b *breaking) open(tx *labelling, grant, task, patient fhir.Key, alerts []access.Alert) error {
	if _, err := tx.putMade(grant, store.Create, b.grantBody(grant, patient)); err != nil {
		return err
	}
	_, err := tx.putMade(task, store.Create, b.taskBody(grant, alerts))
	return err
}

// find looks for the person: by an NHS number for all their records, see patientsNumbered.
func (b *breaking) find(tx *labelling) error {
	b.patients, b.several = nil, false
	if b.asked.IsZero() && b.system == careplan.NHSNumberSystem {
		all, err := b.server.patientsNumbered(tx, b.value)
		b.patients = opened(all, true)
		return err
	}
	where := b.server.identified(b.asked)
	if b.asked.IsZero() {
		where = b.server.hasToken(patientType, "identifier", b.system, b.value)
	}
	page, err := tx.Search(&query.Query{Types: []fhir.Type{patientType}, Where: where, Count: 2, Total: query.TotalNone})
	if b.several = len(page.Matches) > 1; err != nil || b.several { // of two with one identifier neither is opened: nobody knows who is meant
		return err
	}
	for i := range page.Matches {
		b.patients = append(b.patients, page.Matches[i].Key)
	}
	return nil
}

// staff reads who the caller is, as far as that is written down, and the names on the list of their
// organisation. It is read whether or not the person is there.
func (b *breaking) staff(tx *labelling) (caller access.Identity, colleagues []string, err error) {
	me := b.guard.person()
	where := query.Match{Parameter: b.server.Registry.Parameter(staffType, "organization"),
		Test: query.LinkIdentifierTest{TokenTest: query.TokenTest{System: careplan.ODSOrganisationSystem, Code: b.guard.caller.Organisation}}}
	described := b.guard.principal.Context.FHIRUser
	var names []string
	err = b.server.eachFact(tx, staffType, where, func(rec store.Record, n element.Node) {
		one := stafflist.ReadStored(rec.Key, n)
		if !one.Entry.Names(me.issuer, me.subject, me.roleProfile) {
			if one.Active {
				colleagues = append(colleagues, one.Entry.Name)
			}
			return
		}
		names = append(names, one.Entry.Name)
		if reference := n.Child("practitioner").Child("reference").Text(); described.IsZero() && reference != "" {
			described = fhir.ParseReference(reference, b.server.Definitions.IsResource).Key
		}
	})
	if err == nil && !described.IsZero() {
		var n element.Node
		if _, n, err = b.server.current(tx, described); err == nil {
			caller = careplan.Identity(n)
		}
		err = foreign(err)
	}
	for _, name := range names {
		careplan.Named(&caller, name)
	}
	return caller, colleagues, err
}

const factLabel = `"meta":{"security":[{"system":"` + access.LabelSystem + `","code":"` + access.LabelFact + `"}]}`

// grantBody is the fact that opens a record. The others of one request say with which they are one.
func (b *breaking) grantBody(grant, patient fhir.Key) []byte {
	me := b.guard.person()
	w := jsonWriter{[]byte(`{"resourceType":"Basic",` + factLabel + `,"extension":[{"url":"` + careplan.GrantReason + `","extension":[{"url":"reason","valueCode":`)}
	w.json = append(element.AppendString(w.json, b.reason), `},{"url":"words","valueString":`...)
	w.json = append(element.AppendString(w.json, b.words), `},{"url":"organisation","valueString":`...)
	w.json = append(element.AppendString(w.json, b.guard.caller.Organisation), '}')
	if grant != b.grant {
		w.json = append(append(append(w.json, `,{"url":"with","valueReference":`...), refersTo(b.grant)...), '}')
	}
	if patient.IsZero() && b.asked.IsZero() {
		w.json = append(w.json, `,{"url":"asked","valueIdentifier":{`...)
		w.text("system", b.system)
		w.text("value", b.value)
		w.json = append(w.json, `}}`...)
	}
	w.json = append(w.json, `]}],"identifier":[{`...)
	w.text("system", me.issuer)
	w.text("value", me.subject)
	w.open("period", '{')
	w.text("start", b.now.Format(time.RFC3339))
	w.text("end", b.until().Format(time.RFC3339))
	w.close("}}]")
	w.raw("code", coded(careplan.GrantSystem, careplan.GrantBreakGlass))
	if !patient.IsZero() {
		w.raw("subject", refersTo(patient))
	}
	w.text("created", b.now.Format(time.DateOnly))
	return append(w.json, '}')
}

// taskBody is the work of the privacy officer. It names neither the patient nor the caller.
func (b *breaking) taskBody(grant fhir.Key, alerts []access.Alert) []byte {
	w := jsonWriter{[]byte(`{"resourceType":"Task",` + factLabel)}
	w.text("status", "requested")
	w.text("intent", "order")
	w.text("priority", "urgent")
	w.raw("code", coded(careplan.TaskSystem, careplan.TaskBreakGlass))
	w.raw("focus", refersTo(grant))
	w.text("authoredOn", b.now.Format(time.RFC3339))
	w.raw("owner", named(person{issuer: careplan.ODSOrganisationSystem, subject: b.guard.caller.Organisation}))
	w.raw("reasonCode", coded(breakGlassReasons, b.reason))
	if len(alerts) > 0 {
		w.open("input", '[')
		for _, alert := range alerts {
			w.item()
			w.raw("type", coded(careplan.TaskSystem, "alert"))
			w.text("valueCode", string(alert))
			w.close("}")
		}
		w.close("]")
	}
	return append(w.json, '}')
}

func refersTo(key fhir.Key) []byte {
	return append(element.AppendString([]byte(`{"reference":`), key.String()), '}')
}
