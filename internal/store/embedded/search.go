package embedded

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// typeSet is the matches of one type.
type typeSet struct {
	t   typeNumber
	set *roaring.Bitmap
}

// searching is one Search under way.
type searching struct {
	evaluator
	query    *query.Query
	where    query.Expr
	types    []typeNumber
	commit   store.Commit // the state the first page was read from
	total    int
	position []byte // of the last row of the page before; nil on the first
	numbers  string // of its parameters: see parameterNumbers
}

// Search is one page of matches with what they include.
func (r *reader) Search(q *query.Query) (store.Page, error) {
	if err := r.check(); err != nil {
		return store.Page{}, err
	}
	s := searching{evaluator: evaluator{reader: r, memo: map[document]*forward{}}, query: q, where: query.Simplify(q.Where), commit: r.commit}
	for _, name := range q.Types {
		if t := r.catalogue.types[name]; t != 0 && !slices.Contains(s.types, t) {
			s.types = append(s.types, t)
		}
	}
	if err := s.prepare(); err != nil {
		return store.Page{}, err
	}
	sets, err := s.matches()
	if err != nil {
		return store.Page{}, err
	}
	s.count(sets)
	page := store.Page{Total: s.total}
	if q.Count <= 0 {
		return page, nil
	}
	return page, s.fill(&page, sets)
}

// prepare checks that every parameter can be searched and goes back to the state of the cursor.
func (s *searching) prepare() (err error) {
	if s.numbers, err = s.parameterNumbers(); err != nil || s.query.Cursor == "" {
		return err
	}
	c, err := s.store.openCursor(cursorSearch, s.query.Cursor)
	if err != nil {
		return err
	}
	if c.hash != s.queryHash() {
		return store.ErrCursor
	}
	if c.numbers != s.numbersHash() {
		return store.ErrCursorExpired
	}
	s.commit, s.position = c.commit, c.position
	s.past, err = s.readPast(c.commit)
	return err
}

// matches finds the documents of every type.
func (s *searching) matches() ([]typeSet, error) {
	var sets []typeSet
	for _, t := range s.types {
		set, err := s.find(t)
		if err != nil {
			return nil, err
		}
		if !set.IsEmpty() {
			sets = append(sets, typeSet{t, set})
		}
	}
	return sets, nil
}

// find is the matches of a type. Going back to a past state, the index is asked as it is now, and every document
// that changed since is judged once by the whole condition.
func (s *searching) find(t typeNumber) (*roaring.Bitmap, error) {
	ev := evaluator{reader: s.reader, past: s.past, deferred: true, memo: s.memo}
	set, err := ev.find(t, s.where)
	if err != nil {
		return nil, err
	}
	return s.corrected(t, set, s.where)
}

// find tries for a very short list, then for a short one, then takes bitmaps.
func (ev *evaluator) find(t typeNumber, where query.Expr) (*roaring.Bitmap, error) {
	few := ev.store.options.Planner.Few
	for _, limit := range []int{min(16, few), few} {
		list, ok, err := ev.list(t, where, limit)
		if err != nil || ok {
			return bitmapOf(list), err
		}
	}
	return ev.set(t, where, nil)
}

// count counts the matches, on each page anew: the link to it may have come from somebody who sees more than
// who follows it.
func (s *searching) count(sets []typeSet) {
	if s.query.Total == query.TotalNone && s.query.Count > 0 {
		s.total = -1
		return
	}
	for _, found := range sets {
		s.total += int(found.set.GetCardinality())
	}
}

// fill puts the rows after the position into the page, and what they include.
func (s *searching) fill(page *store.Page, sets []typeSet) error {
	rows, more, err := s.rows(sets)
	if err != nil {
		return err
	}
	for _, row := range rows {
		record, err := s.fetch(row.t, row.d)
		if err != nil {
			return err
		}
		page.Matches = append(page.Matches, record)
	}
	if more {
		page.Next = s.store.sealCursor(cursor{
			kind: cursorSearch, commit: s.commit, hash: s.queryHash(), numbers: s.numbersHash(),
			position: rows[len(rows)-1].place,
		})
	}
	page.Included, err = s.include(rows)
	return err
}

// fetch is the version of a document that is current in the state asked about.
func (s *searching) fetch(t typeNumber, d document) (store.Record, error) {
	if changed := s.changedSince(t); changed != nil && changed.Contains(uint32(d)) {
		f, err := s.record(t, d)
		if err != nil {
			return store.Record{}, err
		}
		return readVersion(s.kv, s.catalogue, t, d, f.version)
	}
	return s.newest(t, d)
}

// newest is the newest version of a document: the first of its keys.
func (r *reader) newest(t typeNumber, d document) (store.Record, error) {
	prefix := versionPrefix(t, d)
	it, err := r.iterator(prefix, after(prefix))
	if err != nil {
		return store.Record{}, err
	}
	if !it.First() {
		return store.Record{}, firstError(r.done(it), store.ErrFormat)
	}
	key, value := it.Key(), it.Value()
	record, apart, err := decodeVersion(r.catalogue.names[t], key, value)
	if err := firstError(r.done(it), err); err != nil || !apart {
		return record, err
	}
	return readVersion(r.kv, r.catalogue, t, d, record.Version)
}
