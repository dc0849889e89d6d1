package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/audit"
	"hearken/internal/store"
)

// Audited is a store that keeps an audit log too, and whose transactions are audit.Recorders.
type Audited interface {
	store.Store
	// Audit is the log: always the same.
	Audit() audit.Log
}

// Audit runs the contract of audit.Log against an engine that has one.
func Audit(t *testing.T, open Open) {
	for _, test := range auditTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(&bench{T: t, open: open, place: t.Name(), world: NewWorld(), clock: newClock()})
		})
	}
}

func (b *bench) log() audit.Log { return b.s.(Audited).Audit() }

func (b *bench) record(r audit.Record) {
	b.Helper()
	if err := b.log().Append(background, &r); err != nil {
		b.Fatalf("Append() = %v", err)
	}
}

// looks is the request ids of what the filter selects, page by page, each with so many.
func (b *bench) looks(f audit.Filter, pages ...int) (ids []string) {
	b.Helper()
	for n := 0; ; n++ {
		page, err := b.log().Read(background, f)
		if err != nil {
			b.Fatalf("Read(%+v) = %v", f, err)
		}
		if n < len(pages) && len(page.Entries) != pages[n] {
			b.Errorf("page %d of Read(%+v) has %d records, want %d", n, f, len(page.Entries), pages[n])
		}
		for _, e := range page.Entries {
			ids = append(ids, e.RequestID)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return ids
		}
	}
}

func (b *bench) expectLooks(what string, f audit.Filter, want ...string) {
	b.Helper()
	if got := b.looks(f); !slices.Equal(got, want) {
		b.Errorf("%s: Read() = %v, want %v", what, got, want)
	}
}

func (b *bench) expectWhole(records int) audit.Report {
	b.Helper()
	report, err := b.log().Verify(background, nil)
	if err != nil || len(report.Faults) > 0 || report.Records != records {
		b.Errorf("Verify() = %+v, %v, want %d records and no faults", report, err, records)
	}
	return report
}

// look is a record of a read by somebody of an organisation.
func look(id int, who, organisation string, patients ...fhir.ID) audit.Record {
	return audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success, RequestID: fmt.Sprint(id), Patients: patients,
		Agent: audit.Agent{Issuer: "i", Subject: who, Organisation: organisation}}
}

// auditTests are the sentences on the audit log.
var auditTests = []contractTest{
	{"a log begins empty", func(b *bench) {
		b.start()
		head, err := b.log().Head(background)
		expect(b, "Head() of nothing", head.IsZero(), true)
		expectError(b, "Head()", err, nil)
		b.expectLooks("nothing", audit.Filter{})
		b.expectWhole(0)
	}},
	{"what was recorded is read back, by each thing it is searched by, the newest first", func(b *bench) {
		b.start()
		b.record(look(1, "ann", "RX1", "p1"))
		b.record(look(2, "bob", "RX1", "p1", "p2"))
		b.record(look(3, "ann", "RX2", "p2"))
		b.record(audit.Record{Interaction: "login", Outcome: audit.Denied, RequestID: "4"})
		for range 2 {
			b.expectLooks("everything", audit.Filter{}, "4", "3", "2", "1")
			b.expectLooks("a patient", audit.Filter{Patient: "p1"}, "2", "1")
			b.expectLooks("another patient", audit.Filter{Patient: "p2"}, "3", "2")
			b.expectLooks("a person", audit.Filter{Issuer: "i", Subject: "ann"}, "3", "1")
			b.expectLooks("one of that name elsewhere", audit.Filter{Issuer: "j", Subject: "ann"})
			b.expectLooks("an organisation", audit.Filter{Organisation: "RX1"}, "2", "1")
			b.expectLooks("all of them", audit.Filter{Patient: "p1", Issuer: "i", Subject: "ann", Organisation: "RX1"}, "1")
			b.expectLooks("nobody", audit.Filter{Patient: "p"})
			b.again()
		}
		b.expectWhole(4)
	}},
	{"pages neither lose nor repeat, whatever is recorded meanwhile", func(b *bench) {
		b.start()
		for n := range 25 {
			b.record(look(n, "ann", "RX1", fhir.ID(fmt.Sprint("p", n%2))))
		}
		page, _ := b.log().Read(background, audit.Filter{Patient: "p0", Count: 5})
		b.record(look(100, "ann", "RX1", "p0"))
		got := b.looks(audit.Filter{Patient: "p0", Count: 5, Cursor: page.Next}, 5, 3)
		expect(b, "the rest", fmt.Sprint(got), "[14 12 10 8 6 4 2 0]")
		expect(b, "all", len(b.looks(audit.Filter{Count: 10}, 10, 10, 6)), 26)
		_, err := b.log().Read(background, audit.Filter{Cursor: "x"})
		expectError(b, "Read() with a made-up cursor", err, audit.ErrCursor)
	}},
	{"times select from and up to, across restarts and when the clock was set back", func(b *bench) {
		b.start()
		began := b.clock.Now().Truncate(time.Millisecond)
		at := func(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) }
		for n := range 12 {
			if n == 5 || n == 9 {
				b.again()
			}
			b.record(look(n, "ann", "RX1", "p"))
			b.clock.move(time.Minute)
		}
		b.clock.move(-time.Hour)
		b.record(look(12, "ann", "RX1", "p"))
		for _, f := range []audit.Filter{{}, {Patient: "p"}} {
			f.Since, f.Until = at(4), at(7)
			b.expectLooks("from 4 until 7", f, "6", "5", "4")
			f.Since, f.Until = at(9), time.Time{}
			b.expectLooks("from 9", f, "12", "11", "10", "9")
			f.Since, f.Until = time.Time{}, at(1)
			b.expectLooks("until 1", f, "0")
			f.Since, f.Until = at(4).Add(time.Nanosecond), at(5).Add(time.Nanosecond)
			b.expectLooks("between two", f, "5")
			f.Since, f.Until = at(100), time.Time{}
			b.expectLooks("from later than all", f)
		}
		expect(b, "chains", b.expectWhole(13).Chains, 3)
	}},
	{"a record of a write exists exactly when the write does", func(b *bench) {
		b.start()
		err := b.s.Update(background, func(tx store.Tx) error {
			r := look(1, "ann", "RX1", "p")
			put, err := tx.Put(b.prepared(patient(1)))
			r.Versions = []audit.Version{{Key: put.Key, Version: put.Version, Written: true}}
			return errors.Join(err, tx.(audit.Recorder).Record(&r))
		})
		expectError(b, "Update()", err, nil)
		refused := errors.New("refused")
		err = b.s.Update(background, func(tx store.Tx) error {
			r := look(2, "ann", "RX1", "p")
			_, err := tx.Put(b.prepared(patient(2)))
			return errors.Join(err, tx.(audit.Recorder).Record(&r), refused)
		})
		expectError(b, "Update() that fails", err, refused)
		b.expectLooks("the record", audit.Filter{Patient: "p"}, "1")
		page, _ := b.log().Read(background, audit.Filter{})
		expect(b, "what was written", fmt.Sprint(page.Entries[0].Versions), fmt.Sprint([]audit.Version{{Key: patient(1), Version: 1, Written: true}}))
		b.expectWhole(1)
	}},
	{"heads grow, and each proves what was there", func(b *bench) {
		b.start()
		var heads []audit.Head
		for n := range 9 {
			if n%3 == 2 {
				b.again()
			}
			b.record(look(n, "ann", "RX1", "p"))
			head, err := b.log().Head(background)
			expectError(b, "Head()", err, nil)
			if n > 0 && !heads[n-1].Before(head.Place) {
				b.Errorf("head %d is at %v, and the one before at %v", n, head.Place, heads[n-1].Place)
			}
			heads = append(heads, head)
		}
		report, err := b.log().Verify(background, heads)
		if err != nil || len(report.Faults) > 0 || report.Proven != heads[8].Place || report.Head != heads[8] {
			b.Errorf("Verify() = %+v, %v, want proven up to %v", report, err, heads[8])
		}
		strange := heads[4]
		strange.Hash[0]++
		if report, _ := b.log().Verify(background, []audit.Head{strange}); len(report.Faults) != 1 {
			b.Errorf("Verify() with another log's head: %v, want a fault", report.Faults)
		}
	}},
	{"a purge takes contents and leaves the chain", func(b *bench) {
		b.start()
		for n := range 10 {
			b.record(look(n, "ann", "RX1", "p"))
			b.clock.move(time.Minute)
		}
		before, _ := b.log().Head(background)
		n, err := b.log().Purge(background, b.clock.Now().Add(-4*time.Minute), audit.Agent{Subject: "officer"})
		expectError(b, "Purge()", err, nil)
		expect(b, "purged", n, 6)
		b.expectLooks("the rest", audit.Filter{Patient: "p"}, "9", "8", "7", "6")
		report, err := b.log().Verify(background, []audit.Head{before})
		if err != nil || len(report.Faults) > 0 || report.Purged != 6 || report.Records != 5 {
			b.Errorf("Verify() = %+v, %v, want 6 purged, 5 records and no faults", report, err)
		}
		b.again()
		b.expectLooks("the rest, later", audit.Filter{Patient: "p"}, "9", "8", "7", "6")
		b.clock.move(time.Minute)
		again, err := b.log().Purge(background, b.clock.Now().Add(time.Hour), audit.Agent{})
		expectError(b, "Purge() of everything", err, nil)
		expect(b, "purged", again, 5)
		report, _ = b.log().Verify(background, nil)
		expect(b, "faults", len(report.Faults), 0)
		expect(b, "records left: the purge itself", report.Records, 1)
	}},
	{"a page costs no more Records than it may, those included that were purged or are not selected", func(b *bench) {
		b.start()
		for n := range 10 {
			b.record(look(n, []string{"ann", "bob"}[n%2], "RX1", "p"))
			b.clock.move(time.Minute)
		}
		_, err := b.log().Purge(background, b.clock.Now().Add(-4*time.Minute), audit.Agent{Subject: "officer"})
		expectError(b, "Purge()", err, nil)
		newest, err := b.log().Head(background)
		expectError(b, "Head()", err, nil)
		expect(b, "Records in all", newest.Sequence, uint64(11))
		for _, f := range []audit.Filter{{Most: 3}, {Most: 3, Count: 2}, {Most: 1}, {Most: 4, Organisation: "RX1", Patient: "p"}} {
			passed, before := 0, audit.Place{}
			for by := f; ; {
				page, err := b.log().Read(background, by)
				if err != nil || page.Passed > f.Most || page.Next != "" && page.Passed == 0 {
					b.Fatalf("Read(%+v) = %+v, %v", by, page, err)
				}
				if page.Passed > 0 && before != (audit.Place{}) && !page.Last.Before(before) {
					b.Errorf("Read(%+v) ended at %v, after %v", by, page.Last, before)
				}
				passed, before = passed+page.Passed, page.Last
				if by.Cursor = page.Next; by.Cursor == "" {
					break
				}
			}
			want := map[bool]int{true: 11, false: 4}[f.Patient == ""]
			expect(b, fmt.Sprintf("what %+v looked at", f), passed, want)
		}
		b.expectLooks("one person, two Records at a time", audit.Filter{Issuer: "i", Subject: "bob", Patient: "p", Most: 2}, "9", "7")
	}},
	{"a digest tells values apart and not what they are, and stays the same", func(b *bench) {
		b.start()
		one := b.log().Digest("9990000018")
		expect(b, "of another value", one == b.log().Digest("9990000019"), false)
		b.again()
		expect(b, "of the same, later", one == b.log().Digest("9990000018"), true)
	}},
	{"many at once are all recorded, each once", func(b *bench) {
		b.start()
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				for i := range 50 {
					r := look(n*50+i, "ann", "RX1", "p")
					b.error(b.log().Append(background, &r))
				}
			})
		}
		all.Wait()
		ids := b.looks(audit.Filter{Patient: "p", Count: 90})
		slices.Sort(ids)
		expect(b, "different ones", len(slices.Compact(ids)), 400)
		b.expectWhole(400)
	}},
	{"a closed log records nothing", func(b *bench) {
		s := b.start()
		log := b.log()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		r := look(1, "ann", "RX1", "p")
		expectError(b, "Append()", log.Append(background, &r), store.ErrClosed)
		_, err := log.Read(background, audit.Filter{})
		expectError(b, "Read()", err, store.ErrClosed)
		_, err = log.Head(background)
		expectError(b, "Head()", err, store.ErrClosed)
	}},
}
