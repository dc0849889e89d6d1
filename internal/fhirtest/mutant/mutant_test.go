package mutant_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest/mutant"
)

const source = `{"resourceType": "Patient", "id":"a", "active" : true, "name":[ {"family":"b","given":["c", "d"]} ], "multipleBirthInteger": 2,
 "link":[{"other":{"reference":"Patient/1"}, "type":"refer"}]}`

func drawn(t *testing.T, seed uint64, n int) []mutant.Mutant {
	t.Helper()
	mutants, err := mutant.Draw(rand.New(rand.NewPCG(seed, 0)), []byte(source), n)
	if err != nil {
		t.Fatal(err)
	}
	return mutants
}

// Each kind is drawn, only what is to be malformed is, and no mutant is its source or another.
func TestDraw(t *testing.T) {
	kinds, seen, malformed := map[string]int{}, map[string]bool{source: true}, 0
	for _, m := range drawn(t, 1, 600) {
		kinds[m.Kind]++
		if seen[string(m.Source)] {
			t.Errorf("%s makes what was there: %s", m, m.Source)
		}
		seen[string(m.Source)] = true
		if !json.Valid(m.Source) {
			malformed++
			if m.Kind != "break" && m.Kind != "retype" && m.Kind != "delete" && m.Kind != "move" {
				t.Errorf("%s makes what is not JSON: %s", m, m.Source)
			}
		}
	}
	for _, kind := range mutant.Kinds() {
		if kinds[kind] == 0 {
			t.Errorf("no mutant of the kind %s among %v", kind, kinds)
		}
	}
	if malformed > 60 {
		t.Errorf("%d of %d are not JSON, which tells little about FHIR", malformed, len(seen))
	}
}

func TestDraw_SameSeed(t *testing.T) {
	if diff := cmp.Diff(drawn(t, 7, 50), drawn(t, 7, 50)); diff != "" {
		t.Errorf("the same seed makes other mutants:\n%s", diff)
	}
	if cmp.Equal(drawn(t, 7, 50), drawn(t, 8, 50)) {
		t.Error("another seed makes the same mutants")
	}
}

func TestDraw_NoJSON(t *testing.T) {
	for _, text := range []string{"", "{", `{"a":}`, `{"a":1}{`} {
		if _, err := mutant.Draw(rand.New(rand.NewPCG(1, 1)), []byte(text), 1); err == nil {
			t.Errorf("Draw(%q): no error", text)
		}
	}
}
