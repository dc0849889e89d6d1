package interaction

import (
	"errors"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// guardedReader is a Reader as one caller sees it. It names every method itself, so that a new one is guarded
// or does not compile.
type guardedReader struct {
	*guard
	inner store.Reader
}

var _ store.Reader = (*guardedReader)(nil)

// belowGuard is the Reader below the guard: for what is decided or told without showing a resource.
func belowGuard(r store.Reader) store.Reader {
	if guarded, ok := r.(*guardedReader); ok {
		return guarded.inner
	}
	return r
}

// Get is the current version, if it is visible and the scopes cover reading it.
func (r *guardedReader) Get(key fhir.Key) (store.Record, error) {
	rec, label, err := r.labelled(key, smart.Read)
	if err != nil || rec.Deleted() {
		return rec, err
	}
	return r.redacted(rec, label)
}

// get is Get of the whole, with nothing taken out, for what the wanted permissions are for.
func (r *guardedReader) get(key fhir.Key, wanted smart.Permissions) (store.Record, error) {
	rec, _, err := r.labelled(key, wanted)
	return rec, err
}

// labelled is get, with the label. It makes the same calls of the store for what is not there and for what
// may not be seen.
func (r *guardedReader) labelled(key fhir.Key, wanted smart.Permissions) (store.Record, []query.Token, error) {
	where, err := r.server.Login.Rules.Restrict(r.principal, key.Type, wanted)
	if err != nil {
		return store.Record{}, nil, err
	}
	rec, err := r.inner.Get(key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Record{}, nil, err
	}
	label, labelErr := r.inner.Label(key)
	if labelErr != nil && !errors.Is(labelErr, store.ErrNotFound) {
		return store.Record{}, nil, labelErr
	}
	covered, coverErr := r.covers(key, where)
	if coverErr != nil {
		return store.Record{}, nil, coverErr
	}
	visible := err == nil && covered && r.decision.See(label)
	if visible && !rec.Deleted() {
		return rec, label, nil
	}
	last, err := r.inner.GetVersion(key, max(rec.Version, 2)-1) // of what is not there, too
	if foreign(err) != nil {
		return store.Record{}, nil, err
	}
	sees := false
	if visible {
		if sees, err = r.seesLast(last, label); err != nil {
			return store.Record{}, nil, err
		}
	}
	if !sees {
		return store.Record{}, nil, r.absent()
	}
	return rec, label, nil
}

// covers reports whether a resource satisfies what scopes ask of it; a deleted one is covered as far as the
// label goes only by scopes that ask for nothing.
func (r *guardedReader) covers(key fhir.Key, where query.Expr) (bool, error) {
	if where == nil {
		return true, nil
	}
	where = blind{r.guard, []fhir.Type{key.Type}}.expression(where)
	q := query.Query{Types: []fhir.Type{key.Type}, Where: query.And{r.server.identified(key), where}, Count: 1, Total: query.TotalNone}
	page, err := r.inner.Search(&q)
	return len(page.Matches) == 1, err
}

// identified is the condition of being one resource.
func (s *Server) identified(key fhir.Key) query.Expr {
	return query.Match{Parameter: s.Registry.Parameter(key.Type, "_id"), Test: query.TokenTest{Code: string(key.ID), AnySystem: true}}
}

// History is the versions of what is visible now. Of one resource that is not, it is what it is of one that never was.
func (r *guardedReader) History(q store.HistoryQuery) (store.HistoryPage, error) {
	if q.ID != "" {
		now, err := r.get(fhir.Key{Type: q.Type, ID: q.ID}, smart.Read)
		if err != nil {
			return store.HistoryPage{}, err
		}
		return r.history(q, now)
	}
	types := []fhir.Type{q.Type}
	if q.Type == "" {
		types = r.server.Registry.Types()
	}
	allowed, _, err := r.server.Login.Rules.SearchSeen(r.principal, query.Query{Types: types, Where: q.Where}, smart.Narrow, r.seen)
	if err != nil {
		return store.HistoryPage{}, err
	}
	allowed.Where = blind{r.guard, allowed.Types}.expression(allowed.Where)
	q.Where = allowed.Where
	if len(allowed.Types) < len(types) {
		q.Where = query.And{r.ofTypes(allowed.Types), allowed.Where}
	}
	return r.history(q)
}

func (r *guardedReader) history(q store.HistoryQuery, known ...store.Record) (store.HistoryPage, error) {
	page, err := r.inner.History(q)
	if err != nil {
		return page, err
	}
	v, total := r.versions(known...), -1 // a store that counts those of several resources has counted what is left out here, too
	if page.Records, err = v.seen(page.Records); err == nil && q.ID != "" {
		total, err = v.total(q, page.Total)
	}
	page.Total = total
	if err == nil {
		err = r.allShown(page.Records)
	}
	return page, err
}

// ofTypes is the condition of being of one of some types.
func (r *guardedReader) ofTypes(types []fhir.Type) query.Expr {
	any := make(query.Or, len(types))
	for i, t := range types {
		any[i] = isType(r.server.Registry, t)
	}
	return any
}

// Search is what the caller may see of a search, decided before sort, total and page.
func (r *guardedReader) Search(q *query.Query) (store.Page, error) {
	uncovered := smart.Refuse
	if r.server.ofEveryType(q.Types) {
		uncovered = smart.Narrow
	}
	allowed, _, err := r.server.Login.Rules.SearchSeen(r.principal, *q, uncovered, r.seen)
	if err != nil {
		return store.Page{}, err
	}
	if allowed, err = r.blinded(allowed); err != nil {
		return store.Page{}, err
	}
	page, err := r.inner.Search(&allowed)
	if err == nil && q.Cursor != "" { // what has changed since the first page is shown as it was then
		if page.Matches, err = r.versions().seen(page.Matches); err == nil {
			page.Included, err = r.versions().seen(page.Included)
		}
	}
	if err == nil {
		err = errors.Join(r.allShown(page.Matches), r.allShown(page.Included))
	}
	return page, err
}

// Changes is the administrators' business alone.
func (r *guardedReader) Changes(store.Commit, int) ([]store.Change, error) {
	return nil, notAllowedHere("the change log is not for callers")
}

// Commit tells nothing of what is stored.
func (r *guardedReader) Commit() store.Commit { return r.inner.Commit() }

// Count counts what is visible.
func (r *guardedReader) Count(t fhir.Type) (int, error) {
	page, err := r.Search(&query.Query{Types: []fhir.Type{t}})
	return page.Total, err
}

// Label is the label of what is visible.
func (r *guardedReader) Label(key fhir.Key) ([]query.Token, error) {
	label, err := r.inner.Label(key)
	if err != nil || !r.decision.See(label) {
		return nil, errors.Join(err, r.absent())
	}
	return slices.Clone(label), nil
}

// looking is the Tx of what reads facts and writes nothing.
type looking struct {
	store.Tx
	rd store.Reader
}

func (l looking) Get(key fhir.Key) (store.Record, error) { return l.rd.Get(key) }

func (l looking) Search(q *query.Query) (store.Page, error) { return l.rd.Search(q) }
