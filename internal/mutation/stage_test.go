package mutation

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// stage is the tests of a package, of which one must fail without a check.
type stage struct {
	pkg, skip string // skip is a pattern of those that it does without, "" for none

	once   sync.Once
	binary string
	known  []test // the cheapest first
	broken error  // the tests fail with every check in its place: what fails anyway notices nothing
}

// test is what is known of a test from running it alone, with every check in its place.
type test struct {
	name    string
	cost    time.Duration // of processors
	matters map[int]bool  // the mutants that would have decided something otherwise in it: no other can make a difference to it
}

// ready compiles the tests, and runs each alone.
func (s *stage) ready(w *world) error {
	s.once.Do(func() {
		if s.binary, s.broken = w.compile(s.pkg); s.broken != nil {
			return
		}
		var names []string
		if names, s.broken = s.list(w); s.broken != nil {
			return
		}
		s.known = make([]test, len(names))
		errs, group, places := make([]error, len(names)), sync.WaitGroup{}, make(chan struct{}, runtime.GOMAXPROCS(0))
		for i, name := range names {
			group.Go(func() {
				places <- struct{}{}
				s.known[i], errs[i] = s.know(w, name)
				<-places
			})
		}
		group.Wait()
		for _, err := range errs {
			if s.broken == nil {
				s.broken = err
			}
		}
		slices.SortFunc(s.known, func(a, b test) int { return cmp.Compare(a.cost, b.cost) })
	})
	return s.broken
}

// list is the names of the tests.
func (s *stage) list(w *world) (names []string, err error) {
	out, err := w.run(s.command(w, "-test.list", cmp.Or(os.Getenv("HEARKEN_MUTANTS_TESTS"), ".")))
	skip := regexp.MustCompile(cmp.Or(s.skip, "^$"))
	for name := range strings.Lines(string(out)) {
		if name = strings.TrimSpace(name); !strings.HasPrefix(name, "Benchmark") && !skip.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, err
}

// know runs one test.
func (s *stage) know(w *world, name string) (test, error) {
	known := test{name: name, matters: map[int]bool{}}
	notes := filepath.Join(w.folder, filepath.Base(s.pkg)+"_"+name)
	if err := os.WriteFile(notes, nil, 0o600); err != nil {
		return known, err
	}
	command := s.command(w, "-test.run", only(known))
	command.Env = append(command.Env, "HEARKEN_MUTANTS_MATTER="+notes)
	if out, err := w.run(command); err != nil {
		return known, fmt.Errorf("%s fails with every check in its place: %w: %s", name, err, out)
	}
	known.cost = cost(command)
	numbers, err := os.ReadFile(notes)
	for line := range strings.Lines(string(numbers)) {
		number, _ := strconv.Atoi(strings.TrimSpace(line))
		known.matters[number] = true
	}
	return known, err
}

// only is the pattern of some tests.
func only(tests ...test) string {
	names := make([]string, len(tests))
	for i := range tests {
		names[i] = tests[i].name
	}
	return "^(" + strings.Join(names, "|") + ")$"
}

func (s *stage) command(w *world, arguments ...string) *exec.Cmd {
	command := exec.Command(s.binary, arguments...)
	command.Dir = filepath.Join(w.root, s.pkg)
	command.Env = append(os.Environ(), "GOGC=400") // there is memory, and less to do
	return command
}

// atOnce is how many tests the first process of a mutant runs. Each next one runs twice as many: starting one
// costs more than most tests.
const atOnce = 4

// notices runs the tests that a mutant makes a difference to until one fails, the cheapest first and no more
// than so many, and says which; "" for none. reached is how many there are.
func (s *stage) notices(w *world, mutant, most int) (by string, reached int) {
	var tests []test
	for i := range s.known {
		if s.known[i].matters[mutant] {
			tests = append(tests, s.known[i])
		}
	}
	reached, tests = len(tests), tests[:min(most, len(tests))]
	for size := atOnce; len(tests) > 0; size *= 2 {
		now := tests[:min(size, len(tests))]
		tests = tests[len(now):]
		if by := s.fails(w, mutant, now); by != "" {
			return by, reached
		}
	}
	return "", reached
}

// patience is how long a test that takes no time may take: more is given by what it costs. It ends mutants
// that go on for ever, and nothing else on any machine that could run the tests at all.
const patience = 2 * time.Minute

// fails runs tests as a mutant, and says which failed, or how the process ended.
func (s *stage) fails(w *world, mutant int, tests []test) string {
	limit := patience
	for i := range tests {
		limit += 20 * tests[i].cost
	}
	command := s.command(w, "-test.failfast", "-test.timeout", limit.String(), "-test.run", only(tests...))
	command.Env = append(command.Env, "HEARKEN_MUTANT="+strconv.Itoa(mutant))
	out, err := w.run(command)
	switch {
	case err == nil:
		return ""
	case bytes.Contains(out, []byte("panic: test timed out")):
		return hung
	}
	return firstFailure(out)
}

// hung is how a mutant is noticed by a test that never ends.
const hung = "hung"

// unnamed is a process that ended without a word, as of one that could not be started: that says nothing of a mutant.
const unnamed = "no test by name"

// firstFailure is the name of a test that failed, or how the process ended.
func firstFailure(out []byte) string {
	for line := range bytes.Lines(out) {
		for _, start := range []string{"--- FAIL: ", "panic: ", "fatal error: "} {
			if rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(start)); ok {
				return start + string(rest)
			}
		}
	}
	return unnamed
}
