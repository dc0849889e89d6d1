package gen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// The committed tables are what the generator writes, today and every time.
func TestTables_Committed(t *testing.T) {
	from := fhirtest.SharedData(t, "r4core")
	files, err := Tables(from)
	if err != nil {
		t.Fatalf("Tables() error: %v", err)
	}
	total := 0
	for name, text := range files {
		committed, size := readTable(t, name)
		if committed != text {
			t.Errorf("%s is stale: run go generate ./fhir/r4", name)
		}
		total += size
	}
	if limit := 2 << 20; total > limit {
		t.Errorf("the tables are %d bytes, want at most %d", total, limit)
	}
	again, err := Tables(from)
	if err != nil {
		t.Fatalf("Tables() again: %v", err)
	}
	for name := range files {
		if files[name] != again[name] {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// readTable gives the text of a committed table and how much room it takes.
func readTable(t *testing.T, name string) (text string, size int) {
	t.Helper()
	path := filepath.Join(fhirtest.ModuleRoot(t), "fhir", "r4", "tables", name)
	if Compressed[name] {
		path += ".gz"
	}
	kept, err := os.ReadFile(path)
	if err == nil && Compressed[name] {
		text, err = ReadCompressed(path)
		if limit := 3 << 19; len(kept) > limit {
			t.Errorf("%s is %d bytes, want at most %d", name, len(kept), limit)
		}
	} else {
		text = string(kept)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text, len(kept)
}

func TestTables_NoSource(t *testing.T) {
	if _, err := Tables(t.TempDir()); err == nil {
		t.Error("Tables(an empty folder) error = nil, want one that names the missing file")
	}
}

func TestExpander(t *testing.T) {
	yes := true
	tree := []concept{
		{Code: "a", Concept: []concept{{Code: "b", Concept: []concept{{Code: "c", Property: []property{{Code: "old", ValueBoolean: &yes}}}}}}},
		{Code: "d", Property: []property{{Code: "kind", ValueCode: "x"}}},
	}
	src := &source{
		codeSystems: map[string]codeSystem{
			"urn:s": {URL: "urn:s", Content: "complete", Concept: tree},
			"urn:f": {URL: "urn:f", Content: "fragment", Concept: tree},
		},
		valueSets: map[string]valueSet{},
	}
	add := func(name string, include []conceptSet, exclude ...conceptSet) {
		set := valueSet{URL: name}
		set.Compose.Include, set.Compose.Exclude = include, exclude
		src.valueSets[name] = set
	}
	listed := conceptSet{System: "urn:s"}
	listed.Concept = append(listed.Concept, struct{ Code string }{"a"}, struct{ Code string }{"d"})
	filtered := func(property, op, value string) []conceptSet {
		return []conceptSet{{System: "urn:s", Filter: []filter{{property, op, value}}}}
	}
	add("all", []conceptSet{{System: "urn:s"}})
	add("listed", []conceptSet{listed})
	add("is-a", filtered("concept", "is-a", "b"))
	add("below", filtered("concept", "descendent-of", "a"))
	add("property", filtered("kind", "=", "x"))
	add("boolean", filtered("old", "=", "true"))
	add("regex", filtered("code", "regex", ".*"))
	add("imported", []conceptSet{{ValueSet: []string{"listed|1"}}})
	add("both", []conceptSet{{System: "urn:s", ValueSet: []string{"listed"}}})
	add("less", []conceptSet{{System: "urn:s"}}, filtered("concept", "is-a", "b")...)
	add("fragment", []conceptSet{{System: "urn:f"}})
	add("unknown", []conceptSet{{System: "urn:u"}})
	add("loop", []conceptSet{{ValueSet: []string{"loop"}}})

	for _, row := range []struct{ name, want string }{
		{"all", "a b c d"}, {"listed", "a d"}, {"is-a", "b c"}, {"below", "b c"}, {"property", "d"}, {"boolean", "c"},
		{"imported", "a d"}, {"both", "a d"}, {"less", "a d"},
		{"regex", "error"}, {"fragment", "error"}, {"unknown", "error"}, {"loop", "error"}, {"nothing", "error"},
	} {
		t.Run(row.name, func(t *testing.T) {
			found, err := (&expander{src: src}).expand(row.name)
			got := "error"
			if err == nil {
				var codes []string
				for _, code := range []string{"a", "b", "c", "d"} {
					if found["urn:s"][code] {
						codes = append(codes, code)
					}
				}
				got = strings.Join(codes, " ")
			}
			if got != row.want {
				t.Errorf("expand(%s) = %s (%v), want %s", row.name, got, err, row.want)
			}
		})
	}
}

func TestErrata_ChangedUpstream(t *testing.T) {
	table := newConstraintTable()
	row := elementDefinition{Path: "Bundle.entry", Constraint: []constraint{{Key: "bdl-8", Severity: "error", Expression: "true"}}}
	if _, err := table.keys(structureDefinition{ID: "Bundle"}, row); err == nil {
		t.Error("keys(bdl-8 with another expression) error = nil, want one")
	}
	if _, err := table.table(); err == nil {
		t.Error("table() without the constraints that have errata: error = nil, want one")
	}
}

func TestStructure_UnknownMember(t *testing.T) {
	var s structureDefinition
	s.Snapshot.Element = make([]elementDefinition, 1)
	raw := `{"id":"Thing.x","path":"Thing.x","min":0,"max":"1","base":{"max":"1"},"fixedBoolean":true}`
	if err := s.Snapshot.Element[0].UnmarshalJSON([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	var text table
	if err := writeStructure(&text, newConstraintTable(), s); err == nil || !strings.Contains(err.Error(), "fixedBoolean") {
		t.Errorf("writeStructure(a row with fixedBoolean) error = %v, want one that names it", err)
	}
}
