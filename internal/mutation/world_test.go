package mutation

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/fhirtest"
)

// world is the tree with all mutants in it, and the test binaries of it.
type world struct {
	root, folder string
	sources      []*source
	replace      map[string]string
	cost         atomic.Int64 // of processors, in nanoseconds, by what was run
}

// newWorld writes the code with all mutants of some files beside the tree.
func newWorld(t *testing.T, patterns []string) *world {
	t.Helper()
	w := &world{root: fhirtest.ModuleRoot(t), folder: t.TempDir(), replace: map[string]string{}}
	template, err := os.ReadFile("testdata/taken.go")
	if err != nil {
		t.Fatal(err)
	}
	checks := 0
	for _, name := range mutatedFiles(t, patterns) {
		s := readSource(t, filepath.Join(w.root, name), checks)
		s.pkg = filepath.Dir(name)
		checks += len(s.checks)
		w.sources = append(w.sources, s)
		w.put(t, name, s.mutable(t))
		w.put(t, filepath.Join(s.pkg, "mutant_taken.go"), regexp.MustCompile(`(?m)^package \w+`).ReplaceAll(template, []byte("package "+s.tree.Name.Name)))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": w.replace})
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, "overlay.json", overlay)
	return w
}

// put has a file of the tree be another.
func (w *world) put(t *testing.T, name string, content []byte) {
	t.Helper()
	file := filepath.Join(w.folder, strings.ReplaceAll(name, "/", "_"))
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	w.replace[filepath.Join(w.root, name)] = file
}

// mutatedFiles are the files that patterns name, from the root.
func mutatedFiles(t *testing.T, patterns []string) (names []string) {
	t.Helper()
	root := fhirtest.ModuleRoot(t)
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		for _, file := range found {
			if name, err := filepath.Rel(root, file); err == nil && !strings.HasSuffix(name, "_test.go") {
				names = append(names, name)
			}
		}
	}
	return names
}

// compile makes the test binary of a package.
func (w *world) compile(pkg string) (binary string, err error) {
	binary = filepath.Join(w.folder, strings.ReplaceAll(pkg, "/", "_")+".test")
	command := exec.Command("go", "test", "-c", "-vet=off", "-o", binary, "-overlay", filepath.Join(w.folder, "overlay.json"), "./"+pkg)
	command.Dir = w.root
	if out, err := w.run(command); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
}

// run runs something, and counts what it costs.
func (w *world) run(command *exec.Cmd) ([]byte, error) {
	out, err := command.CombinedOutput()
	w.cost.Add(int64(cost(command)))
	return out, err
}

// cost is the time of processors that something took which has ended, 0 for what was not even begun.
func cost(command *exec.Cmd) time.Duration {
	if command.ProcessState == nil {
		return 0
	}
	return command.ProcessState.UserTime() + command.ProcessState.SystemTime()
}
