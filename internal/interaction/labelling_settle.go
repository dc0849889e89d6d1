package interaction

import (
	"errors"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// settle gives all that was written its label, and all that was stored of a patient whose facts changed.
func (l *labelling) settle() error {
	for _, p := range l.sortedPatients() {
		if p.changed {
			if err := l.judge(p); err != nil {
				return err
			}
		}
		p.fresh = false // from now on something of theirs is stored
	}
	pending := l.pending // and what came of judging
	l.pending = nil
	for _, made := range pending {
		if made.context != nil {
			continue
		}
		if err := l.relabel(made); err != nil {
			return err
		}
	}
	for _, made := range pending { // what is seen by its context comes after it
		if made.context == nil {
			continue
		}
		if err := l.relabelIn(made, l.by); err != nil {
			return err
		}
	}
	return l.relabelNaming()
}

// sortedPatients are the patients in an order that is always the same, so that two runs do the same.
func (l *labelling) sortedPatients() []*labelledPatient {
	all := make([]*labelledPatient, 0, len(l.patients))
	for _, p := range l.patients {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *labelledPatient) int { return compareIDs(a.id, b.id) })
	return all
}

func compareIDs(a, b fhir.ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// judge works a patient's label out of the facts, and when it is another than before writes it to all that is
// stored of theirs.
func (l *labelling) judge(p *labelledPatient) error {
	p.changed = false
	if !p.fresh && !p.loaded {
		if err := l.load(p); err != nil {
			return err
		}
	}
	record, err := l.recordOf(p)
	if err != nil {
		return err
	}
	if err := errors.Join(l.keepObjection(p, &record), l.holdAuthors(p, &record)); err != nil {
		return err
	}
	label := record.Of()
	if p.fresh || slices.Equal(label, p.label) {
		p.label = label
		return nil
	}
	p.label = label
	return l.relabelStored(p)
}

// recordOf puts together the facts of a patient as they are now.
func (l *labelling) recordOf(p *labelledPatient) (access.Record, error) {
	return careplan.Record(p.id, p.all(), l.follow, l.server.moment)
}

// all are the facts of a patient, in no order.
func (p *labelledPatient) all() []careplan.Facts {
	all := make([]careplan.Facts, 0, len(p.facts))
	for _, facts := range p.facts {
		all = append(all, facts)
	}
	return all
}

// labelOf is a patient's label as it will be when this Update ends.
func (l *labelling) labelOf(id fhir.ID) ([]query.Token, error) {
	p := l.patient(id)
	if p.label != nil {
		return p.label, nil
	}
	label, err := l.Tx.Label(fhir.Key{Type: patientType, ID: id})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if len(label) > 0 {
		p.label = access.WithoutMarks(label)
		return p.label, nil
	}
	err = l.judge(p) // no Patient: what else is stored of theirs says
	return p.label, err
}

// relabelIn labels what is seen by its context. Of a context that by, who wrote it, does not see no more is
// done than of one that is not there: it is refused.
func (l *labelling) relabelIn(made labelledResource, by *guard) error {
	context, err := l.server.contextAt(l, *made.context, by)
	if err != nil {
		return err
	}
	return l.give(made.key, made.resource.In(context))
}

func (l *labelling) relabel(made labelledResource) error {
	labels := make([][]query.Token, len(made.patients))
	for i, id := range made.patients {
		var err error
		if labels[i], err = l.labelOf(id); err != nil {
			return err
		}
	}
	return l.give(made.key, access.Label(made.resource, labels...))
}

// give writes a label, unless this Update has.
func (l *labelling) give(key fhir.Key, label []query.Token) error {
	if given, ok := l.given[key]; ok && slices.Equal(label, given) {
		return nil
	}
	l.given[key] = label
	return l.Tx.Relabel(key, label)
}

// load reads the facts of a patient that are stored, but for those this Update has written since.
func (l *labelling) load(p *labelledPatient) error {
	p.loaded = true
	before := len(p.facts) == 0
	err := l.each(p.id, careplan.FactTypes(), func(rec store.Record) error {
		if _, newer := p.facts[rec.Key]; newer {
			return nil
		}
		node, err := l.parse(rec)
		if err == nil {
			p.facts[rec.Key] = l.server.facts.reader.Read(node)
		}
		return err
	})
	if before {
		p.before = p.all()
		p.was = careplan.Sharing(p.before, l.server.moment)
	}
	return err
}

// relabelStored writes the labels of what was stored of a patient before; what this Update wrote has its own turn.
func (l *labelling) relabelStored(p *labelledPatient) error {
	var members []labelledResource
	err := l.each(p.id, l.server.Registry.CompartmentMembers(patientType), func(rec store.Record) error {
		if rec.Key.Type == auditEventType {
			return nil // is seen by who sent it, whatever becomes of the patient
		}
		node, index, err := l.read(rec)
		if err != nil {
			return err
		}
		resource := resourceOf(rec.Key.Type, index)
		resource.Draft = l.server.facts.reader.Read(node).Draft
		members = append(members, labelledResource{key: rec.Key, resource: resource, patients: ownersOf(rec.Key, index)})
		return nil
	})
	if err != nil {
		return err
	}
	waits, err := l.server.waitingOf(l, fhir.Key{Type: patientType, ID: p.id}) // they are in no compartment
	if err != nil {
		return err
	}
	l.records = append(l.records, p.id)
	for _, w := range waits {
		l.moved = append(l.moved, w.task)
		members = append(members, labelledResource{key: w.task, resource: access.Resource{Type: taskType, Fact: true, Waits: true}, patients: []fhir.ID{p.id}})
	}
	for _, member := range members {
		if err := l.relabel(member); err != nil {
			return err
		}
	}
	return nil
}

// each visits the current resources of some types in a patient's compartment.
func (l *labelling) each(id fhir.ID, types []fhir.Type, visit func(store.Record) error) error {
	q := query.Query{Types: slices.Sorted(slices.Values(types)), Where: query.InCompartment{Focus: fhir.Key{Type: patientType, ID: id}}, Count: 1000, Total: query.TotalNone}
	for {
		page, err := l.Tx.Search(&q)
		if err != nil {
			return err
		}
		for _, rec := range page.Matches {
			if err := visit(rec); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// maxFollow is how many references lie between a role and its organisation's code.
const maxFollow = 3

// follow is a careplan.Follow.
func (l *labelling) follow(key fhir.Key) (string, error) {
	if code, ok := l.codes[key]; ok {
		return code, nil
	}
	code, err := l.lead(key)
	if err == nil {
		l.codes[key] = code
	}
	return code, err
}

// lead follows a reference as the resources are at this moment of the Update.
func (l *labelling) lead(at fhir.Key) (string, error) {
	for range maxFollow {
		_, node, err := l.server.current(l, at)
		if err != nil {
			return "", foreign(err)
		}
		party := l.server.facts.reader.Organisation(node)
		if party.Code != "" || party.Key.IsZero() {
			return party.Code, nil
		}
		at = party.Key
	}
	return "", nil
}

// moment reads a date as a search does.
func (s *Server) moment(text string) (int64, bool) {
	period, ok := s.Parser.Period(text)
	return period.Low, ok
}
