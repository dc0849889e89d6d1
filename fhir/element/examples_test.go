package element_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// exampleFiles lists the official example instances by path below the examples folder.
func exampleFiles(t testing.TB) map[string][]byte {
	t.Helper()
	root := fhirtest.SharedData(t, "examples")
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestParse_Examples(t *testing.T) {
	set := r4.Definitions()
	files := exampleFiles(t)
	for name, source := range files {
		_, outcome := element.Parse(set, source, element.DefaultLimits())
		for _, issue := range outcome {
			t.Errorf("Parse(%s) = %+v, want no fault", name, issue)
		}
	}
	t.Logf("%d examples", len(files))
}
