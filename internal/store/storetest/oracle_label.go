package storetest

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// Label is the label of the current version, or of a deleted one that of the focus of its one compartment.
func (r *oracleReader) Label(key fhir.Key) ([]query.Token, error) {
	if len(r.state.versions[key]) == 0 {
		return nil, store.ErrNotFound
	}
	return r.state.label(key), nil
}

func (s *oracleState) label(key fhir.Key) []query.Token {
	label, _ := s.presentLabel(key)
	return label
}

// presentLabel is the label; known is false when nothing says what it would be.
func (s *oracleState) presentLabel(key fhir.Key) (label []query.Token, known bool) {
	versions := s.versions[key]
	if last := versions[len(versions)-1]; !last.Deleted() {
		return labelOf(last.index), true
	}
	for _, older := range slices.Backward(versions) {
		if older.Deleted() {
			continue
		}
		if len(older.index.Compartments) != 1 || older.index.Compartments[0] == key {
			return nil, false
		}
		focus := s.versions[older.index.Compartments[0]]
		if len(focus) == 0 || focus[len(focus)-1].Deleted() {
			return nil, false
		}
		return labelOf(focus[len(focus)-1].index), true
	}
	return nil, false
}

// Relabel changes the label of the current version in place.
func (tx *oracleTx) Relabel(key fhir.Key, label []query.Token) error {
	versions := tx.state.versions[key]
	if len(versions) == 0 || versions[len(versions)-1].Deleted() {
		return store.ErrNotFound
	}
	tx.wrote = true
	versions = slices.Clone(versions)
	last := &versions[len(versions)-1]
	last.index = labelled(tx.setup, key.Type, last.index, label)
	tx.state.versions[key] = versions
	return nil
}

// labelled is an index with another label.
func labelled(setup Setup, t fhir.Type, index query.Index, label []query.Token) query.Index {
	at := slices.IndexFunc(setup.Parameters, func(p *query.Parameter) bool { return p.Base == t && p.Code == query.AccessCode })
	if at < 0 {
		return index
	}
	index.Entries = slices.DeleteFunc(slices.Clone(index.Entries), isLabel)
	for _, token := range label {
		index.Entries = append(index.Entries, query.Entry{Parameter: setup.Parameters[at], Value: token})
	}
	return index
}

func labelOf(index query.Index) (label []query.Token) {
	for _, entry := range index.Entries {
		if token, ok := entry.Value.(query.Token); ok && isLabel(entry) {
			label = append(label, token)
		}
	}
	return label
}

func isLabel(e query.Entry) bool { return e.Parameter.Code == query.AccessCode }
