package embedded

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// History shows this transaction's versions too.
func (tx *transaction) History(q store.HistoryQuery) (store.HistoryPage, error) {
	if err := tx.see(); err != nil {
		return store.HistoryPage{}, err
	}
	return tx.reader.History(q)
}

// Search shows this transaction's writes too. A search that none of them can change needs not be shown them,
// which costs.
func (tx *transaction) Search(q *query.Query) (store.Page, error) {
	if tx.mayChange(q) {
		if err := tx.see(); err != nil {
			return store.Page{}, err
		}
	}
	return tx.reader.Search(q)
}

// mayChange reports whether the answer to a query may depend on what this transaction has written: on a
// resource of a type that is searched, or on another by way of a reference.
func (tx *transaction) mayChange(q *query.Query) bool {
	beyond := len(q.Includes) > 0
	query.Walk(q.Where, func(e query.Expr) bool {
		switch e.(type) {
		case query.Chain, query.Has:
			beyond = true
		}
		return !beyond
	})
	return beyond || slices.ContainsFunc(q.Types, func(name fhir.Type) bool { return tx.touched[tx.catalogue.types[name]] })
}

// Changes shows this transaction's changes too, under the number its commit will have.
func (tx *transaction) Changes(since store.Commit, limit int) ([]store.Change, error) {
	if err := tx.see(); err != nil {
		return nil, err
	}
	return tx.reader.Changes(since, limit)
}

// Count counts this transaction's writes too.
func (tx *transaction) Count(t fhir.Type) (int, error) {
	if err := tx.see(); err != nil {
		return 0, err
	}
	return tx.reader.Count(t)
}

// Commit is the commit this transaction started from.
func (tx *transaction) Commit() store.Commit { return tx.commit - 1 }
