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
	"internal/access/decide.go", "internal/access/label.go", "internal/access/withhold.go", "internal/access/plane.go", "internal/access/mark.go",
	"internal/access/record.go", "internal/access/caller.go", "internal/access/widen.go", "internal/access/agreement.go", "internal/access/breakglass.go", "internal/access/reveal.go", "internal/access/staff.go",
}

// against are the tests that must fail without a check, the quickest first, by package.
var against = []struct{ pkg, tests string }{
	{"internal/access", "."},
	{"internal/interaction", "TestGuard|TestAnswersCalls"},
	{"internal/interaction", "."},
	{"internal/app", "TestMatrix|TestLogin_|TestSharing"},
}

// takenVariable says to a test binary which mutant it is.
const takenVariable = "HEARKEN_MUTANT_TAKEN"

const sparedFile = "testdata/spared.tsv"

// Without any one check a test fails, or testdata/spared.tsv says why none can.
func TestMutants(t *testing.T) {
	if os.Getenv("HEARKEN_MUTANTS") == "" {
		t.Skip("SKIPPED, NOT PASSED: the tests are run once for each check that is taken out, which takes minutes; HEARKEN_MUTANTS=1 does it, as a step of .ci/run does")
	}
	w := build(t)
	if by := w.noticedBy(t, 0); by != "" {
		t.Fatalf("the tests of %s fail with every check in its place", by)
	}
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
		if !w.known(name) {
			t.Errorf("%s has a row for a check that is not there: %s", sparedFile, name)
		}
	}
	w.report(t)
}

// world is the test binaries with all mutants in them.
type world struct {
	root, folder string
	sources      []*source

	mu      sync.Mutex
	figures map[string]*figure // by file
}

// figure is what came of the mutants of a file.
type figure struct{ taken, noticed, spared int }

// build compiles the tests with all mutants in the code they are about.
func build(t *testing.T) *world {
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
	for _, name := range mutated {
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
	arguments := []string{"test", "-c", "-vet=off", "-o", w.folder + "/", "-overlay", filepath.Join(w.folder, "overlay.json")}
	for i, a := range against {
		if i == 0 || a.pkg != against[i-1].pkg {
			arguments = append(arguments, "./"+a.pkg)
		}
	}
	command := exec.Command("go", arguments...)
	command.Dir = w.root
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("the mutants do not compile: %v\n%s", err, out)
	}
	return w
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

// noticedBy is the package whose tests fail with a mutant, "" for none. No mutant has the number 0.
func (w *world) noticedBy(t *testing.T, number int) string {
	t.Helper()
	for _, a := range against {
		command := exec.Command(filepath.Join(w.folder, filepath.Base(a.pkg)+".test"), "-test.failfast", "-test.timeout=3m", "-test.run", a.tests)
		command.Dir = filepath.Join(w.root, a.pkg)
		command.Env = append(os.Environ(), takenVariable+"="+strconv.Itoa(number))
		out, err := command.CombinedOutput()
		if err == nil {
			continue
		}
		if number == 0 {
			t.Logf("%s", out)
		}
		t.Logf("noticed by %s: %s", a.pkg, firstFailure(out))
		return a.pkg
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
