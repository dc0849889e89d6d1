package embedded

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// Options is what a store needs from outside. The zero value of each field means its default.
type Options struct {
	// Parameters are all search parameters of all types, hidden ones included. The order does not matter.
	Parameters []*query.Parameter
	// Extract indexes stored versions: for parameters that are new and for histories with a condition.
	// Without it a new parameter of a type that has documents stays building.
	Extract store.Extractor

	Now    func() time.Time // default time.Now
	Random io.Reader        // for the secret of a new store and the salts of audit records; default crypto/rand

	FS         vfs.FS        // default the operating system's
	CacheBytes int64         // blocks kept in memory; default 64 MiB
	BitmapKeep int64         // bytes of posting bitmaps kept in memory; default 32 MiB
	Memtable   uint64        // bytes of a memtable; default 16 MiB
	Fresh      int           // keys that the index does not have yet when it is brought up to date; default 24576
	FreshFor   time.Duration // how long it may be behind when there are fewer; default 1 second
	CursorLife time.Duration // how long a page cursor lives after the next write; default 15 minutes
	Reserve    uint64        // bytes of free space below which writes are refused; default 256 MiB; 1 turns it off
	Ballast    int64         // size of the file that is given up when space runs out; default 64 MiB; below 0 none
	SpacePoll  time.Duration // how often free space is looked at; default 1 second
	Logger     *slog.Logger  // default slog.Default
	Planner    Planner
}

// Planner is where searches change from one way to another. The defaults are measured; tests set small numbers
// to send few documents along the ways of many.
type Planner struct {
	Few     int    // documents looked at one by one rather than as bitmaps, and sorted by their values; default 512
	Targets int    // targets above which all references of a parameter are walked; default 4096
	Kept    uint64 // documents above which a posting bitmap is kept in memory; default 4096
}

func (o Options) withDefaults() Options {
	setDefault(&o.Now, o.Now == nil, time.Now)
	setDefault(&o.Random, o.Random == nil, rand.Reader)
	setDefault(&o.FS, o.FS == nil, vfs.Default)
	setDefault(&o.CacheBytes, o.CacheBytes == 0, 64<<20)
	setDefault(&o.BitmapKeep, o.BitmapKeep == 0, 32<<20)
	setDefault(&o.Memtable, o.Memtable == 0, 16<<20)
	setDefault(&o.Fresh, o.Fresh == 0, 24<<10)
	setDefault(&o.FreshFor, o.FreshFor == 0, time.Second)
	setDefault(&o.CursorLife, o.CursorLife == 0, 15*time.Minute)
	setDefault(&o.Reserve, o.Reserve == 0, 256<<20)
	setDefault(&o.Ballast, o.Ballast == 0, 64<<20)
	setDefault(&o.SpacePoll, o.SpacePoll == 0, time.Second)
	setDefault(&o.Planner.Few, o.Planner.Few == 0, 512)
	setDefault(&o.Planner.Targets, o.Planner.Targets == 0, 4096)
	setDefault(&o.Planner.Kept, o.Planner.Kept == 0, 4096)
	setDefault(&o.Logger, o.Logger == nil, slog.Default())
	return o
}

func setDefault[T any](field *T, unset bool, value T) {
	if unset {
		*field = value
	}
}
