package storetest

import (
	"errors"
	"time"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// lifecycleTests are the sentences on opening, parameters and closing.
var lifecycleTests = []contractTest{
	{"everything is there after re-opening", func(b *bench) {
		b.start()
		want := b.put(patient(1), value{"token", query.Token{Code: "a"}})
		b.delete(patient(2))
		b.again()
		got, err := b.get(patient(1))
		expectError(b, "Get()", err, nil)
		expect(b, "body", string(got.Body), string(want.Body))
		expectKeys(b, "Search()", b.found(patients(b.token("token", "", "a"))), patient(1))
		expect(b, "the next version", b.put(patient(1)).Version, 2)
	}},
	{"in an empty store every parameter is ready at once", func(b *bench) {
		b.start()
		for _, p := range b.world.Parameters() {
			_, err := b.search(&query.Query{Types: Types, Where: query.Missing{Parameter: p}})
			expectError(b, "Search() by "+p.String(), err, nil)
		}
	}},
	{"a new parameter is built from what is stored", func(b *bench) {
		b.world.Remove("Patient", "token")
		b.start()
		for n := range 30 {
			b.put(patient(n), value{"token", query.Token{Code: "a"}}, number(n))
		}
		b.delete(patient(3))
		b.world.Redefine("Patient", "token")
		b.again()
		_, err := b.search(patients(b.token("token", "", "a")))
		var building *store.BuildingError
		if err != nil && !errors.As(err, &building) {
			b.Errorf("Search() while building = %v, want a BuildingError or none", err)
		}
		b.put(patient(50), value{"token", query.Token{Code: "a"}})
		waitUntilBuilt(b, b.s, b.world)
		expect(b, "found", len(b.found(patients(b.token("token", "", "a")))), 30)
	}},
	{"a cursor dies with a parameter it sorts by", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n), number(n))
		}
		q := patients(nil)
		q.Count, q.Sort = 3, []query.SortKey{b.sortKey("number", false)}
		q.Cursor = b.mustSearch(q).Next
		b.world.Redefine("Patient", "number")
		if _, oracle := b.s.(*Oracle); oracle {
			return // has no index that could change
		}
		b.again()
		waitUntilBuilt(b, b.s, b.world)
		q.Sort = []query.SortKey{b.sortKey("number", false)}
		_, err := b.search(q)
		if !errors.Is(err, store.ErrCursorExpired) && !errors.Is(err, store.ErrCursor) {
			b.Errorf("Search() = %v, want ErrCursorExpired or ErrCursor", err)
		}
	}},
	{"after Close every call is refused", func(b *bench) {
		b.start()
		b.put(patient(1))
		b.error(b.s.Close())
		expectError(b, "View()", b.s.View(background, func(store.Reader) error { return nil }), store.ErrClosed)
		expectError(b, "Update()", b.s.Update(background, func(store.Tx) error { return nil }), store.ErrClosed)
		expectError(b, "Ready()", b.s.Ready(), store.ErrClosed)
		expectError(b, "Close()", b.s.Close(), store.ErrClosed)
	}},
	{"Close waits for running calls", func(b *bench) {
		b.start()
		b.put(patient(1))
		if _, oracle := b.s.(*Oracle); oracle {
			return // reads a state that nothing can close
		}
		inside, closed := make(chan struct{}), make(chan error, 1)
		go func() {
			<-inside
			closed <- b.s.Close()
		}()
		b.view(func(r store.Reader) error {
			close(inside)
			time.Sleep(20 * time.Millisecond)
			select {
			case <-closed:
				b.Error("Close() returned while a View was running")
				closed <- nil
			default:
			}
			_, err := r.Get(patient(1))
			return err
		})
		b.error(<-closed)
	}},
	{"the store is ready and says what it is", func(b *bench) {
		b.start()
		expectError(b, "Ready()", b.s.Ready(), nil)
		expect(b, "there is a name", b.s.Capabilities().Engine != "", true)
	}},
}
