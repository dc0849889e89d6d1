package mutation

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// mutated are the files whose checks decide who sees and writes what.
var mutated = []string{
	"internal/access/*.go",
	"internal/interaction/guard*.go", "internal/interaction/permission.go", "internal/interaction/blind.go", "internal/interaction/redact.go",
	"internal/interaction/withholding.go", "internal/interaction/keep_*.go", "internal/interaction/caller*.go", "internal/interaction/facts.go",
	"internal/interaction/labelling*.go", "internal/interaction/security_context.go", "internal/interaction/apart.go", "internal/interaction/plane.go", "internal/interaction/sharing.go",
	"internal/interaction/waiting.go", "internal/interaction/confirm_sharing.go", "internal/interaction/lift_restriction.go", "internal/interaction/hold_fact.go",
	"internal/interaction/staff_list*.go", "internal/interaction/affiliate.go", "internal/interaction/break_glass*.go", "internal/interaction/reveal*.go", "internal/interaction/access_log.go",
	"internal/interaction/oversight.go", "internal/interaction/agreement.go", "internal/interaction/patients.go",
}

// against are the stages: the next is reached by what the last has not noticed.
var against = []*stage{
	{pkg: "internal/access", tests: "."},
	{pkg: "internal/interaction", tests: "."},
}

// Without any one check a test fails, or testdata/spared.tsv says why none can.
func TestMutants(t *testing.T) {
	w := newWorld(t, cmp.Or(os.Getenv("HEARKEN_MUTANTS"), "internal/access"))
	spared, f := sparedChecks(t), &figures{of: map[string]*figure{}}
	allThere(t, spared, w.sources)
	t.Run("taken", func(t *testing.T) {
		for _, s := range w.sources {
			for _, c := range s.checks {
				t.Run(c.file+"/"+c.function+"/"+c.text, func(t *testing.T) {
					t.Parallel()
					f.add(c, w.take(t, c, spared[c.name()]))
				})
			}
		}
	})
	f.report(t, w.sources)
	t.Logf("%.0f s of processors", time.Duration(w.cost.Load()).Seconds())
}

// take takes one check out.
func (w *world) take(t *testing.T, c *check, reason string) (by string) {
	t.Helper()
	all := 0
	for _, s := range against {
		if err := s.ready(w); err != nil {
			t.Fatalf("%s: %v", s.pkg, err)
		}
		var reached int
		by, reached = s.notices(w, c.number)
		if all += reached; by != "" {
			t.Logf("noticed by %s: %s", s.pkg, by)
			break
		}
	}
	switch {
	case by == unnamed:
		t.Errorf("the tests ended without saying why")
	case by == "" && reason == "" && all == 0:
		t.Errorf("no test comes to where it makes a difference that it is gone: %s:%d", c.file, c.line)
	case by == "" && reason == "":
		t.Errorf("no test notices that it is gone, and to %d it makes a difference: %s:%d", all, c.file, c.line)
	case by != "" && reason != "":
		t.Errorf("%s says that no test notices, and one does: %s", sparedFile, by)
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
