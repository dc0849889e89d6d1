package mutation

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// The files whose checks decide who sees and writes what. HEARKEN_MUTANTS names others.
const (
	decision = "internal/access/*.go"
	guard    = "internal/interaction/guard*.go internal/interaction/permission.go"
)

// taken are the files that are taken: the decision in seconds, and by HEARKEN_MUTANTS=guard both.
func taken() []string {
	wanted := cmp.Or(os.Getenv("HEARKEN_MUTANTS"), decision)
	if wanted == "guard" {
		wanted = decision + " " + guard
	}
	return strings.Fields(wanted)
}

// against are the tests that are held against the mutants of a package: its own.
var against = map[string]*stage{
	"internal/access":      {pkg: "internal/access"},
	"internal/interaction": {pkg: "internal/interaction", skip: "Synthea|Large|Examples|NeverTwins|StatusMatrix|OrphanedClaims|TestTransaction_Failure"}, // of much at once, and who may see it is in the others
}

// Without any one check a test fails, or testdata/spared.tsv says why none can.
func TestMutants(t *testing.T) {
	w := newWorld(t, taken())
	spared, f := sparedChecks(t), &figures{of: map[string]*figure{}}
	allThere(t, spared, w.sources)
	t.Run("taken", func(t *testing.T) {
		for _, s := range w.sources {
			for _, c := range s.checks {
				t.Run(c.file+"/"+c.function+"/"+c.text, func(t *testing.T) {
					t.Parallel()
					f.add(c, w.take(t, s.pkg, c, spared[c.name()]))
				})
			}
		}
	})
	f.report(t, w.sources)
	t.Logf("%.0f s of processors", time.Duration(w.cost.Load()).Seconds())
}

// heldAgainst is how many tests a spared check is held against: all of them would run to their end for nothing.
const heldAgainst = 12

// take takes one check of a package out.
func (w *world) take(t *testing.T, pkg string, c *check, reason string) (by string) {
	t.Helper()
	tests := against[pkg]
	if tests == nil {
		t.Fatalf("there are no tests to hold against the mutants of %s", pkg)
	}
	if err := tests.ready(w); err != nil {
		t.Fatalf("%s: %v", pkg, err)
	}
	most := math.MaxInt
	if reason != "" {
		most = heldAgainst
	}
	by, reached := tests.notices(w, c.number, most)
	switch {
	case by == unnamed:
		t.Errorf("the tests ended without saying why")
	case by == "" && reason == "" && reached == 0:
		t.Errorf("no test comes to where it makes a difference that it is gone: %s:%d", c.file, c.line)
	case by == "" && reason == "":
		t.Errorf("no test notices that it is gone, and to %d it makes a difference: %s:%d", reached, c.file, c.line)
	case by != "" && reason != "":
		t.Errorf("%s says that no test notices, and one does: %s", sparedFile, by)
	case by != "":
		t.Logf("noticed: %s", by)
	}
	return by
}

// figures are what came of the mutants, by file.
type figures struct {
	mu sync.Mutex
	of map[string]*figure
}

type figure struct{ taken, noticed, hung int }

func (f *figures) add(c *check, by string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.of[c.file]
	if one == nil {
		one = &figure{}
		f.of[c.file] = one
	}
	one.taken++
	if by != "" {
		one.noticed++
	}
	if by == hung {
		one.hung++
	}
}

func (one *figure) String() string {
	words := fmt.Sprintf("%3d taken out, %3d noticed by a test", one.taken, one.noticed)
	if one.hung > 0 {
		words += fmt.Sprintf(" (%d of them never came to an end)", one.hung)
	}
	return words
}

// report says what came of each file.
func (f *figures) report(t *testing.T, sources []*source) {
	t.Helper()
	var all figure
	for _, s := range sources {
		if one := f.of[s.name()]; one != nil {
			t.Logf("%-22s %s", strings.TrimSuffix(s.name(), ".go"), one)
			all.taken, all.noticed, all.hung = all.taken+one.taken, all.noticed+one.noticed, all.hung+one.hung
		}
	}
	t.Logf("%-22s %s", "all", &all)
}
