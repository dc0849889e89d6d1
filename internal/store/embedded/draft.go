package embedded

import (
	"encoding/binary"
	"fmt"
	"slices"

	"hearken/fhir/search/query"
)

// group is all the values of one parameter in one document, encoded, with the keys of their postings.
// Keys lack the document at their end; those of references are made from the targets once these have numbers.
type group struct {
	number  parameterNumber
	entries []byte // as in the forward record
	keys    []posting
	names   [][]byte // N keys of its tokens
	links   []int    // numbers in the table of targets
	link    []byte   // the rank of the one link it is sorted by, if it is
}

// draft is the index of one version as far as it can be written before the numbers of documents are known.
// Making one is the costly part of a write, so it happens before the lock where it can.
type draft struct {
	groups       []group // by number
	targets      []target
	compartments []int
}

// newDraft encodes an index; every parameter in it must be registered.
func newDraft(c *catalogue, h *hasher, t typeNumber, index query.Index) (*draft, error) {
	d := &draft{}
	table := &targetTable{}
	for _, focus := range index.Compartments {
		if n := table.add(focus); n > 0 && !slices.Contains(d.compartments, n) {
			d.compartments = append(d.compartments, n)
		}
	}
	rows := make([]row, 0, len(index.Entries))
	for _, entry := range index.Entries {
		p := c.find(entry.Parameter)
		if p == nil || p.t != t {
			return nil, fmt.Errorf("store/embedded: parameter %s is not registered for this type", entry.Parameter)
		}
		rows = append(rows, row{p, entry.Value})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return int(a.parameter.number) - int(b.parameter.number) })
	w := postingWriter{hash: h}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].parameter == rows[0].parameter {
			n++
		}
		d.groups = append(d.groups, newGroup(&w, table, rows[:n]))
		rows = rows[n:]
	}
	d.targets = table.targets
	return d, nil
}

// row is one entry with its numbered parameter.
type row struct {
	parameter *parameter
	value     query.Value
}

func newGroup(w *postingWriter, table *targetTable, rows []row) group {
	p := rows[0].parameter
	g := group{number: p.number}
	w.begin(p.t, p.number, p.isLabel())
	var space [512]byte
	for _, row := range rows {
		value := appendValue(space[:0], row.value, table)
		g.entries = binary.AppendUvarint(g.entries, uint64(p.number))
		g.entries = append(binary.AppendUvarint(g.entries, uint64(len(value))), value...)
		w.add(row.value)
		if link, ok := row.value.(query.Link); ok && !link.Key.IsZero() {
			g.links = append(g.links, table.add(link.Key))
		}
	}
	g.end(w)
	return g
}

// end takes the keys from w, and leaves of each link one.
func (g *group) end(w *postingWriter) {
	if w.named() == nameLink {
		g.link = w.low
	}
	g.keys, g.names = w.end(), w.names
	slices.Sort(g.links)
	g.links = slices.Compact(g.links)
}

// finish appends the group's keys with the document at their end, each once. It writes into what room
// the keys have: a draft is of one document only, so doing that twice writes the same.
func (g *group) finish(keys []posting, t typeNumber, d document, targets []target) []posting {
	for _, p := range g.keys {
		keys = append(keys, posting{order.AppendUint32(p.key, documentIn(p.key, d)), p.apart})
	}
	for _, n := range g.links {
		prefix := referencePrefix(t, g.number, targets[n-1].t, targets[n-1].d)
		keys = append(keys, posting{order.AppendUint32(prefix, uint32(d)), g.link == nil})
	}
	return keys
}

// finishNames appends the names of the group's values.
func (g *group) finishNames(names [][]byte, t typeNumber, targets []target) [][]byte {
	names = append(names, g.names...)
	if g.link != nil {
		to := targets[g.links[0]-1]
		name := append(append(namePrefix(t, g.number, nameLink), g.link...), byte(to.t))
		names = append(names, order.AppendUint32(name, uint32(to.d)))
	}
	return names
}
