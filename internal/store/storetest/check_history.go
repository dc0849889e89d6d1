package storetest

import (
	"fmt"
	"slices"
	"time"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// historyTests are the sentences on History; changeTests those on Changes and Count.
var historyTests = []contractTest{
	{"instance history is newest first, deletions included, with a total", func(b *bench) {
		b.start()
		b.histories()
		page := b.history(store.HistoryQuery{Type: "Patient", ID: patient(1).ID, Count: 10})
		expect(b, "versions", fmt.Sprint(names(page.Records)), "[Patient/p001/4 Patient/p001/3 Patient/p001/2 Patient/p001/1]")
		expect(b, "Total", page.Total, 4)
		expect(b, "the deletion is one", page.Records[1].Deleted(), true)
		expect(b, "Next", page.Next, "")
	}},
	{"type and system history are newest first", func(b *bench) {
		b.start()
		b.histories()
		page := b.history(store.HistoryQuery{Type: "Patient", Count: 10})
		expect(b, "type", fmt.Sprint(names(page.Records)),
			"[Patient/p001/4 Patient/p001/3 Patient/p002/1 Patient/p001/2 Patient/p001/1]")
		page = b.history(store.HistoryQuery{Count: 10})
		expect(b, "system", fmt.Sprint(names(page.Records)),
			"[Patient/p001/4 Patient/p001/3 Patient/p002/1 Practitioner/pr/1 Patient/p001/2 Patient/p001/1]")
	}},
	{"pages are stable while versions are added", func(b *bench) {
		b.start()
		b.histories()
		for _, q := range []store.HistoryQuery{{Type: "Patient", ID: patient(1).ID}, {Type: "Patient"}, {}} {
			q.Count = 100
			want := names(b.history(q).Records)
			q.Count = 1
			var got []string
			for {
				page := b.history(q)
				got = append(got, names(page.Records)...)
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
				b.put(patient(1))
			}
			expect(b, "pages of one", fmt.Sprint(got), fmt.Sprint(want))
		}
	}},
	{"since takes versions at or after", func(b *bench) {
		b.start()
		times := b.histories()
		for n, at := range times {
			page := b.history(store.HistoryQuery{Since: at, Count: 10})
			expect(b, fmt.Sprintf("versions since the time of version %d", n), len(page.Records), len(times)-n)
		}
	}},
	{"at takes the versions current at the moment", func(b *bench) {
		b.start()
		times := b.histories()
		for at, want := range map[time.Time]string{
			times[0].Add(-time.Second): "[]",
			times[0]:                   "[Patient/p001/1]",
			times[3]:                   "[Patient/p002/1 Practitioner/pr/1 Patient/p001/2]",
			times[5]:                   "[Patient/p001/4 Patient/p002/1 Practitioner/pr/1]",
			times[5].Add(time.Hour):    "[Patient/p001/4 Patient/p002/1 Practitioner/pr/1]",
		} {
			page := b.history(store.HistoryQuery{At: at, Count: 10})
			expect(b, "versions at "+at.String(), fmt.Sprint(names(page.Records)), want)
		}
		page := b.history(store.HistoryQuery{Type: "Patient", ID: patient(1).ID, At: times[1], Count: 10})
		expect(b, "versions of the instance", fmt.Sprint(names(page.Records)), "[Patient/p001/2]")
		for until, want := range map[time.Time]string{
			times[1]:                  "[Patient/p001/2]",
			times[3]:                  "[Practitioner/pr/1 Patient/p001/2]",
			times[3].Add(1):           "[Patient/p002/1 Practitioner/pr/1 Patient/p001/2]",
			times[5].Add(time.Minute): "[Patient/p001/4 Patient/p001/3 Patient/p002/1 Practitioner/pr/1 Patient/p001/2]",
		} {
			page := b.history(store.HistoryQuery{At: times[1], Until: until, Count: 10})
			expect(b, "versions until "+until.String(), fmt.Sprint(names(page.Records)), want)
		}
	}},
	{"a condition is asked of each version; of a deletion, of what it deleted", func(b *bench) {
		b.start()
		for _, code := range []string{"open", "closed", "open"} {
			b.put(patient(1), value{"token", query.Token{Code: code}})
		}
		b.delete(patient(1))
		b.put(patient(1), value{"token", query.Token{Code: "closed"}})
		for _, q := range []store.HistoryQuery{{Type: "Patient", ID: patient(1).ID}, {Type: "Patient"}, {}} {
			q.Count, q.Where = 10, b.token("token", "", "open")
			expect(b, "open versions", fmt.Sprint(names(b.history(q).Records)), "[Patient/p001/4 Patient/p001/3 Patient/p001/1]")
		}
	}},
	{"a count of zero gives the total only", func(b *bench) {
		b.start()
		b.histories()
		page := b.history(store.HistoryQuery{Type: "Patient", ID: patient(1).ID})
		expect(b, "records", len(page.Records), 0)
		expect(b, "Total", page.Total, 4)
	}},
	{"what never existed has an empty history", func(b *bench) {
		b.start()
		b.histories()
		page := b.history(store.HistoryQuery{Type: "Patient", ID: "nobody", Count: 10})
		expect(b, "records", len(page.Records), 0)
		expect(b, "Total", page.Total, 0)
	}},
	{"a cursor that is no cursor is refused", func(b *bench) {
		b.start()
		b.histories()
		_, err := b.tryHistory(store.HistoryQuery{Count: 1, Cursor: "nonsense"})
		expectError(b, "History()", err, store.ErrCursor)
	}},
}

var changeTests = []contractTest{
	{"Changes lists commits after since, oldest first, up to a limit", func(b *bench) {
		b.start()
		b.histories()
		var all []store.Change
		since := store.Commit(0)
		for {
			var some []store.Change
			b.view(func(r store.Reader) (err error) {
				some, err = r.Changes(since, 2)
				return err
			})
			if len(some) == 0 {
				break
			}
			since = some[len(some)-1].Commit
			all = append(all, some...)
		}
		var got []string
		for _, c := range all {
			got = append(got, fmt.Sprint(c.Method, " ", c.Key, "/", c.Version))
		}
		expect(b, "changes", fmt.Sprint(got), "[PUT Patient/p001/1 PUT Patient/p001/2 PUT Practitioner/pr/1 "+
			"PUT Patient/p002/1 DELETE Patient/p001/3 PUT Patient/p001/4]")
	}},
	{"the changes of one commit come together", func(b *bench) {
		b.start()
		b.update(func(tx store.Tx) error {
			for n := range 5 {
				if _, err := tx.Put(b.prepared(patient(n))); err != nil {
					return err
				}
			}
			return nil
		})
		b.view(func(r store.Reader) error {
			changes, err := r.Changes(0, 1)
			expect(b, "changes of one commit", len(changes), 5)
			return err
		})
	}},
	{"Count counts what is current", func(b *bench) {
		b.start()
		for n := range 7 {
			b.put(patient(n), linkTo("reference", patient(100+n)))
		}
		b.delete(patient(3))
		b.delete(patient(50))
		b.put(patient(4))
		b.view(func(r store.Reader) error {
			n, err := r.Count("Patient")
			expect(b, "Count(Patient)", n, 6)
			return err
		})
		b.view(func(r store.Reader) error {
			n, err := r.Count("Unheard")
			expect(b, "Count(Unheard)", n, 0)
			return err
		})
	}},
}

// histories writes six versions, a second apart, and gives their times.
func (b *bench) histories() (times []time.Time) {
	other := patient(0)
	other.Type, other.ID = "Practitioner", "pr"
	for _, write := range []func() store.Record{
		func() store.Record { return b.put(patient(1)) },
		func() store.Record { return b.put(patient(1)) },
		func() store.Record { return b.put(other) },
		func() store.Record { return b.put(patient(2)) },
		func() store.Record { return b.delete(patient(1)) },
		func() store.Record { return b.put(patient(1)) },
	} {
		times = append(times, write().LastUpdated)
		b.clock.move(time.Second)
	}
	return times
}

func (b *bench) tryHistory(q store.HistoryQuery) (page store.HistoryPage, err error) {
	err = b.s.View(background, func(r store.Reader) (err error) {
		page, err = r.History(q)
		return err
	})
	return page, err
}

func (b *bench) history(q store.HistoryQuery) store.HistoryPage {
	b.Helper()
	page, err := b.tryHistory(q)
	if err != nil {
		b.Fatalf("History(%+v) = %v", q, err)
	}
	return page
}

func names(records []store.Record) []string {
	list := make([]string, len(records))
	for i, r := range records {
		list[i] = r.Key.String() + "/" + r.Version.String()
	}
	return slices.Clip(list)
}
