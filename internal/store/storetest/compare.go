package storetest

import (
	"maps"
	"reflect"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// compare asks both sides one random query and walks all its pages, sometimes while things change.
func (d *difference) compare() {
	q := d.query()
	if d.chance(10) {
		q.Count = 0
	}
	var want []oracleVersion
	var state *oracleState
	if err := d.oracle.View(background, func(r store.Reader) error {
		state = r.(*oracleReader).state
		want = state.matches(q)
		return nil
	}); err != nil {
		d.Fatalf("oracle: %v", err)
	}
	if len(want) > 0 {
		d.answered++
	}
	d.walk(*q, state, want)
	if d.Failed() {
		d.Logf("types %v where %v sort %v count %d includes %v", q.Types, q.Where, q.Sort, q.Count, q.Includes)
	}
}

func (d *difference) walk(q query.Query, state *oracleState, want []oracleVersion) {
	changing := d.chance(30)
	var got []oracleVersion
	for pages := 0; ; pages++ {
		page, err := d.searchEngine(&q)
		if err != nil {
			d.Fatalf("Search(%v) = %v", q.Where, err)
		}
		if page.Total != len(want) {
			d.Errorf("page %d of Search(%v).Total = %d, want %d", pages, q.Where, page.Total, len(want))
		}
		rows := d.versionsOf(state, page.Matches)
		got = append(got, rows...)
		d.compareIncluded(&q, state, rows, page)
		if page.Next == "" || d.Failed() {
			break
		}
		if changing && d.chance(50) {
			d.write()
		}
		q.Cursor = page.Next
	}
	if q.Count > 0 {
		d.compareRows(q, got, want)
	}
}

func (d *difference) searchEngine(q *query.Query) (page store.Page, err error) {
	err = d.engine.View(background, func(r store.Reader) (err error) {
		page, err = r.Search(q)
		return err
	})
	return page, err
}

// versionsOf finds what the engine returned among the versions of the oracle's state.
func (d *difference) versionsOf(state *oracleState, records []store.Record) []oracleVersion {
	rows := make([]oracleVersion, 0, len(records))
	for _, r := range records {
		versions := state.versions[r.Key]
		if r.Version == 0 || int(r.Version) > len(versions) {
			d.Errorf("match %s version %s is not of the state of the first page", r.Key, r.Version)
			continue
		}
		row := versions[r.Version-1]
		r.Commit = row.Commit // engines number commits of their own besides
		if !reflect.DeepEqual(row.Record, r) {
			d.Errorf("match %s = %+v, want %+v", r.Key, r, row.Record)
		}
		rows = append(rows, row)
	}
	return rows
}

// compareRows wants the same versions, each once, in an order that the sort keys allow.
func (d *difference) compareRows(q query.Query, got, want []oracleVersion) {
	if names, found := versionNames(want), versionNames(got); !slices.Equal(names, found) {
		d.Errorf("rows of Search(%v) = %v, want %v", q.Where, found, names)
	}
	for i := 1; i < len(got); i++ {
		if compareSorted(q.Sort, got[i-1], got[i]) > 0 {
			d.Errorf("row %d of Search(%v) sorted by %v is before row %d", i, q.Where, q.Sort, i-1)
		}
	}
}

func versionNames(rows []oracleVersion) []string {
	names := make([]string, len(rows))
	for i, v := range rows {
		names[i] = v.Key.String() + "/" + v.Version.String()
	}
	slices.Sort(names)
	return names
}

func (d *difference) compareIncluded(q *query.Query, state *oracleState, rows []oracleVersion, page store.Page) {
	want := map[fhir.Key]fhir.VersionID{}
	for _, r := range state.included(q, rows) {
		want[r.Key] = r.Version
	}
	got := map[fhir.Key]fhir.VersionID{}
	for _, r := range page.Included {
		if _, twice := got[r.Key]; twice {
			d.Errorf("%s is included twice", r.Key)
		}
		got[r.Key] = r.Version
	}
	if !maps.Equal(want, got) {
		d.Errorf("what Search(%v) includes = %v, want %v", q.Where, got, want)
	}
}
