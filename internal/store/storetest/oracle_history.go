package storetest

import (
	"slices"
	"strconv"

	"hearken/fhir/search"
	"hearken/internal/store"
)

// History pages over all versions; its cursors are places in the change log, from the newest back.
func (r *oracleReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	before := len(r.state.log)
	if q.Cursor != "" {
		n, err := strconv.Atoi(q.Cursor)
		if err != nil || n > before || n < 0 {
			return store.HistoryPage{}, store.ErrCursor
		}
		before = n
	}
	page := store.HistoryPage{Total: -1}
	if q.ID != "" {
		page.Total = 0
	}
	for i := len(r.state.log) - 1; i >= 0; i-- {
		v := r.state.version(r.state.log[i])
		if !r.state.wants(r.setup, q, v) {
			continue
		}
		if q.ID != "" {
			page.Total++
		}
		if i >= before {
			continue
		}
		if len(page.Records) < q.Count {
			page.Records = append(page.Records, v.Record)
			before = i
		} else if q.Count > 0 && page.Next == "" {
			page.Next = strconv.Itoa(before)
		}
	}
	return page, nil
}

func (s *oracleState) version(change store.Change) oracleVersion {
	return s.versions[change.Key][change.Version-1]
}

func (s *oracleState) wants(setup Setup, q store.HistoryQuery, v oracleVersion) bool {
	versions := s.versions[v.Key]
	switch {
	case q.Type != "" && q.Type != v.Key.Type, q.ID != "" && q.ID != v.Key.ID, q.Since.After(v.LastUpdated):
		return false
	case q.At.IsZero():
	case v.LastUpdated.After(q.At) && !v.LastUpdated.Before(q.Until), int(v.Version) < len(versions) && !versions[v.Version].LastUpdated.After(q.At):
		return false
	}
	indexed := v
	for _, older := range slices.Backward(versions[:v.Version]) {
		if indexed = older; !older.Deleted() {
			break
		}
	}
	indexed.LastUpdated = v.LastUpdated
	indexed.index = labelled(setup, v.Key.Type, indexed.index, s.label(v.Key))
	return search.Match(q.Where, documentOf(indexed), s)
}
