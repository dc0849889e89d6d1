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
	groups       []*group // by number
	space        []group  // what groups point into
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
		if p.Code != entry.Parameter.Code {
			continue // a twin, whose values are the same
		}
		rows = append(rows, row{p, entry.Value})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return int(a.parameter.number) - int(b.parameter.number) })
	w := postingWriter{hash: h}
	w.expect(len(rows))
	d.makeRoom(rows)
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].parameter == rows[0].parameter {
			n++
		}
		g := &d.space[len(d.groups)]
		g.fill(&w, table, rows[:n])
		d.groups = append(d.groups, g)
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

// makeRoom allocates the groups of sorted rows.
func (d *draft) makeRoom(rows []row) {
	n := 0
	for i := range rows {
		if i == 0 || rows[i].parameter != rows[i-1].parameter {
			n++
		}
	}
	d.space, d.groups = make([]group, n), make([]*group, 0, n)
}

// fill makes a group of the rows of one parameter.
func (g *group) fill(w *postingWriter, table *targetTable, rows []row) {
	p := rows[0].parameter
	g.number = p.number
	w.begin(p.t, p.number, p.isLabel())
	for _, row := range rows {
		w.value = appendValue(w.value[:0], row.value, table)
		w.entries = binary.AppendUvarint(w.entries, uint64(p.number))
		w.entries = append(binary.AppendUvarint(w.entries, uint64(len(w.value))), w.value...)
		w.add(row.value)
		if link, ok := row.value.(query.Link); ok && !link.Key.IsZero() {
			g.links = append(g.links, table.add(link.Key))
		}
	}
	g.entries = slices.Clip(w.entries[w.entry0:])
	g.end(w)
}

// end takes the keys from w, and leaves of each link one.
func (g *group) end(w *postingWriter) {
	if w.named() == nameLink {
		g.link = w.low
	}
	g.keys, g.names = w.end(), slices.Clip(w.names[w.names0:])
	slices.Sort(g.links)
	g.links = slices.Compact(g.links)
}

// finish appends the group's keys with the document at their end, and the names of its values.
func (g *group) finish(l *keyList, t typeNumber, d document, targets []target) {
	var end [4]byte
	for _, p := range g.keys {
		order.PutUint32(end[:], documentIn(p.key, d))
		l.add(p.apart, p.key, end[:])
	}
	order.PutUint32(end[:], uint32(d))
	for _, n := range g.links {
		l.add(g.link == nil, referencePrefix(t, g.number, targets[n-1].t, targets[n-1].d), end[:])
	}
	for _, name := range g.names {
		l.add(false, name)
	}
	if g.link != nil {
		to := targets[g.links[0]-1]
		l.add(false, namePrefix(t, g.number, nameLink), g.link, []byte{byte(to.t)}, order.AppendUint32(nil, uint32(to.d)))
	}
}
