package embedded

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// accessParameter is the hidden parameter of a type that holds access labels; nil where the store was opened without.
func (c *catalogue) accessParameter(t typeNumber) *parameter {
	return c.codes[typeCode{t, query.AccessCode}]
}

// Label is the access label of a resource, as of this state.
func (r *reader) Label(key fhir.Key) ([]query.Token, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	identity, found, err := readIdentity(r.kv, r.catalogue, key)
	if err != nil {
		return nil, err
	}
	if !found || !identity.exists() {
		return nil, store.ErrNotFound
	}
	t := r.catalogue.types[key.Type]
	f, err := r.forward(t, identity.d)
	if err != nil {
		return nil, err
	}
	if f == nil {
		record, err := readVersion(r.kv, r.catalogue, t, identity.d, identity.version)
		if err != nil {
			return nil, err
		}
		if f, err = r.forwardOf(t, identity.d, record); err != nil {
			return nil, err
		}
	}
	return f.label(r.catalogue)
}

// label is the tokens of the access parameter in a forward record.
func (f *forward) label(c *catalogue) (label []query.Token, err error) {
	p := c.accessParameter(f.t)
	if p == nil {
		return nil, nil
	}
	err = f.tokens(p.number, func(system, code []byte) bool {
		label = append(label, query.Token{System: string(system), Code: string(code)})
		return true
	})
	return label, err
}

// presentLabel is the label a version that is not current goes by: that of its resource now, or when it is
// deleted that of the focus of the one compartment it was in. known is false when there is neither.
func (r *reader) presentLabel(t typeNumber, d document, compartments []fhir.Key) (label []query.Token, known bool, err error) {
	f, err := r.forward(t, d)
	if err == nil && f == nil && len(compartments) == 1 {
		f, err = r.focusOf(d, compartments[0])
	}
	if err != nil || f == nil {
		return nil, false, err
	}
	label, err = f.label(r.catalogue)
	return label, true, err
}

// focusOf is the forward record of a compartment's focus, nil when it is not there or is the document itself.
func (r *reader) focusOf(d document, key fhir.Key) (*forward, error) {
	focus, found, err := readIdentity(r.kv, r.catalogue, key)
	if err != nil || !found || focus.d == d {
		return nil, err
	}
	return r.forward(r.catalogue.types[key.Type], focus.d)
}

// labelled is an index with another label.
func labelled(index query.Index, access *parameter, label []query.Token) query.Index {
	if access == nil {
		return index
	}
	index.Entries = slices.DeleteFunc(slices.Clone(index.Entries), func(e query.Entry) bool { return e.Parameter.Code == query.AccessCode })
	for _, token := range label {
		index.Entries = append(index.Entries, query.Entry{Parameter: access.Parameter, Value: token})
	}
	return index
}

// madeLabel is what is written of a label in the resources of one type.
type madeLabel struct {
	label []query.Token
	group *group
}

// labelGroup is what is written of a label, made once where many resources of a type in a transaction have
// it: those of one patient do.
func (tx *transaction) labelGroup(access *parameter, label []query.Token) *group {
	if last := tx.labels[access.t]; slices.Equal(last.label, label) {
		return last.group
	}
	rows := make([]row, len(label))
	for i, token := range label {
		rows[i] = row{access, token}
	}
	w, g := postingWriter{hash: &tx.store.hash}, &group{}
	w.expect(len(rows))
	g.fill(&w, &targetTable{}, rows)
	if tx.labels == nil {
		tx.labels = map[typeNumber]madeLabel{}
	}
	tx.labels[access.t] = madeLabel{slices.Clone(label), g}
	return g
}

// withLabel is a draft with another label. The draft itself stays as it is: it may be used again.
func (tx *transaction) withLabel(d *draft, t typeNumber, label []query.Token) *draft {
	access := tx.catalogue.accessParameter(t)
	if access == nil {
		return d
	}
	at, found := slices.BinarySearchFunc(d.groups, access.number, func(g *group, n parameterNumber) int { return int(g.number) - int(n) })
	next := *d
	next.groups = append(make([]*group, 0, len(d.groups)+1), d.groups[:at]...)
	if len(label) > 0 {
		next.groups = append(next.groups, tx.labelGroup(access, label))
	}
	if found {
		at++
	}
	next.groups = append(next.groups, d.groups[at:]...)
	return &next
}
