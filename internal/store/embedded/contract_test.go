package embedded_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/internal/store"
	"hearken/internal/store/embedded"
	"hearken/internal/store/storetest"
)

func TestContract(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) { storetest.Run(t, opener(m.set)) })
	}
}

func TestDifferential(t *testing.T) { storetest.Differential(t, opener(nil)) }

func TestAudit(t *testing.T) { storetest.Audit(t, opener(modes[0].set)) }

// modes are how far the index is behind, which nobody may notice.
var modes = []struct {
	name string
	set  func(*embedded.Options)
}{
	{"indexed once in a while", func(*embedded.Options) {}},
	{"indexed at Close", func(o *embedded.Options) { o.Fresh, o.FreshFor = math.MaxInt32, time.Hour }},
	{"indexed at once", func(o *embedded.Options) { o.Fresh = 8 }}, // writers wait as soon as it is a document or two behind
}

// opener opens stores in memory. Some have thresholds so low that every plan for many documents is taken.
// Without a mode each place has one.
func opener(set func(*embedded.Options)) storetest.Open {
	fs := vfs.NewMem()
	return func(t testing.TB, place string, setup storetest.Setup) store.Store {
		t.Helper()
		o := embedded.Options{FS: fs, Parameters: setup.Parameters, Extract: setup.Extract, Now: setup.Now}
		if strings.HasSuffix(place, "1") || strings.HasSuffix(place, "3") || strings.HasSuffix(place, "5") {
			o.Planner = embedded.Planner{Few: 2, Targets: 3, Kept: 1}
		}
		mode := set
		if mode == nil {
			mode = modes[int(place[len(place)-1])%len(modes)].set
		}
		mode(&o)
		s, err := embedded.Open(fs.PathJoin("/", place), o)
		if err != nil {
			t.Fatalf("Open() = %v", err)
		}
		return s
	}
}
