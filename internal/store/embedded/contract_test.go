package embedded_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t, opener()) }

func TestDifferential(t *testing.T) { storetest.Differential(t, opener()) }

func TestAudit(t *testing.T) { storetest.Audit(t, opener()) }

// opener opens stores in memory. Some have thresholds so low that every plan for many documents is taken.
func opener() storetest.Open {
	fs := vfs.NewMem()
	return func(t testing.TB, place string, setup storetest.Setup) store.Store {
		t.Helper()
		planner := embedded.Planner{}
		if strings.HasSuffix(place, "1") || strings.HasSuffix(place, "3") || strings.HasSuffix(place, "5") {
			planner = embedded.Planner{Few: 2, Targets: 3, Kept: 1}
		}
		s, err := embedded.Open(fs.PathJoin("/", place), embedded.Options{
			FS: fs, Parameters: setup.Parameters, Extract: setup.Extract, Now: setup.Now, Planner: planner,
		})
		if err != nil {
			t.Fatalf("Open() = %v", err)
		}
		return s
	}
}
