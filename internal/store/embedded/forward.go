package embedded

import (
	"encoding/binary"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// forwardLayout is the first byte of a forward record.
const forwardLayout = 1

// target is a resource of this store that a document refers to or whose compartment it is in.
type target struct {
	key fhir.Key
	t   typeNumber
	d   document
}

// targetTable collects the distinct targets of one document.
type targetTable struct {
	targets []target
	index   map[fhir.Key]int
}

// add is the key's number in the table, from 1; 0 for the zero key.
func (table *targetTable) add(key fhir.Key) int {
	if key.IsZero() {
		return 0
	}
	for i := range table.targets {
		if len(table.targets) <= 16 && table.targets[i].key == key {
			return i + 1
		}
	}
	if table.index == nil {
		table.index = map[fhir.Key]int{}
	}
	n := table.index[key]
	if n == 0 {
		table.targets = append(table.targets, target{key: key})
		n = len(table.targets)
		table.index[key] = n
	}
	return n
}

// forward is a forward record, F: what is indexed of one version of a document. Its parts are decoded on demand.
type forward struct {
	t            typeNumber
	d            document
	version      fhir.VersionID
	commit       store.Commit
	lastUpdated  int64 // milliseconds since 1970 UTC
	id           fhir.ID
	targetBytes  []byte // from the first target on
	targetCount  int
	targetTable  []target // of targetBytes, when asked for
	compartments []byte
	entries      []byte
	names        *[256]fhir.Type
}

// appendForward writes a forward record. Compartments are numbers in the table of targets.
func appendForward(b []byte, f *forward, targets []target, compartments []int, groups []*group) []byte {
	b = binary.AppendUvarint(append(b, forwardLayout), uint64(f.version))
	b = binary.AppendUvarint(b, uint64(f.commit))
	b = binary.AppendUvarint(b, uint64(f.lastUpdated))
	b = appendStrings(b, string(f.id))
	var table []byte
	for _, t := range targets {
		table = order.AppendUint32(append(table, byte(t.t)), uint32(t.d))
		table = appendStrings(table, string(t.key.ID))
	}
	b = binary.AppendUvarint(b, uint64(len(targets)))
	b = append(binary.AppendUvarint(b, uint64(len(table))), table...)
	var list []byte
	for _, n := range compartments {
		list = binary.AppendUvarint(list, uint64(n))
	}
	b = append(binary.AppendUvarint(b, uint64(len(list))), list...)
	for _, g := range groups {
		b = append(b, g.entries...)
	}
	return b
}

// decodeForward reads a forward record; it keeps data.
func decodeForward(names *[256]fhir.Type, t typeNumber, d document, data []byte) (*forward, error) {
	r := decoder{rest: data}
	if r.byte() != forwardLayout {
		return nil, store.ErrFormat
	}
	f := &forward{t: t, d: d, names: names}
	f.version = fhir.VersionID(r.uvarint())
	f.commit = store.Commit(r.uvarint())
	f.lastUpdated = int64(r.uvarint())
	f.id = fhir.ID(r.text())
	f.targetCount = int(r.uvarint())
	f.targetBytes = r.span()
	f.compartments = r.span()
	f.entries = r.rest
	return f, r.err()
}

func (f *forward) key() fhir.Key { return fhir.Key{Type: f.names[f.t], ID: f.id} }

// moment is the value of _lastUpdated.
func (f *forward) moment() query.Period { return query.Moment(time.UnixMilli(f.lastUpdated)) }

func (f *forward) targets() []target {
	if f.targetTable == nil && f.targetCount > 0 {
		r := decoder{rest: f.targetBytes}
		f.targetTable = make([]target, 0, min(f.targetCount, len(f.targetBytes)))
		for len(r.rest) > 0 {
			t, d := typeNumber(r.byte()), document(r.uint32())
			f.targetTable = append(f.targetTable, target{fhir.Key{Type: f.names[t], ID: fhir.ID(r.text())}, t, d})
		}
	}
	return f.targetTable
}

// target is the n-th of the table, from 1.
func (f *forward) target(n int) (fhir.Key, document) {
	if targets := f.targets(); n > 0 && n <= len(targets) {
		return targets[n-1].key, targets[n-1].d
	}
	return fhir.Key{}, 0
}

// inCompartment reports whether the record names the compartment of the document.
func (f *forward) inCompartment(focus document) bool {
	r := decoder{rest: f.compartments}
	for len(r.rest) > 0 {
		if _, d := f.target(int(r.uvarint())); d == focus {
			return true
		}
	}
	return false
}

// compartmentKeys are the focuses of the compartments the record names.
func (f *forward) compartmentKeys() (keys []fhir.Key) {
	r := decoder{rest: f.compartments}
	for len(r.rest) > 0 {
		key, _ := f.target(int(r.uvarint()))
		keys = append(keys, key)
	}
	return keys
}

// values calls visit for every value of a parameter until it returns false.
func (f *forward) values(p parameterNumber, visit func(query.Value) bool) error {
	r := decoder{rest: f.entries}
	for len(r.rest) > 0 {
		number := parameterNumber(r.uvarint())
		span := r.span()
		if number > p {
			break
		}
		if number == p {
			value := decoder{rest: span}
			v := value.value(f.target)
			if err := value.err(); err != nil {
				return err
			}
			if !visit(v) {
				return nil
			}
		}
	}
	return r.err()
}

// tokens is values for the tokens of a parameter, the sort that every search looks through for who may see
// what: it makes no texts of them.
func (f *forward) tokens(p parameterNumber, visit func(system, code []byte) bool) error {
	r := decoder{rest: f.entries}
	for len(r.rest) > 0 {
		number := parameterNumber(r.uvarint())
		value := decoder{rest: r.span()}
		if number > p {
			break
		}
		if number != p || value.byte() != kindToken {
			continue
		}
		system, code := value.span(), value.span()
		if value.failed {
			return value.err()
		}
		if !visit(system, code) {
			return nil
		}
	}
	return r.err()
}

// has reports whether there is any value of the parameter.
func (f *forward) has(p parameterNumber) bool {
	r := decoder{rest: f.entries}
	for len(r.rest) > 0 {
		number := parameterNumber(r.uvarint())
		r.span()
		if number >= p {
			return number == p
		}
	}
	return false
}

// links calls visit for every local reference of a parameter, parts of composites not among them.
func (f *forward) links(p parameterNumber, visit func(target) bool) {
	r := decoder{rest: f.entries}
	for len(r.rest) > 0 {
		number := parameterNumber(r.uvarint())
		span := r.span()
		if number != p || len(span) == 0 || span[0] != kindLink {
			continue
		}
		value := decoder{rest: span[1:]}
		n := int(value.uvarint())
		if targets := f.targets(); n > 0 && n <= len(targets) && !visit(targets[n-1]) {
			return
		}
	}
}
