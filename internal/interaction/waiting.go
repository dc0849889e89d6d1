package interaction

import (
	"encoding/json"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// waiting is a change that one person made, and that does not count until a second confirms it: a Task, which
// those who may confirm find by Task?code=waiting-change&status=requested, and which nobody writes but this
// server.
type waiting struct {
	task   fhir.Key
	what   access.Change
	about  fhir.Key
	codes  []string        // of access.AddsAuthor: the organisations; of access.EndsRestriction: the labels as they stood
	held   *heldFact       // of access.WidensFact: what is to be written
	words  string          // why, as the first person said
	client bool            // a client asked for it of its own accord: no person stands for it yet
	said   []access.Person // who stands for it
	until  time.Time       // when it is over
	status string
}

// waitingWords say, to whoever may confirm it, what waits. They are the same for everybody.
var waitingWords = map[access.Change]string{
	access.EndsObjection:   "An objection to sharing was taken back. It stands until another person confirms that.",
	access.AddsAuthor:      "An organisation was named as an author of a record that only authors see. It sees nothing of it until another person confirms that.",
	access.EndsRestriction: "It was asked that a record be restricted no longer. It is until an administrator confirms that.",
	access.WidensFact:      "An administrator asked for a change that lets somebody do more. Nothing has changed until another administrator confirms it.",
}

// The parts of such a Task, beside its own elements.
const (
	partOrganisation = "organisation" // that becomes an author, by its ODS code
	partLabel        = "label"        // that is taken away
	partResource     = "resource"     // that is to be stored
	partVersion      = "version"      // that it takes the place of; not there for none
	partStaffEntry   = "staff-entry"  // what staff lists say of who asked
	partClient       = "client"       // that asked of its own accord
	partList         = "list"         // of staff, that waits
)

// await stores that something waits for a second person.
func (l *labelling) await(w waiting) (waiting, error) {
	now := l.server.Now().UTC()
	w.task, w.client, w.until, w.status = fhir.Key{Type: taskType, ID: l.server.NewID()}, !l.by.principal.User, now.Add(access.ConfirmWithin), "requested"
	b := jsonWriter{[]byte(`{"resourceType":"Task",` + factLabel)}
	b.text("status", w.status)
	b.text("intent", "order")
	b.raw("code", coded(careplan.TaskSystem, careplan.TaskWaiting))
	b.text("description", waitingWords[w.what])
	b.raw("focus", refersTo(w.about))
	b.text("authoredOn", now.Format(time.RFC3339))
	part := partOrganisation
	if w.what == access.EndsRestriction {
		part = partLabel
	}
	inputs := w.held.parts()
	for _, code := range w.codes {
		inputs = append(inputs, taskPart{part, "valueString", element.AppendString(nil, code)})
	}
	if by := l.by.first(); w.client {
		inputs = append(inputs, taskPart{partClient, "valueReference", named(by)})
	} else {
		me, err := l.by.known(l)
		if err != nil {
			return w, err
		}
		b.raw("requester", named(by))
		inputs = append(inputs, staffEntries(&me)...)
	}
	b.raw("reasonCode", coded(careplan.TaskSystem, string(w.what)))
	if w.words != "" {
		b.open("note", '[')
		b.item()
		b.text("text", w.words)
		b.close("}]")
	}
	b.open("restriction", '{')
	b.open("period", '{')
	b.text("end", w.until.Format(time.RFC3339))
	b.close("}}")
	b.raw("input", taskParts(inputs))
	b.close("}")
	_, err := l.putMade(w.task, store.Create, b.json)
	l.waits = append(l.waits, w)
	return w, err
}

// known is who a caller is, with what the issuer of their token says besides: which resource describes them.
func (g *guard) known(rd store.Reader) (access.Person, error) {
	p, err := g.server.personOf(rd, g.first())
	if described := g.principal.Context.FHIRUser; !described.IsZero() {
		p.Entries = append(p.Entries, described.String())
	}
	return p, err
}

// administratorNamed begins what a Person's entries have of one whom Login.Person names. No resource is called so.
const administratorNamed = "administrator "

// taskPart is an input of a Task.
type taskPart struct {
	name, kind string
	json       []byte
}

func taskParts(parts []taskPart) []byte {
	if len(parts) == 0 {
		return nil
	}
	b := jsonWriter{[]byte{'['}}
	for _, part := range parts {
		b.item()
		b.raw("type", coded(careplan.TaskSystem, part.name))
		b.raw(part.kind, part.json)
		b.close("}")
	}
	b.close("]")
	return b.json
}

// partsOf are the texts of the parts of a Task that have a name.
func partsOf(n element.Node, name string) (texts []string) {
	for part := range n.Children() {
		if careplan.CodingOf(part.Child("type"), careplan.TaskSystem) == name {
			texts = append(texts, part.Child("value").Text())
		}
	}
	return texts
}

func staffEntries(p *access.Person) (parts []taskPart) {
	for _, entry := range p.Entries {
		parts = append(parts, taskPart{partStaffEntry, "valueString", element.AppendString(nil, entry)})
	}
	return parts
}

// personOf is who a token names, with what staff lists say of them, of now or before, and what whoever named
// the administrators does.
func (s *Server) personOf(rd store.Reader, who person) (access.Person, error) {
	p := access.Person{Issuer: who.issuer, Subject: who.subject}
	err := s.eachFact(rd, staffType, s.namedBy(staffType, who), func(rec store.Record, n element.Node) {
		p.Entries = append(p.Entries, rec.Key.String())
		if practitioner := fhir.ParseReference(n.Child("practitioner").Child("reference").Text(), s.Definitions.IsResource).Key; !practitioner.IsZero() {
			p.Entries = append(p.Entries, practitioner.String())
		}
	})
	if s.Login != nil && s.Login.Person != nil {
		if name := s.Login.Person(who.issuer, who.subject); name != "" {
			p.Entries = append(p.Entries, administratorNamed+name)
		}
	}
	return p, err
}

// readWaiting reads a Task; ok is false for one that is not of this kind.
func (s *Server) readWaiting(rd store.Reader, key fhir.Key) (w waiting, ok bool, err error) {
	rec, n, err := s.current(rd, key)
	if err != nil {
		return w, false, foreign(err)
	}
	fact := slices.Contains(careplan.SecurityLabels(n), access.SecurityLabel{System: access.LabelSystem, Code: access.LabelFact})
	if !fact || careplan.CodingOf(n.Child("code"), careplan.TaskSystem) != careplan.TaskWaiting {
		return w, false, nil
	}
	w, err = s.waitingIn(rd, rec.Key, n)
	return w, err == nil, err
}

// waitingIn reads what waits from its Task.
func (s *Server) waitingIn(rd store.Reader, key fhir.Key, n element.Node) (waiting, error) {
	w := waiting{task: key, status: n.Child("status").Text(), what: access.Change(careplan.CodingOf(n.Child("reasonCode"), careplan.TaskSystem)),
		about: fhir.ParseReference(n.Child("focus").Child("reference").Text(), s.Definitions.IsResource).Key}
	var ok bool
	if w.until, ok = parseInstant(n.Child("restriction").Child("period").Child("end").Text()); !ok {
		return w, errUnreadable
	}
	w.codes = append(partsOf(n, partOrganisation), partsOf(n, partLabel)...)
	for part := range n.Children() {
		switch kind := careplan.CodingOf(part.Child("type"), careplan.TaskSystem); kind {
		case partResource, partVersion:
			if w.held == nil {
				w.held = &heldFact{}
			}
			if !w.held.take(kind, part.Child("value")) {
				return w, errUnreadable
			}
		}
	}
	who := n.Child("requester").Child("identifier")
	if w.client = who.IsZero(); w.client {
		return w, nil
	}
	first, err := s.personOf(rd, person{issuer: who.Child("system").Text(), subject: who.Child("value").Text()})
	first.Entries = append(first.Entries, partsOf(n, partStaffEntry)...)
	w.said = []access.Person{first}
	return w, err
}

// waits reports whether it can be confirmed at a moment.
func (w *waiting) waits(now time.Time) bool { return w.status == "requested" && now.Before(w.until) }

// waitingOf are the changes of a patient that can be confirmed, oldest Task first.
func (s *Server) waitingOf(rd store.Reader, about fhir.Key) (all []waiting, err error) {
	where := append(s.requested(careplan.TaskWaiting), query.Match{Parameter: s.Registry.Parameter(taskType, "focus"), Test: query.LinkTest{Key: about}})
	var failed error
	err = s.eachFact(rd, taskType, where, func(rec store.Record, n element.Node) {
		w, err := s.waitingIn(rd, rec.Key, n)
		if failed == nil {
			failed = err
		}
		all = append(all, w)
	})
	slices.SortFunc(all, func(a, b waiting) int { return compareIDs(a.task.ID, b.task.ID) })
	if err == nil {
		err = failed
	}
	return all, err
}

const taskStatusSystem = "http://hl7.org/fhir/task-status"

// end writes how something that waits ended, and by whom; by nobody where it ended of itself.
func (l *labelling) end(task fhir.Key, status, why string, by person) error {
	return l.amendTask(task, func(body map[string]any) {
		body["status"] = status
		if owner := named(by); owner != nil {
			body["owner"] = json.RawMessage(owner)
		}
		if why != "" {
			body["statusReason"] = map[string]any{"text": why}
		}
	})
}

// stood has a person stand for what a client asked for of its own accord.
func (l *labelling) stood(task fhir.Key, by person, me *access.Person) error {
	return l.amendTask(task, func(body map[string]any) {
		body["requester"] = json.RawMessage(named(by))
		inputs, _ := body["input"].([]any)
		for _, part := range staffEntries(me) {
			inputs = append(inputs, map[string]any{"type": json.RawMessage(coded(careplan.TaskSystem, part.name)), part.kind: json.RawMessage(part.json)})
		}
		body["input"] = inputs
	})
}

// amendTask changes a Task of this server's own.
func (l *labelling) amendTask(task fhir.Key, change func(map[string]any)) error {
	rec, err := l.Get(task)
	if err != nil {
		return err
	}
	return l.amend(task, rec.Body, func(body map[string]any) {
		change(body)
		body["lastModified"] = l.server.Now().UTC().Format(time.RFC3339)
	})
}
