package storetest

import (
	"fmt"
	"strings"
	"time"

	"hearken/fhir"
	"hearken/internal/store"
)

// told is the patients of a record, and whether they are told at all.
func told(r store.Record) string {
	if r.Patients == nil {
		return "not told"
	}
	return fmt.Sprint(r.Patients)
}

// versionTests are the sentences on versions, numbers and times.
var versionTests = []contractTest{
	{"versionId counts up by one, deletions included", func(b *bench) {
		b.start()
		expect(b, "first", b.put(patient(1)).Version, 1)
		expect(b, "second", b.put(patient(1)).Version, 2)
		expect(b, "deletion", b.delete(patient(1)).Version, 3)
		expect(b, "revived", b.put(patient(1)).Version, 4)
		expect(b, "another resource's first", b.put(patient(2)).Version, 1)
	}},
	{"a deletion is the current version and has no body", func(b *bench) {
		b.start()
		b.put(patient(1))
		b.delete(patient(1))
		got, err := b.get(patient(1))
		expectError(b, "Get()", err, nil)
		expect(b, "Deleted()", got.Deleted(), true)
		expect(b, "the body is nil", got.Body == nil, true)
	}},
	{"every version stays readable", func(b *bench) {
		b.start()
		var want []store.Record
		for range 5 {
			want = append(want, b.put(patient(1)))
			b.clock.move(time.Second)
		}
		want = append(want, b.delete(patient(1)))
		for _, w := range want {
			b.view(func(r store.Reader) error {
				got, err := r.GetVersion(patient(1), w.Version)
				expect(b, "body of version "+w.Version.String(), string(got.Body), string(w.Body))
				expect(b, "time of version "+w.Version.String(), got.LastUpdated, w.LastUpdated)
				return err
			})
		}
	}},
	{"a version is told with its patients, by every way of reading it", func(b *bench) {
		b.start()
		ids := [][]fhir.ID{{}, {"one"}, {"one", "two"}, {"two"}}
		for i, theirs := range ids {
			p := b.world.Prepare(patient(1), store.Update, b.world.Add(Content{}))
			if p.Patients = theirs; i == len(ids)-1 {
				p = store.Prepared{Key: patient(1), Method: store.Delete, Patients: theirs}
			}
			b.update(func(tx store.Tx) error {
				record, err := tx.Put(p)
				expect(b, "Put()", told(record), fmt.Sprint(theirs))
				read, _ := tx.Get(patient(1))
				expect(b, "Get() in the same Update", told(read), fmt.Sprint(theirs))
				return err
			})
			if p.Method == store.Delete {
				continue
			}
			page := b.mustSearch(patients(nil))
			expect(b, "Search()", told(page.Matches[0]), fmt.Sprint(theirs))
		}
		b.again()
		b.view(func(r store.Reader) error {
			history, err := r.History(store.HistoryQuery{Type: "Patient", Count: 10})
			for i, record := range history.Records {
				want := fmt.Sprint(ids[len(ids)-1-i])
				expect(b, "History()", told(record), want)
				version, _ := r.GetVersion(patient(1), record.Version)
				expect(b, "GetVersion()", told(version), want)
			}
			return err
		})
	}},
	{"what never existed is not found", func(b *bench) {
		b.start()
		b.put(patient(1))
		for _, key := range []fhir.Key{patient(2), {Type: "Unheard", ID: "p001"}, {Type: "Patient", ID: "p00"}, {}} {
			_, err := b.get(key)
			expectError(b, "Get("+key.String()+")", err, store.ErrNotFound)
		}
		for _, version := range []fhir.VersionID{0, 2, 1 << 60} {
			b.view(func(r store.Reader) error {
				_, err := r.GetVersion(patient(1), version)
				expectError(b, "GetVersion("+version.String()+")", err, store.ErrNotFound)
				return nil
			})
		}
	}},
	{"what is only referred to is not found", func(b *bench) {
		b.start()
		b.put(patient(1), linkTo("reference", patient(9)))
		_, err := b.get(patient(9))
		expectError(b, "Get()", err, store.ErrNotFound)
		expect(b, "the first version", b.put(patient(9)).Version, 1)
	}},
	{"lastUpdated is the clock's, to the millisecond and in UTC", func(b *bench) {
		b.start()
		got := b.put(patient(1))
		expect(b, "LastUpdated", got.LastUpdated, b.clock.Now().UTC().Truncate(time.Millisecond))
		expect(b, "the body has it", strings.Contains(string(got.Body), fhir.FormatInstant(got.LastUpdated)), true)
	}},
	{"lastUpdated never runs backwards, across resources and re-opening", func(b *bench) {
		b.start()
		first := b.put(patient(1))
		b.clock.move(-time.Hour)
		expect(b, "same resource", b.put(patient(1)).LastUpdated, first.LastUpdated)
		expect(b, "another resource", b.put(patient(2)).LastUpdated, first.LastUpdated)
		b.again()
		expect(b, "after re-opening", b.put(patient(3)).LastUpdated, first.LastUpdated)
		b.clock.move(2 * time.Hour)
		expect(b, "once the clock has caught up", b.put(patient(1)).LastUpdated.After(first.LastUpdated), true)
	}},
	{"the method of a version is kept", func(b *bench) {
		b.start()
		for _, method := range []store.Method{store.Create, store.Update, store.Patch} {
			p := b.prepared(patient(1))
			p.Method = method
			b.update(func(tx store.Tx) error { _, err := tx.Put(p); return err })
			got, _ := b.get(patient(1))
			expect(b, "Method", got.Method, method)
		}
	}},
	{"commits count up", func(b *bench) {
		b.start()
		last := store.Commit(0)
		for range 5 {
			got := b.put(patient(1))
			expect(b, "the commit is greater than the one before", got.Commit > last, true)
			last = got.Commit
			b.view(func(r store.Reader) error {
				expect(b, "Commit() of a later View reaches it", r.Commit() >= last, true)
				return nil
			})
		}
	}},
	{"records may be used after the View and changed by their users", func(b *bench) {
		b.start()
		want := string(b.put(patient(1)).Body)
		got, _ := b.get(patient(1))
		expect(b, "body", string(got.Body), want)
		for i := range got.Body {
			got.Body[i] = 'x'
		}
		again, _ := b.get(patient(1))
		expect(b, "body after its copy was changed", string(again.Body), want)
	}},
}

// again closes the store and opens it anew.
func (b *bench) again() {
	b.Helper()
	if err := b.s.Close(); err != nil {
		b.Fatalf("Close() = %v", err)
	}
	b.reopen()
}
