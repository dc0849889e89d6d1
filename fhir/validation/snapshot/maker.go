package snapshot

import (
	"cmp"
	"fmt"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// maker makes one snapshot.
type maker struct {
	generator *Generator
	structure *definition.StructureDefinition
	root      *node
	row       int     // which row of the differential is being applied
	open      []place // the rows round it: each below the one before
	issues    fhir.Outcome
	elements  int // in the tree
}

// place is a row of the differential and the node it was about.
type place struct {
	path string
	node *node
}

// maxElements bounds a snapshot: a differential that walks into recursive elements again and again cannot
// exhaust the memory.
const maxElements = 10_000

// fail reports that the row being applied cannot be.
func (m *maker) fail(detail, format string, args ...any) {
	m.report(fhir.SeverityError, detail, format, args...)
}

// warn reports something the row leaves open.
func (m *maker) warn(detail, format string, args ...any) {
	m.report(fhir.Warning, detail, format, args...)
}

func (m *maker) report(severity fhir.Severity, detail, format string, args ...any) {
	m.issues = append(m.issues, ofRow(m.row, severity, detail, "%s: %s: %s", short(m.structure.URL), m.rowName(), short(fmt.Sprintf(format, args...))))
}

// rowName is what the row being applied is called in messages: its id, or its path.
func (m *maker) rowName() string {
	row := &m.structure.Differential[m.row]
	return short(cmp.Or(row.ID, row.Path))
}

// maxShown bounds what messages repeat of a definition, whose names may be of any length.
const maxShown = 300

func short(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}

// apply finds the node that a row is about, and changes it.
func (m *maker) apply(change *definition.ElementChange) {
	if !m.isPath(change.Path) {
		m.fail(DetailPath, "%q is no path of a %s", change.Path, m.root.name)
		return
	}
	n := m.find(change)
	if n == nil {
		return
	}
	m.checkOrder(n)
	if n.changed == change.Path {
		m.fail(DetailPath, "a row before is about the same element; that of a slice needs a sliceName")
		return
	}
	n.changed, n.at = change.Path, m.row
	m.open = append(m.open, place{change.Path, n})
	m.change(n, change)
}

// isPath checks a path's form and that it begins with the type.
func (m *maker) isPath(path string) bool {
	if path != m.root.name && !strings.HasPrefix(path, m.root.name+".") {
		return false
	}
	for part := range strings.SplitSeq(path, ".") {
		if part == "" {
			return false
		}
	}
	return true
}

// find is the node a row is about. It lies below the last row whose path begins this one's: rows that
// follow a slice and have its path in front are about the slice.
func (m *maker) find(change *definition.ElementChange) *node {
	for len(m.open) > 0 && !isBelow(change.Path, m.open[len(m.open)-1].path) {
		m.open = m.open[:len(m.open)-1]
	}
	at, rest := m.root, strings.TrimPrefix(change.Path[len(m.root.name):], ".")
	if n := len(m.open); n > 0 {
		at, rest = m.open[n-1].node, change.Path[len(m.open[n-1].path)+1:]
	}
	parts, slices, ok := sliceNames(change)
	if ok && m.knowsWay(parts, slices) {
		return m.walkByID(parts, slices, change)
	}
	for rest != "" && at != nil {
		var part string
		part, rest, _ = strings.Cut(rest, ".")
		sliceName := ""
		if rest == "" {
			sliceName = change.SliceName
		}
		at = m.step(at, part, sliceName, change, rest == "")
	}
	return at
}

func isBelow(path, parent string) bool {
	return len(path) > len(parent) && path[len(parent)] == '.' && strings.HasPrefix(path, parent)
}

// sliceNames takes an id apart: the names and slices along the way. It is not ok when there is none or it
// is not that of the row's path and slice.
func sliceNames(change *definition.ElementChange) (parts, slices []string, ok bool) {
	if change.ID == "" {
		return nil, nil, false
	}
	for part := range strings.SplitSeq(change.ID, ".") {
		name, slice, _ := strings.Cut(part, ":")
		parts, slices = append(parts, name), append(slices, slice)
	}
	ok = strings.Join(parts, ".") == change.Path && slices[len(slices)-1] == change.SliceName
	return parts, slices, ok
}

// knowsWay reports whether the slices on the way to the last part of an id are there: ids are not always what
// they should be, and the order of rows tells as well.
func (m *maker) knowsWay(parts, slices []string) bool {
	at := m.root
	for i := 1; i < len(parts)-1; i++ {
		child := at.child(parts[i])
		if child == nil {
			return true // a type that was not walked into yet, or a path in short form
		}
		if at = child; slices[i] != "" {
			if at = child.slice(slices[i]); at == nil {
				return false
			}
		}
	}
	return true
}

func (m *maker) walkByID(parts, slices []string, change *definition.ElementChange) *node {
	at := m.root
	for i := 1; i < len(parts) && at != nil; i++ {
		at = m.step(at, parts[i], slices[i], change, i == len(parts)-1)
	}
	return at
}
