package embedded_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/audit"
	"hearken/internal/store"
	"hearken/internal/store/embedded"
)

var update = flag.Bool("update", false, "write FORMAT.md's example and the stored fixture anew")

// The parameters of the example and the fixture. Their identities are on disk: they cannot change.
var (
	fixtureIdentifier = &query.Parameter{Base: "Patient", Code: "identifier", Kind: query.KindToken, Identity: query.Identity{1}}
	fixtureName       = &query.Parameter{Base: "Patient", Code: "name", Kind: query.KindString, Identity: query.Identity{2}}
	fixtureBirthdate  = &query.Parameter{Base: "Patient", Code: "birthdate", Kind: query.KindDate, Identity: query.Identity{3}}
	fixtureSubject    = &query.Parameter{Base: "Observation", Code: "subject", Kind: query.KindReference, Identity: query.Identity{4}}
	fixtureValue      = &query.Parameter{Base: "Observation", Code: "value-quantity", Kind: query.KindQuantity, Identity: query.Identity{5}}
	fixtureParameters = []*query.Parameter{fixtureIdentifier, fixtureName, fixtureBirthdate, fixtureSubject, fixtureValue}
)

var fixtureTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// zeros is what is random in the example and the fixtures.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func openFixture(t *testing.T, fs vfs.FS) *embedded.Store {
	t.Helper()
	s, err := embedded.Open("/db", embedded.Options{
		FS: fs, Parameters: fixtureParameters, Random: zeros{}, FreshFor: time.Hour,
		Now: func() time.Time { return fixtureTime },
	})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return s
}

func putFixture(t *testing.T, s *embedded.Store, key fhir.Key, compartments []fhir.Key, rows ...query.Entry) {
	t.Helper()
	p := store.Prepared{Key: key, Method: store.Create, Index: query.Index{Entries: rows, Compartments: compartments},
		Stamp: func(v fhir.VersionID, _ time.Time) []byte { return []byte(`{"version":` + v.String() + `}`) }}
	if rows == nil {
		p.Method = store.Delete
	}
	err := s.Update(context.Background(), func(tx store.Tx) error { _, err := tx.Put(p); return err })
	if err != nil {
		t.Fatalf("Update() = %v", err)
	}
}

func fixturePatient(t *testing.T, s *embedded.Store, id fhir.ID, nhs, name string, day int64) {
	t.Helper()
	key := fhir.Key{Type: "Patient", ID: id}
	const length = 86_400_000_000
	putFixture(t, s, key, nil,
		query.Entry{Parameter: fixtureIdentifier, Value: query.Token{System: "nhs", Code: nhs}},
		query.Entry{Parameter: fixtureName, Value: query.Text{Text: name}},
		query.Entry{Parameter: fixtureBirthdate, Value: query.Period{Low: day * length, High: (day + 1) * length}})
}

func fixtureObservation(t *testing.T, s *embedded.Store, id fhir.ID, patient fhir.Key, amount string) {
	t.Helper()
	d, _ := query.ParseDecimal(amount)
	putFixture(t, s, fhir.Key{Type: "Observation", ID: id}, []fhir.Key{patient},
		query.Entry{Parameter: fixtureSubject, Value: query.Link{Key: patient}},
		query.Entry{Parameter: fixtureValue, Value: query.Quantity{Low: d, High: d, System: "http://unitsofmeasure.org", Code: "mg", Unit: "mg"}})
}

// recordFixture records a read of Patient/p1 by Ann of RX1.
func recordFixture(t *testing.T, s *embedded.Store, n int) {
	t.Helper()
	err := s.Audit().Append(context.Background(), &audit.Record{Interaction: "read", Action: audit.Read, Outcome: audit.Success,
		Agent: audit.Agent{Subject: "ann", Organisation: "RX1", User: true}, RequestID: fmt.Sprint("r", n),
		Patients: []fhir.ID{"p1"}, Versions: []audit.Version{{Key: fhir.Key{Type: "Patient", ID: "p1"}, Version: 1}}})
	if err != nil {
		t.Fatalf("Append() = %v", err)
	}
}

// TestFormat_Example compares FORMAT.md's worked example with what the engine writes.
func TestFormat_Example(t *testing.T) {
	s := openFixture(t, vfs.NewMem())
	defer s.Close()
	p1 := fhir.Key{Type: "Patient", ID: "p1"}
	fixturePatient(t, s, "p1", "9990000018", "Ann", 1)
	fixtureObservation(t, s, "o1", p1, "5.40")
	err := s.Update(context.Background(), func(tx store.Tx) error { _, _, err := tx.Claim("nhs", "9990000018", p1); return err })
	if err != nil {
		t.Fatal(err)
	}
	recordFixture(t, s, 1)
	var lines strings.Builder
	for _, pair := range s.Dump() {
		fmt.Fprintf(&lines, "%s = %s\n", printable(pair[0]), printable(pair[1]))
	}
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(page), "```text\n")
	example, tail, _ := strings.Cut(rest, "```")
	if *update {
		page = []byte(head + "```text\n" + lines.String() + "```" + tail)
		if err := os.WriteFile("FORMAT.md", page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(example, lines.String()); diff != "" {
		t.Errorf("the example differs from what is written (-FORMAT.md +engine):\n%s", diff)
	}
}

// printable is text with other bytes in hexadecimal.
func printable(data []byte) string {
	var b strings.Builder
	text := true
	for _, c := range data {
		if is := c > ' ' && c <= '~'; is {
			if !text {
				b.WriteByte(' ')
			}
			b.WriteByte(c)
			text = true
			continue
		}
		fmt.Fprintf(&b, " %02x", c)
		text = false
	}
	return strings.TrimSpace(b.String())
}

const fixtureFile = "testdata/format-%d.tar"

// currentFormat is the one that -update writes a fixture of, unless there is one.
const currentFormat = 4

// TestFormat_Fixture opens copies of stores that the first version of each format wrote: they must read, search and
// page as they did, and take what is new. A fixture is never written anew.
func TestFormat_Fixture(t *testing.T) {
	if _, err := os.Stat(fmt.Sprintf(fixtureFile, currentFormat)); *update && errors.Is(err, os.ErrNotExist) {
		writeFixture(t)
	}
	for _, row := range []struct{ format, records int }{{1, 0}, {2, 7}, {3, 7}, {4, 7}} {
		t.Run(fmt.Sprint("format ", row.format), func(t *testing.T) {
			fs := vfs.NewMem()
			cursor := unpackFixture(t, fs, row.format)
			s := openFixture(t, fs)
			defer s.Close()
			expectFixture(t, s, row.records)
			err := s.View(context.Background(), func(r store.Reader) error { return errors.Join(readFixture(t, r), pageFixture(t, r, cursor)) })
			if err != nil {
				t.Errorf("View() = %v", err)
			}
			fixturePatient(t, s, "p1", "1", "Zoe", 2)
			recordFixture(t, s, 100)
			expectFixture(t, s, row.records+1)
		})
	}
}

// TestFormat_RebuildIsRepeated opens a store whose index was being made anew when the program was killed.
func TestFormat_RebuildIsRepeated(t *testing.T) {
	fs := vfs.NewMem()
	cursor := unpackFixture(t, fs, 2)
	if err := openFixture(t, fs).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := pebble.Open("/db", &pebble.Options{FS: fs, Comparer: embedded.Comparer, FormatMajorVersion: pebble.FormatTableFormatV6})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(db.DeleteRange([]byte("N"), []byte("T"), pebble.Sync), db.Set([]byte("Mrebuild"), nil, pebble.Sync), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	s := openFixture(t, fs)
	defer s.Close()
	expectFixture(t, s, 7)
	err = s.View(context.Background(), func(r store.Reader) error { return errors.Join(readFixture(t, r), pageFixture(t, r, cursor)) })
	if err != nil {
		t.Errorf("View() = %v", err)
	}
}

func expectFixture(t *testing.T, s *embedded.Store, records int) {
	t.Helper()
	report, err := s.Check(context.Background())
	if err != nil || len(report.Faults) > 0 || report.Resources != 24 || report.Audit != records {
		t.Errorf("Check() = %+v, %v, want 24 resources, %d records and no faults", report, err, records)
	}
	page, err := s.Audit().Read(context.Background(), audit.Filter{Patient: "p1"})
	if err != nil || len(page.Entries) != records {
		t.Errorf("Read() of the audit log = %d records, %v, want %d", len(page.Entries), err, records)
	}
}

func readFixture(t *testing.T, r store.Reader) error {
	record, err := r.Get(fhir.Key{Type: "Patient", ID: "p3"})
	if err != nil || record.Version != 2 || string(record.Body) != `{"version":2}` || !record.LastUpdated.Equal(fixtureTime) {
		t.Errorf("Get(Patient/p3) = %+v, %v", record, err)
	}
	history, err := r.History(store.HistoryQuery{Type: "Patient", ID: "p4", Count: 5})
	if err != nil || len(history.Records) != 2 || !history.Records[0].Deleted() {
		t.Errorf("History(Patient/p4) = %+v, %v", history, err)
	}
	low, _ := query.ParseDecimal("5")
	for _, row := range []struct {
		name string
		base fhir.Type
		e    query.Expr
		want int
	}{
		{"token", "Patient", query.Match{Parameter: fixtureIdentifier, Test: query.TokenTest{System: "nhs", Code: "9990000003"}}, 1},
		{"string", "Patient", query.Match{Parameter: fixtureName, Test: query.TextTest{Text: "NAME"}}, 11},
		{"date", "Patient", query.Match{Parameter: fixtureBirthdate, Test: query.DateTest{Comparison: query.Less, Low: 5 * 86_400_000_000, High: 6 * 86_400_000_000}}, 2},
		{"chain", "Observation", query.Chain{Parameter: fixtureSubject, Target: "Patient", Where: query.Match{Parameter: fixtureIdentifier, Test: query.TokenTest{System: "nhs", Code: "9990000003"}}}, 1},
		{"quantity", "Observation", query.Match{Parameter: fixtureValue, Test: query.QuantityTest{NumberTest: query.NumberTest{Comparison: query.Greater, Low: low, High: low}, AnySystem: true, Code: "mg"}}, 6},
		{"compartment", "Observation", query.InCompartment{Focus: fhir.Key{Type: "Patient", ID: "p3"}}, 1},
	} {
		page, err := r.Search(&query.Query{Types: []fhir.Type{row.base}, Where: row.e})
		if err != nil || page.Total != row.want {
			t.Errorf("Search by %s = %d, %v, want %d", row.name, page.Total, err, row.want)
		}
	}
	return nil
}

// pageFixture goes on with a cursor that was given out when the fixture was written.
func pageFixture(t *testing.T, r store.Reader, cursor string) error {
	page, err := r.Search(fixtureQuery(cursor))
	var got []fhir.ID
	for _, record := range page.Matches {
		got = append(got, record.Key.ID)
	}
	if want := []fhir.ID{"p7", "p6", "p5", "p4", "p3"}; !slices.Equal(got, want) || page.Total != 12 {
		t.Errorf("second page = %v of %d, want %v of 12", got, page.Total, want)
	}
	return err
}

func fixtureQuery(cursor string) *query.Query {
	return &query.Query{Types: []fhir.Type{"Patient"}, Count: 5, Cursor: cursor,
		Sort: []query.SortKey{{Parameter: fixtureBirthdate, Descending: true}}}
}

// writeFixture writes the fixture: partly in tables, partly in the log, with a cursor from before the last
// changes, which are not in the index.
func writeFixture(t *testing.T) {
	fs := vfs.NewMem()
	s := openFixture(t, fs)
	for n := range 12 {
		fixturePatient(t, s, fhir.ID(fmt.Sprint("p", n+1)), fmt.Sprintf("99900000%02d", n), fmt.Sprint("Name ", n), int64(n+1))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openFixture(t, fs)
	for n := range 4 {
		recordFixture(t, s, n)
	}
	for n := range 12 {
		fixtureObservation(t, s, fhir.ID(fmt.Sprint("o", n)), fhir.Key{Type: "Patient", ID: fhir.ID(fmt.Sprint("p", n))}, fmt.Sprint(n))
	}
	var cursor string
	err := s.View(context.Background(), func(r store.Reader) error {
		page, err := r.Search(fixtureQuery(""))
		cursor = page.Next
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openFixture(t, fs)
	defer s.Close()
	for n := range 3 {
		recordFixture(t, s, 10+n)
	}
	fixturePatient(t, s, "p3", "9990000003", "Name", 100)
	putFixture(t, s, fhir.Key{Type: "Patient", ID: "p4"}, nil)
	packFixture(t, fs, cursor) // as a crash would leave it
}

func packFixture(t *testing.T, fs vfs.FS, cursor string) {
	names, err := fs.List("/db")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	add := func(name string, content []byte) {
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))})
		if _, writeErr := w.Write(content); err != nil || writeErr != nil {
			t.Fatal(err, writeErr)
		}
	}
	add("cursor", []byte(cursor))
	for _, name := range names {
		file, err := fs.Open(path.Join("/db", name))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		add("db/"+name, content)
		_ = file.Close()
	}
	if err := errors.Join(w.Close(), os.MkdirAll("testdata", 0o755), os.WriteFile(fmt.Sprintf(fixtureFile, currentFormat), data.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func unpackFixture(t *testing.T, fs vfs.FS, format int) (cursor string) {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf(fixtureFile, format))
	if err == nil {
		err = fs.MkdirAll("/db", 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return cursor
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if header.Name == "cursor" {
			cursor = string(content)
			continue
		}
		file, err := fs.Create("/"+header.Name, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
