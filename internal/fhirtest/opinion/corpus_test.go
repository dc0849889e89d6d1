package opinion_test

import (
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
	"hearken/internal/fhirtest/mutant"
)

// sample is one resource to judge.
type sample struct {
	name   string // "Patient/Patient-example.json" or, of a mutant, "Patient/Patient-example.json 3 delete .name[0]"
	source []byte
}

// greatest is how large an example may be to be mutated: more of it would be the same again, slowly.
const greatest = 40_000

// eachSample calls judge with each of HL7's examples and some mutants of each that is not very large, the
// same with each run.
func eachSample(t testing.TB, mutants int, judge func(sample)) {
	t.Helper()
	root := fhirtest.SharedData(t, "examples")
	err := filepath.WalkDir(root, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(file) != ".json" {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(file, root)), "/")
		judge(sample{name, source})
		if len(source) > greatest {
			return nil
		}
		drawn, err := mutant.Draw(rand.New(rand.NewPCG(4, uint64(len(source)))), source, mutants)
		for i, m := range drawn {
			judge(sample{name + " " + string(rune('a'+i)) + " " + m.String(), m.Source})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
