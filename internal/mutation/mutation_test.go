package mutation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hearken/internal/fhirtest"
)

// mutated are the files whose checks decide who sees and writes what.
var mutated = []string{
	"internal/access/*.go", "internal/interaction/guard.go", "internal/interaction/guarded_reader.go", "internal/interaction/guarded_deleted.go",
	"internal/interaction/guarded_tx.go", "internal/interaction/permission.go",
}

// stage is tests of a package that must fail without a check.
type stage struct {
	pkg, tests string
	once       sync.Once
	broken     string // what the tests say with every check in its place, when they fail
}

// against are the stages, the quickest first: the next is reached by what the last has not noticed.
var against = []*stage{
	{pkg: "internal/access", tests: "."},
	{pkg: "internal/interaction", tests: "TestGuard|TestAnswersCalls"},
	{pkg: "internal/interaction", tests: "."},
	{pkg: "internal/app", tests: "TestMatrix|TestLogin_|TestSharing"},
}

// takenVariable says to a test binary which mutant it is.
const takenVariable = "HEARKEN_MUTANT_TAKEN"

const sparedFile = "testdata/spared.tsv"

// Without any one check a test fails, or testdata/spared.tsv says why none can.
func TestMutants(t *testing.T) {
	below := "internal/access"
	if wanted := os.Getenv("HEARKEN_MUTANTS"); wanted != "" {
		below = strings.TrimPrefix(wanted, "1")
	}
	w := newWorld(t, below)
	spared := sparedChecks(t)
	t.Run("taken", func(t *testing.T) {
		for _, s := range w.sources {
			for _, c := range s.checks {
				t.Run(c.file+"/"+c.function+"/"+c.text, func(t *testing.T) {
					t.Parallel()
					w.take(t, c, spared[c.name()])
				})
			}
		}
	})
	for name := range spared {
		if below == "" && !w.known(name) {
			t.Errorf("%s has a row for a check that is not there: %s", sparedFile, name)
		}
	}
	w.report(t)
}

// world is the tree with all mutants in it, and the test binaries.
type world struct {
	root, folder string
	sources      []*source

	mu      sync.Mutex
	figures map[string]*figure // by file
}

// figure is what came of the mutants of a file.
type figure struct{ taken, noticed, spared int }

// newWorld writes the code with all mutants of the files below a folder in it beside the tree.
func newWorld(t *testing.T, below string) *world {
	t.Helper()
	w := &world{root: fhirtest.ModuleRoot(t), folder: t.TempDir(), figures: map[string]*figure{}}
	replace, checks := map[string]string{}, 0
	put := func(name string, content []byte) {
		file := filepath.Join(w.folder, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(w.root, name)] = file
	}
	for _, name := range mutatedFiles(t, w.root, below) {
		s := readSource(t, filepath.Join(w.root, name), checks)
		checks += len(s.checks)
		w.sources = append(w.sources, s)
		put(name, s.mutable(t))
		put(filepath.Join(filepath.Dir(name), "mutant_taken.go"), switchOf(s.tree.Name.Name))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	put("overlay.json", overlay)
	return w
}

// mutatedFiles are the files below a folder that mutated names, from the root.
func mutatedFiles(t *testing.T, root, below string) (names []string) {
	t.Helper()
	for _, pattern := range mutated {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		for _, file := range found {
			if name, err := filepath.Rel(root, file); err == nil && strings.HasPrefix(name, below) && !strings.HasSuffix(name, "_test.go") {
				names = append(names, name)
			}
		}
	}
	return names
}

func (w *world) binary(s *stage) string {
	return filepath.Join(w.folder, filepath.Base(s.pkg)+".test")
}

// ready compiles the tests of a stage, and sees that they pass with every check in its place: what fails anyway notices nothing.
func (w *world) ready(s *stage) {
	var out []byte
	_, err := os.Stat(w.binary(s))
	if err != nil { // no stage before has compiled it
		command := exec.Command("go", "test", "-c", "-vet=off", "-o", w.binary(s), "-overlay", filepath.Join(w.folder, "overlay.json"), "./"+s.pkg)
		command.Dir = w.root
		out, err = command.CombinedOutput()
	}
	if err == nil {
		out, err = w.run(s, 0)
	}
	if err != nil {
		s.broken = fmt.Sprintf("%v: %s", err, out)
	}
}

// run runs the tests of a stage as a mutant. No mutant has the number 0.
func (w *world) run(s *stage, number int) ([]byte, error) {
	command := exec.Command(w.binary(s), "-test.failfast", "-test.timeout=5m", "-test.run", s.tests)
	command.Dir = filepath.Join(w.root, s.pkg)
	command.Env = append(os.Environ(), takenVariable+"="+strconv.Itoa(number))
	return command.CombinedOutput()
}

// take takes one check out.
func (w *world) take(t *testing.T, c *check, reason string) {
	t.Helper()
	by := w.noticedBy(t, c.number)
	switch {
	case by == "" && reason == "":
		t.Errorf("no test notices that it is gone: %s:%d", c.file, c.line)
	case by != "" && reason != "":
		t.Errorf("%s says that no test notices, and those of %s do", sparedFile, by)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.figures[c.file]
	if f == nil {
		f = new(figure)
		w.figures[c.file] = f
	}
	f.taken++
	if by != "" {
		f.noticed++
	} else if reason != "" {
		f.spared++
	}
}

// noticedBy is the package whose tests fail with a mutant, "" for none.
func (w *world) noticedBy(t *testing.T, number int) string {
	t.Helper()
	for _, s := range against {
		s.once.Do(func() { w.ready(s) })
		if s.broken != "" {
			t.Fatalf("the tests of %s fail with every check in its place: %s", s.pkg, s.broken)
		}
		if out, err := w.run(s, number); err != nil {
			t.Logf("noticed by %s: %s", s.pkg, firstFailure(out))
			return s.pkg
		}
	}
	return ""
}

// firstFailure is the name of a test that failed, or how the process ended.
func firstFailure(out []byte) string {
	for line := range bytes.Lines(out) {
		for _, start := range []string{"--- FAIL: ", "panic: ", "fatal error: "} {
			if rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(start)); ok {
				return start + string(rest)
			}
		}
	}
	return "no test by name"
}

func (w *world) known(name string) bool {
	for _, s := range w.sources {
		for _, c := range s.checks {
			if c.name() == name {
				return true
			}
		}
	}
	return false
}

// report says what came of each file.
func (w *world) report(t *testing.T) {
	t.Helper()
	var all figure
	for _, s := range w.sources {
		if f := w.figures[filepath.Base(s.path)]; f != nil {
			t.Logf("%-20s %3d taken out, %3d noticed by a test, %2d spared with a reason", filepath.Base(s.path), f.taken, f.noticed, f.spared)
			all.taken, all.noticed, all.spared = all.taken+f.taken, all.noticed+f.noticed, all.spared+f.spared
		}
	}
	t.Logf("%-20s %3d taken out, %3d noticed by a test, %2d spared with a reason", "all", all.taken, all.noticed, all.spared)
}

// sparedChecks are the reasons for checks that no test misses, by their name.
func sparedChecks(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(sparedFile)
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 {
			t.Fatal(fmt.Errorf("a row is file, function, check, reason: %q", line))
		}
		reasons[strings.Join(cells[:3], "\t")] = cells[3]
	}
	return reasons
}
