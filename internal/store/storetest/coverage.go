package storetest

import (
	"slices"
	"strings"
	"testing"
)

// coverage counts how often each cell of the table of kinds, tests, comparisons, sorts and joins was asked for.
type coverage map[string]int

func (c coverage) hit(words ...string) { c[strings.Join(words, " ")]++ }

// wantedCells lists the cells that must be hit.
func wantedCells() (cells []string) {
	add := func(head string, tails ...string) {
		for _, tail := range tails {
			cells = append(cells, strings.TrimSpace(head+" "+tail))
		}
	}
	comparisons := []string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}
	tokens := []string{"system|code", "code", "system|", "|code", "any"}
	for _, code := range []string{"number", "date", "quantity", "_lastUpdated", "part of composite"} {
		add(code, comparisons...)
	}
	for _, code := range []string{"token", "special", "part of composite"} {
		add(code, append(tokens, "display", "of-type")...)
	}
	for _, code := range []string{"reference", "other"} {
		add(code, "key", "id", "url", "key version", "url version")
		add(code+" identifier", tokens...)
	}
	add("string", "starts", "exact", "contains")
	add("uri", "same", "below", "above", "prefix")
	add("quantity", "any unit", "system and code", "code or unit", "system")
	add("composite", "")
	add("_id", "")
	for code := range kinds {
		if !strings.HasPrefix(code, "_") {
			add("sort "+code, "ascending", "descending")
		}
	}
	add("sort _id", "ascending", "descending")
	add("sort _lastUpdated", "ascending", "descending")
	add("", "and", "or", "not", "missing", "present", "compartment", "everything", "with access")
	add("chain", "", "of a chain or has")
	add("has", "", "of a chain or has")
	add("include", "", "iterate", "*")
	add("revinclude", "", "iterate", "*")
	return cells
}

// check fails for every cell that was hit less often than it must be.
func (c coverage) check(t *testing.T, least int) {
	t.Helper()
	cells := wantedCells()
	slices.Sort(cells)
	rarest := slices.MinFunc(cells, func(a, b string) int { return c[a] - c[b] })
	t.Logf("%d cells, the rarest is %q with %d queries", len(cells), rarest, c[rarest])
	for _, cell := range cells {
		if c[cell] < least {
			t.Errorf("coverage of %q = %d queries, want at least %d", cell, c[cell], least)
		}
	}
}
