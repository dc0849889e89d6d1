package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/internal/audit"
)

// book is a Log as its rows.
type book struct {
	openings []audit.Opening
	rows     []audit.Row
}

// write makes a book of chains with so many records each.
func write(chains ...int) *book {
	b := &book{}
	last := audit.Row{}
	for i, n := range chains {
		o := audit.Opening{Chain: uint32(i + 1), Time: int64(i), Salt: audit.Salt{byte(i)}, Previous: last.Place, Hash: last.Link}
		b.openings = append(b.openings, o)
		link := o.Link()
		for j := range n {
			r := &audit.Record{Interaction: "read", RequestID: fmt.Sprint(i, j)}
			row := audit.Row{Place: audit.Place{Chain: o.Chain, Sequence: uint64(j + 1)}, Time: int64(100*i + j),
				Sealed: audit.Seal(nil, audit.Salt{byte(j)}, r)}
			row.Contents = audit.ContentsHash(row.Sealed)
			row.Link = audit.Link(link, row.Place, row.Time, row.Contents)
			link, last = row.Link, row
			b.rows = append(b.rows, row)
		}
	}
	return b
}

func (b *book) verify(heads ...audit.Head) audit.Report {
	v := audit.NewVerification(heads)
	for _, o := range b.openings {
		v.Opening(o)
		for _, r := range b.rows {
			if r.Chain == o.Chain {
				v.Row(r)
			}
		}
	}
	return v.Report()
}

func (b *book) head(row int) audit.Head {
	r := b.rows[row]
	return audit.Head{Place: r.Place, Time: time.UnixMilli(r.Time), Hash: r.Link}
}

// relink does all hashes from a row on anew, as somebody could who knows the program.
func (b *book) relink() {
	for i := range b.openings {
		o := &b.openings[i]
		link := o.Link()
		for j := range b.rows {
			if r := &b.rows[j]; r.Chain == o.Chain {
				r.Contents = audit.ContentsHash(r.Sealed)
				r.Link = audit.Link(link, r.Place, r.Time, r.Contents)
				link = r.Link
			}
		}
		if i+1 < len(b.openings) {
			b.openings[i+1].Hash = link
		}
	}
}

// TestVerification tampers with a log of three chains in every way there is, and says whether it is found
// with no head, and with one that was kept elsewhere before.
func TestVerification(t *testing.T) {
	for _, row := range []struct {
		name          string
		tamper        func(*book)
		found, atHead bool
	}{
		{"nothing", func(*book) {}, false, false},
		{"contents changed", func(b *book) { b.rows[2].Sealed[24] ^= 1 }, true, true},
		{"a time changed", func(b *book) { b.rows[2].Time++ }, true, true},
		{"a record left out", func(b *book) { b.rows = slices.Delete(b.rows, 2, 3) }, true, true},
		{"the first record left out", func(b *book) { b.rows = slices.Delete(b.rows, 0, 1) }, true, true},
		{"two records swapped", func(b *book) {
			b.rows[1].Sealed, b.rows[2].Sealed = b.rows[2].Sealed, b.rows[1].Sealed
			b.rows[1].Link, b.rows[2].Link = b.rows[2].Link, b.rows[1].Link
		}, true, true},
		{"the last record of an earlier chain cut off", func(b *book) { b.rows = slices.Delete(b.rows, 4, 5) }, true, true},
		{"an earlier chain left out", func(b *book) { b.openings = slices.Delete(b.openings, 1, 2); b.rows = slices.Delete(b.rows, 5, 8) }, true, true},
		{"the opening of a chain changed", func(b *book) { b.openings[1].Salt[0]++ }, true, true},
		{"the newest chain emptied", func(b *book) { b.rows = b.rows[:8] }, true, true},
		{"the newest records cut off", func(b *book) { b.rows = b.rows[:9] }, false, true},
		{"the newest chain cut off", func(b *book) { b.openings, b.rows = b.openings[:2], b.rows[:8] }, false, true},
		{"everything cut off", func(b *book) { b.openings, b.rows = nil, nil }, false, true},
		{"contents changed and all hashes done anew", func(b *book) { b.rows[2].Sealed[24] ^= 1; b.relink() }, false, true},
		{"contents taken without a purge", func(b *book) { b.rows[2].Sealed = nil }, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := write(5, 3, 4)
			head, middle := b.head(len(b.rows)-1), b.head(6)
			row.tamper(b)
			if r := b.verify(); (len(r.Faults) > 0) != row.found {
				t.Errorf("without a head: %v, want found %v", r.Faults, row.found)
			} else if len(r.Limits()) == 0 {
				t.Error("without a head nothing is said of what that cannot find")
			}
			r := b.verify(middle, head)
			if (len(r.Faults) > 0) != row.atHead {
				t.Errorf("with heads: %v, want found %v", r.Faults, row.atHead)
			}
			if !row.atHead && (r.Proven != head.Place || len(r.Limits()) != 0) {
				t.Errorf("proven up to %v, and said %q, want up to %v", r.Proven, r.Limits(), head.Place)
			}
		})
	}
}

// Records after the head given may be gone without trace, and the report says so.
func TestVerification_SaysWhatAnOlderHeadLeavesOpen(t *testing.T) {
	b := write(5)
	r := b.verify(b.head(2))
	if len(r.Faults) > 0 || len(r.Limits()) != 1 || !strings.Contains(r.Limits()[0], "record 3") {
		t.Errorf("faults %v, limits %q, want none, and one that names record 3", r.Faults, r.Limits())
	}
}

// A purge that was recorded explains contents that are gone, as far as it says.
func TestVerification_Purge(t *testing.T) {
	b := write(5)
	purge := audit.PurgeRecord(time.UnixMilli(3), audit.Agent{})
	b.rows[4].Sealed = audit.Seal(nil, audit.Salt{}, purge)
	b.relink()
	for i := range 3 {
		b.rows[i].Sealed = nil
	}
	if r := b.verify(); len(r.Faults) > 0 || r.Purged != 3 || r.Records != 2 {
		t.Errorf("purged as recorded: %+v, want 3 purged and no faults", r)
	}
	b.rows[3].Sealed = nil
	if r := b.verify(); len(r.Faults) != 1 {
		t.Errorf("one more is without contents: %v, want a fault", r.Faults)
	}
}

func TestVerification_ListsNotEveryFault(t *testing.T) {
	b := write(300)
	for i := range b.rows {
		b.rows[i].Link[0]++
	}
	if r := b.verify(); len(r.Faults) != audit.MaxFaults || r.More == 0 {
		t.Errorf("%d faults listed and %d not, want %d and some", len(r.Faults), r.More, audit.MaxFaults)
	}
}

func TestReadHeads(t *testing.T) {
	b := write(5)
	text := string(b.head(1).Line()) + "\n" + string(b.head(4).Line())
	heads, err := audit.ReadHeads(strings.NewReader(text))
	if err != nil || len(heads) != 2 || heads[0].Hash != b.head(1).Hash || heads[1].Place != b.head(4).Place {
		t.Errorf("ReadHeads() = %v, %v", heads, err)
	}
	for _, bad := range []string{"x", "{}", `{"audit":"hearken-head-1","chain":1,"sequence":1,"hash":"00"}`, text[:len(text)-9],
		`{"audit":"hearken-head-2","chain":1,"sequence":1,"hash":"` + strings.Repeat("0", 64) + `"}`} {
		if heads, err := audit.ReadHeads(strings.NewReader(bad)); err == nil {
			t.Errorf("ReadHeads(%q) = %v, want an error", bad, heads)
		}
	}
}
