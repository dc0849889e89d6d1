package interaction

import (
	"errors"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// labelling is the Tx of every write. It gives what is written the access label that says who may see it (see
// internal/access), and when what is written is a fact about a patient, such as an objection to sharing, it
// gives all that is theirs another.
//
// Labels are settled at the end of the Update, because what comes later in a transaction may decide about
// what came first, and in a transaction when all is written and reading begins. Until then what it wrote is
// labelled for nobody.
type labelling struct {
	store.Tx
	server   *Server
	patients map[fhir.ID]*labelledPatient
	pending  []labelledResource
	given    map[fhir.Key][]query.Token // the labels that this Update has written
	codes    map[fhir.Key]string        // ODS codes of what was followed
	by       *guard                     // who writes; nil for the server itself, and where nobody logs in
	unseen   map[fhir.ID]bool           // patients whom the writer does not see: unless they are made here the Update is refused, and nothing of them is asked for
	waits    []waiting                  // what was written here and does not count until a second person confirms it
	moved    []fhir.Key                 // what was there before and may be shown to others now: what names it as context is, too
	records  []fhir.ID                  // patients of whom all that is stored is
}

// labelledPatient is a patient whose resources are written.
type labelledPatient struct {
	id      fhir.ID
	fresh   bool // made in this Update under an id of ours: nothing that was stored before can be theirs
	changed bool // facts have changed
	loaded  bool
	facts   map[fhir.Key]careplan.Facts
	label   []query.Token // nil when not known

	before    []careplan.Facts // as recorded before this Update
	was       access.Sharing   // by them
	agreed    bool             // an agreement to sharing was written
	asked     []string         // organisations that wait to become authors since this Update
	confirmed bool             // a second person agrees that an objection was taken back
	admits    []string         // organisations of which a second person agrees that they are authors
}

// labelledResource is a resource written, with what decides about its label.
type labelledResource struct {
	key      fhir.Key
	resource access.Resource
	patients []fhir.ID
	context  *fhir.Key // of what is seen by its context instead: see contextOf
}

func (s *Server) newLabelling(tx store.Tx) *labelling {
	return &labelling{Tx: tx, server: s, patients: map[fhir.ID]*labelledPatient{}, given: map[fhir.Key][]query.Token{}, codes: map[fhir.Key]string{}, unseen: map[fhir.ID]bool{}}
}

// Put stores a version. Its label comes with settle.
func (l *labelling) Put(p store.Prepared) (store.Record, error) {
	fact := l.server.facts.bears(p.Key.Type)
	owners := ownersOf(p.Key, p.Index)
	if fact {
		before, err := l.ownersBefore(p.Key)
		if err != nil {
			return store.Record{}, err
		}
		for _, id := range slices.Concat(owners, before) {
			if err := l.expectChange(id); err != nil {
				return store.Record{}, err
			}
		}
	}
	if err := l.mayDelete(&p); err != nil {
		return store.Record{}, err
	}
	made := labelledResource{key: p.Key, resource: resourceOf(p.Key.Type, p.Index), patients: owners}
	if made.resource.Waits {
		made.patients = focusOf(p.Index)
	}
	if p.Key.Type == binaryType {
		node, _ := p.Resource.(element.Node)
		context := l.server.contextOf(node)
		made.context = &context
	}
	if made.resource.Fed {
		made.patients = nil // whoever's record it tells of
		if l.by != nil {
			made.resource.Feeder = l.by.caller.Organisation
		}
	}
	p.Label = l.foresee(made)
	rec, err := l.Tx.Put(p)
	if err != nil {
		return rec, err
	}
	if err := l.checkFact(rec, made.resource); err != nil {
		return rec, err
	}
	if p.Key.Type == patientType && p.Method == store.Create {
		l.patient(p.Key.ID).fresh = true
	}
	if fact {
		if made.resource.Draft, err = l.note(rec, p.Resource, owners); err != nil {
			return rec, err
		}
	}
	if !rec.Deleted() {
		l.given[p.Key] = p.Label
	}
	if !rec.Deleted() && (len(made.patients) > 0 || made.context != nil) {
		l.pending = append(l.pending, made)
	}
	if p.Method != store.Create { // nothing names what has just got its id
		l.moved = append(l.moved, p.Key)
	}
	return rec, nil
}

// Label is the label of a resource as this Update has it.
func (l *labelling) Label(key fhir.Key) ([]query.Token, error) {
	if label, ok := l.given[key]; ok {
		return label, nil
	}
	return l.Tx.Label(key)
}

// foresee is the label a resource will have, as far as that is known already; empty, which shows it to
// nobody, where it is not.
func (l *labelling) foresee(made labelledResource) []query.Token {
	if made.context != nil {
		return made.resource.In(access.Context{Key: *made.context})
	}
	labels := make([][]query.Token, len(made.patients))
	for i, id := range made.patients {
		p := l.patients[id]
		if p == nil || p.label == nil {
			return []query.Token{}
		}
		labels[i] = p.label
	}
	return access.Label(made.resource, labels...)
}

// patientType is the focus of the compartment that access is about.
const patientType fhir.Type = "Patient"

// ownersOf are the patients in whose compartments a resource is; a Patient is in its own.
func ownersOf(key fhir.Key, index query.Index) (ids []fhir.ID) {
	if key.Type == patientType {
		return []fhir.ID{key.ID}
	}
	for _, focus := range index.Compartments {
		if focus.Type == patientType {
			ids = append(ids, focus.ID)
		}
	}
	return ids
}

// resourceOf reads what decides about a label from an index.
func resourceOf(t fhir.Type, index query.Index) access.Resource {
	resource := access.Resource{Type: t, Fed: t == auditEventType}
	for _, entry := range index.Entries {
		token, _ := entry.Value.(query.Token)
		switch {
		case entry.Parameter.Code == query.AccessCode && access.IsMark(token):
			resource.Marks = append(resource.Marks, token)
		case entry.Parameter.Code == query.AccessCode && token == access.FromPatient:
			resource.FromPatient = true
		case entry.Parameter.Code == "_security" && token.System == access.LabelSystem && token.Code == access.LabelFact:
			resource.Fact = true
		}
	}
	if resource.Fact && t == grantType {
		resource.Sends = ownerAs(index, query.Token{System: careplan.GrantSystem, Code: careplan.GrantContact}, "author")
	}
	if resource.Fact && t == taskType {
		resource.Officer, resource.Waits = ownerAs(index, query.Token{System: careplan.TaskSystem, Code: careplan.TaskBreakGlass}, "owner"), isWaiting(index)
	}
	return resource
}

// ownerAs is the organisation that a resource of the admin plane names by a search parameter, if it has a
// code: the owner of a review, whose privacy officer it is for. "" for none.
func ownerAs(index query.Index, kind query.Token, parameter string) (owner string) {
	is := false
	for _, entry := range index.Entries {
		switch value := entry.Value.(type) {
		case query.Token:
			is = is || entry.Parameter.Code == "code" && value == kind
		case query.LinkIdentifier:
			if entry.Parameter.Code == parameter && value.System == careplan.ODSOrganisationSystem {
				owner = value.Code
			}
		}
	}
	if !is {
		return ""
	}
	return owner
}

// isWaiting reports whether a Task of the admin plane says that something waits for a second person.
func isWaiting(index query.Index) bool {
	has := func(code string, token query.Token) bool {
		return slices.ContainsFunc(index.Entries, func(e query.Entry) bool { return e.Parameter.Code == code && e.Value == token })
	}
	return has("code", query.Token{System: careplan.TaskSystem, Code: careplan.TaskWaiting}) && has("status", query.Token{System: taskStatusSystem, Code: "requested"})
}

// focusOf is the patient whose record such a Task is about.
func focusOf(index query.Index) (ids []fhir.ID) {
	for _, entry := range index.Entries {
		if link, ok := entry.Value.(query.Link); ok && entry.Parameter.Code == "focus" && link.Key.Type == patientType {
			ids = append(ids, link.Key.ID)
		}
	}
	return ids
}

func (l *labelling) patient(id fhir.ID) *labelledPatient {
	p := l.patients[id]
	if p == nil {
		p = &labelledPatient{id: id, facts: map[fhir.Key]careplan.Facts{}}
		l.patients[id] = p
	}
	return p
}

// expect reads the facts of the patients of what an Update is about to write, all before it writes the first:
// reading while searching its own writes costs more. It may leave some out, and may read some that are not
// needed.
func (l *labelling) expect(key fhir.Key, index query.Index) error {
	if !l.server.facts.bears(key.Type) {
		return nil
	}
	for _, id := range ownersOf(key, index) {
		if p := l.patient(id); !p.loaded {
			if err := l.expectChange(id); err != nil {
				return err
			}
			p.changed = false // not yet
		}
	}
	return nil
}

// ownersBefore are the patients of a fact as it is stored now: it may be taken from one to another.
func (l *labelling) ownersBefore(key fhir.Key) ([]fhir.ID, error) {
	rec, err := l.Get(key)
	if errors.Is(err, store.ErrNotFound) || rec.Deleted() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, index, err := l.read(rec)
	return ownersOf(key, index), err
}

// expectChange notes that a patient's facts change, and reads them before the first of them does, while a
// search is cheap. Those of a patient who is not there yet can wait: as a rule they are being made.
func (l *labelling) expectChange(id fhir.ID) error {
	p := l.patient(id)
	p.changed = true
	if p.loaded || p.fresh || l.unseen[id] {
		return nil
	}
	label, err := l.Tx.Label(fhir.Key{Type: patientType, ID: id})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.label = access.WithoutMarks(label)
	return l.load(p)
}

// note takes the facts of a version that was just written, from what it was made of if that is given.
func (l *labelling) note(rec store.Record, from any, owners []fhir.ID) (draft bool, err error) {
	for _, p := range l.patients {
		if _, ok := p.facts[rec.Key]; ok && !slices.Contains(owners, p.id) {
			delete(p.facts, rec.Key)
		}
	}
	if rec.Deleted() {
		return false, nil
	}
	node, given := from.(element.Node)
	if !given {
		if node, err = l.parse(rec); err != nil {
			return false, err
		}
	}
	facts := l.server.facts.reader.Read(node)
	for _, id := range owners {
		p := l.patient(id)
		p.facts[rec.Key], p.agreed = facts, p.agreed || facts.Sharing == access.Agreed
	}
	return facts.Draft, nil
}

var errUnreadable = errors.New("a stored resource cannot be read")

// read parses a stored version and finds its compartments.
func (l *labelling) read(rec store.Record) (element.Node, query.Index, error) {
	node, err := l.parse(rec)
	if err != nil {
		return node, query.Index{}, err
	}
	index, err := l.server.Extractor.Index(node)
	return node, index, err
}

// parse parses a stored version.
func (l *labelling) parse(rec store.Record) (element.Node, error) {
	tree, faults := element.Parse(l.server.Definitions, rec.Body, l.server.Limits.Element)
	if faults.Failed() {
		return element.Node{}, errUnreadable
	}
	return tree.Root(), nil
}
