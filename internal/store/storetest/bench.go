package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 7_654_321, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is one test at work: a store and short words for what tests do with it.
type bench struct {
	*testing.T
	open  Open
	place string
	world *World
	clock *clock
	s     store.Store
}

var background = context.Background()

// start opens the store; it is closed at the end.
func (b *bench) start() store.Store {
	b.Helper()
	b.reopen()
	b.Cleanup(func() {
		if err := b.s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
			b.Errorf("Close() = %v", err)
		}
	})
	return b.s
}

func (b *bench) reopen() {
	b.Helper()
	b.s = b.open(b, b.place, Setup{Parameters: b.world.Parameters(), Extract: b.world.Extract, Now: b.clock.Now})
}

func (b *bench) update(fn func(store.Tx) error) {
	b.Helper()
	if err := b.s.Update(background, fn); err != nil {
		b.Fatalf("Update() = %v", err)
	}
}

func (b *bench) view(fn func(store.Reader) error) {
	b.Helper()
	if err := b.s.View(background, fn); err != nil {
		b.Fatalf("View() = %v", err)
	}
}

// prepared is a version of a resource with values.
func (b *bench) prepared(key fhir.Key, values ...value) store.Prepared {
	c := Content{Values: map[string][]query.Value{}}
	for _, v := range values {
		c.Values[v.code] = append(c.Values[v.code], v.Value)
	}
	return b.world.Prepare(key, store.Update, b.world.Add(c))
}

// value is one value of a synthetic resource.
type value struct {
	code string
	query.Value
}

// Prepare makes a version that has a content.
func (w *World) Prepare(key fhir.Key, method store.Method, content int) store.Prepared {
	return store.Prepared{Key: key, Method: method, Stamp: stamp(key, content), Index: w.Index(key.Type, content)}
}

// put stores a version in an Update of its own.
func (b *bench) put(key fhir.Key, values ...value) store.Record {
	b.Helper()
	var record store.Record
	b.update(func(tx store.Tx) (err error) {
		record, err = tx.Put(b.prepared(key, values...))
		return err
	})
	return record
}

func (b *bench) delete(key fhir.Key) store.Record {
	b.Helper()
	var record store.Record
	b.update(func(tx store.Tx) (err error) {
		record, err = tx.Put(store.Prepared{Key: key, Method: store.Delete})
		return err
	})
	return record
}

func (b *bench) get(key fhir.Key) (record store.Record, err error) {
	b.Helper()
	err = b.s.View(background, func(r store.Reader) (err error) {
		record, err = r.Get(key)
		return err
	})
	return record, err
}

// search runs a query in a View of its own.
func (b *bench) search(q *query.Query) (page store.Page, err error) {
	err = b.s.View(background, func(r store.Reader) (err error) {
		page, err = r.Search(q)
		return err
	})
	return page, err
}

func (b *bench) mustSearch(q *query.Query) store.Page {
	b.Helper()
	page, err := b.search(q)
	if err != nil {
		b.Fatalf("Search(%v) = %v", q.Where, err)
	}
	return page
}

// found is the keys of the matches of all pages, in order.
func (b *bench) found(q *query.Query) []fhir.Key {
	b.Helper()
	var keys []fhir.Key
	for page := range b.pages(q) {
		keys = append(keys, keysOf(page.Matches)...)
	}
	return keys
}

func (b *bench) pages(q *query.Query) func(func(store.Page) bool) {
	b.Helper()
	next := *q
	if next.Count == 0 {
		next.Count = 10
	}
	return func(yield func(store.Page) bool) {
		for {
			page := b.mustSearch(&next)
			if !yield(page) || page.Next == "" {
				return
			}
			next.Cursor = page.Next
		}
	}
}

func keysOf(records []store.Record) []fhir.Key {
	keys := make([]fhir.Key, len(records))
	for i, r := range records {
		keys[i] = r.Key
	}
	return keys
}

func sortedKeys(keys []fhir.Key) []string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = k.String()
	}
	slices.Sort(texts)
	return texts
}

func (b *bench) token(code, system, text string) query.Expr {
	return query.Match{
		Parameter: b.world.Parameter("Patient", code), Test: query.TokenTest{System: system, Code: text}}
}

func patient(n int) fhir.Key { return fhir.Key{Type: "Patient", ID: fhir.ID(fmt.Sprintf("p%03d", n))} }

func patients(where query.Expr) *query.Query {
	return &query.Query{Types: []fhir.Type{"Patient"}, Where: where, Count: 10}
}

// expect fails unless got is want.
func expect[T comparable](b *bench, what string, got, want T) {
	b.Helper()
	if got != want {
		b.Errorf("%s = %v, want %v", what, got, want)
	}
}

// expectError fails unless the error is one of the kind.
func expectError(b *bench, what string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("%s = %v, want %v", what, err, want)
	}
}

func expectKeys(b *bench, what string, got []fhir.Key, want ...fhir.Key) {
	b.Helper()
	if !slices.Equal(sortedKeys(got), sortedKeys(want)) {
		b.Errorf("%s = %v, want %v", what, got, want)
	}
}
