package storetest

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// savedRows is what a cursor of the oracle stands for: the rows of the first page's state that are left.
type savedRows struct {
	query string
	state *oracleState
	rows  []oracleVersion
	total int
}

// Current implements search.Source.
func (s *oracleState) Current(t fhir.Type) iter.Seq2[fhir.Key, query.Index] {
	return func(yield func(fhir.Key, query.Index) bool) {
		for key, versions := range s.versions {
			last := versions[len(versions)-1]
			if key.Type == t && !last.Deleted() && !yield(key, last.index) {
				return
			}
		}
	}
}

// Lookup implements search.Source.
func (s *oracleState) Lookup(key fhir.Key) (search.Document, bool) {
	versions := s.versions[key]
	if len(versions) == 0 || versions[len(versions)-1].Deleted() {
		return search.Document{}, false
	}
	return documentOf(versions[len(versions)-1]), true
}

func documentOf(v oracleVersion) search.Document {
	return search.Document{Key: v.Key, LastUpdated: v.LastUpdated, Index: v.index}
}

// Search answers by search.Match over everything.
func (r *oracleReader) Search(q *query.Query) (store.Page, error) {
	if err := r.known(q.Where); err != nil {
		return store.Page{}, err
	}
	rest := savedRows{query: queryText(q), state: r.state}
	if q.Cursor == "" {
		rest.rows = r.state.matches(q)
		rest.total = len(rest.rows)
		if q.Total == query.TotalNone && q.Count > 0 {
			rest.total = -1
		}
	} else if saved, ok := r.savedRows(q.Cursor); ok && saved.query == rest.query {
		rest = saved
		rest.rows = slices.DeleteFunc(slices.Clone(saved.rows), func(v oracleVersion) bool { return !r.allowed(q, saved.state, v) })
	} else {
		return store.Page{}, store.ErrCursor
	}
	page := store.Page{Total: rest.total}
	n := min(max(q.Count, 0), len(rest.rows))
	for _, v := range rest.rows[:n] {
		page.Matches = append(page.Matches, v.Record)
	}
	page.Included = rest.state.included(q, rest.rows[:n])
	if rest.rows = rest.rows[n:]; len(rest.rows) > 0 && q.Count > 0 {
		page.Next = r.saveRows(rest)
	}
	return page, nil
}

// allowed reports whether a row of an earlier state may still be shown: by the label it has now.
func (r *oracleReader) allowed(q *query.Query, then *oracleState, v oracleVersion) bool {
	if label, known := r.state.presentLabel(v.Key); known {
		v.index = labelled(r.setup, v.Key.Type, v.index, label)
	}
	return search.Match(q.Where, documentOf(v), then)
}

// known refuses parameters the oracle was not opened with.
func (r *oracleReader) known(e query.Expr) (err error) {
	query.Walk(e, func(e query.Expr) bool {
		var p *query.Parameter
		switch e := e.(type) {
		case query.Match:
			p = e.Parameter
		case query.Missing:
			p = e.Parameter
		}
		if p != nil && !slices.Contains(r.setup.Parameters, p) {
			err = fmt.Errorf("parameter %s is not registered", p)
		}
		return err == nil
	})
	return err
}

func queryText(q *query.Query) string {
	where := ""
	if q.Where != nil {
		where = q.Where.String()
	}
	return fmt.Sprint(q.Types, where, q.Sort)
}

// matches are the rows of all pages, in order.
func (s *oracleState) matches(q *query.Query) []oracleVersion {
	var rows []oracleVersion
	for key, versions := range s.versions {
		last := versions[len(versions)-1]
		if slices.Contains(q.Types, key.Type) && !last.Deleted() && search.Match(q.Where, documentOf(last), s) {
			rows = append(rows, last)
		}
	}
	slices.SortFunc(rows, func(a, b oracleVersion) int {
		return cmp.Or(compareSorted(q.Sort, a, b), cmp.Compare(a.Key.String(), b.Key.String()))
	})
	return rows
}

// compareSorted orders two versions by the sort keys; 0 is a tie.
func compareSorted(keys []query.SortKey, a, b oracleVersion) int {
	for _, key := range keys {
		left, right := sortRank(key, a), sortRank(key, b)
		switch {
		case left == nil && right == nil:
			continue
		case left == nil:
			return 1
		case right == nil:
			return -1
		}
		if c := bytes.Compare(left, right); c != 0 {
			return c
		}
	}
	return 0
}

// sortRank is the least rank of a version's values; nil without any.
func sortRank(key query.SortKey, v oracleVersion) (least []byte) {
	switch key.Parameter.Intrinsic {
	case query.IntrinsicID:
		least, _ = query.Rank(query.Token{Code: string(v.Key.ID)}, key.Descending)
		return least
	case query.IntrinsicLastUpdated:
		least, _ = query.Rank(query.Moment(v.LastUpdated), key.Descending)
		return least
	}
	for _, entry := range v.index.Entries {
		if entry.Parameter.Code != key.Parameter.Code {
			continue
		}
		rank, ok := query.Rank(entry.Value, key.Descending)
		if ok && (least == nil || bytes.Compare(rank, least) < 0) {
			least = rank
		}
	}
	return least
}

// included follows the includes from a page's rows.
func (s *oracleState) included(q *query.Query, rows []oracleVersion) (records []store.Record) {
	seen := map[fhir.Key]bool{}
	for _, row := range rows {
		seen[row.Key] = true
	}
	for n := 0; len(rows) > 0; n++ {
		var found []oracleVersion
		for _, include := range q.Includes {
			if n > 0 && !include.Iterate {
				continue
			}
			for _, v := range s.follow(include, rows) {
				if !seen[v.Key] && search.Match(include.Where, documentOf(v), s) {
					seen[v.Key] = true
					found = append(found, v)
					records = append(records, v.Record)
				}
			}
		}
		rows = found
	}
	return records
}

// follow is what one include leads to from the rows.
func (s *oracleState) follow(include query.Include, rows []oracleVersion) (found []oracleVersion) {
	for _, row := range rows {
		if !include.Reverse {
			if !search.Match(include.From, documentOf(row), s) {
				continue
			}
			for _, key := range linked(include, row) {
				if versions := s.versions[key]; len(versions) > 0 && !versions[len(versions)-1].Deleted() {
					found = append(found, versions[len(versions)-1])
				}
			}
			continue
		}
		for key := range s.Current(include.Source) {
			v := s.versions[key][len(s.versions[key])-1]
			if slices.Contains(linked(include, v), row.Key) {
				found = append(found, v)
			}
		}
	}
	return found
}

// linked is where the references an include means point from a version.
func linked(include query.Include, v oracleVersion) (keys []fhir.Key) {
	if v.Key.Type != include.Source {
		return nil
	}
	for _, entry := range v.index.Entries {
		link, ok := entry.Value.(query.Link)
		if ok && !link.Key.IsZero() && entry.Parameter.Kind == query.KindReference &&
			(include.Parameter == nil || include.Parameter == entry.Parameter) &&
			(include.Target == "" || include.Target == link.Key.Type) {
			keys = append(keys, link.Key)
		}
	}
	return keys
}
