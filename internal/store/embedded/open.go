package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"hearken/internal/store"
)

// engineName is what Capabilities call this engine.
const engineName = "embedded"

// Store is an open store. See package store for what it promises.
type Store struct {
	options   Options
	db        *pebble.DB
	hash      hasher
	fault     *fault
	catalogue atomic.Pointer[catalogue]

	calls   calls
	lock    chan struct{} // held by the one writer; capacity 1
	tip     tip           // guarded by lock
	pruned  int64         // guarded by lock: when undo records were last looked at
	durable durability
	states  states
	bitmaps *bitmapCache
	fresh   freshLog // guarded by lock
	indexer indexer
	space   space
	work    *background
	audit   *auditLog

	missingAfter time.Time // see MarkRestored; as it was at Open
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir, or makes one where dir is empty or absent. Errors are ErrFormat for what is not a
// store of Hearken's, ErrNewerFormat for one of a later version, and those of the file system. Only one process can
// have a directory open.
func Open(dir string, options Options) (*Store, error) {
	options = options.withDefaults()
	s := &Store{options: options, lock: make(chan struct{}, 1), fault: &fault{logger: options.Logger}}
	s.indexer.wanted, s.indexer.done = make(chan struct{}, 1), make(chan struct{})
	s.work = newBackground()
	s.fault.onFail = s.durable.wake
	s.durable.failed = s.fault.err
	s.bitmaps = newBitmapCache(options.BitmapKeep, options.Planner.Kept)
	s.space.fs, s.space.dir, s.space.reserve, s.space.ballast = options.FS, dir, options.Reserve, options.Ballast
	if err := s.openDirectory(dir); err != nil {
		return nil, fmt.Errorf("store/embedded.Open: %w", err)
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("store/embedded.Open: %w", errors.Join(err, s.db.Close()))
	}
	s.space.start(s)
	s.startIndexer()
	s.startBackfill()
	return s, nil
}

func (s *Store) openDirectory(dir string) error {
	exists, err := checkDirectory(s.options.FS, dir)
	if err != nil {
		return err
	}
	if err := s.keepPrivate(dir); err != nil {
		return err
	}
	cache := pebble.NewCache(s.options.CacheBytes)
	defer cache.Unref()
	s.db, err = pebble.Open(dir, s.pebbleOptions(cache))
	if err != nil && exists && isFormatFault(err) {
		return fmt.Errorf("%w: %w", store.ErrFormat, err)
	}
	return err
}

// checkDirectory refuses a directory that holds something, but no Pebble database: it is not ours to write into.
func checkDirectory(fs vfs.FS, dir string) (exists bool, err error) {
	if description, err := pebble.Peek(dir, fs); err == nil && description.Exists {
		return true, nil
	}
	names, err := fs.List(dir)
	if err != nil {
		return false, nil // not there yet
	}
	for _, name := range names {
		if name != "LOCK" && name != ballastName {
			return false, fmt.Errorf("%w: there is something else in it", store.ErrFormat)
		}
	}
	return false, nil
}

// isFormatFault tells damage and foreign data from faults of the file system. Pebble has no error value for a store
// with another comparer.
func isFormatFault(err error) bool {
	return pebble.IsCorruptionError(err) || strings.Contains(err.Error(), "comparer name")
}

func (s *Store) pebbleOptions(cache *pebble.Cache) *pebble.Options {
	o := &pebble.Options{
		FS: s.options.FS, Cache: cache, Comparer: comparer, Logger: s.fault,
		FormatMajorVersion:          pebble.FormatTableFormatV6,
		MemTableSize:                s.options.Memtable,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       1000,
		LBaseMaxBytes:               256 << 20,
		MaxOpenFiles:                1000,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
		EventListener:               &pebble.EventListener{BackgroundError: s.backgroundError},
	}
	for i := range o.Levels {
		o.Levels[i].BlockSize = 16 << 10
	}
	return o
}

// load reads what a store keeps in memory.
func (s *Store) load() error {
	if err := s.initialise(); err != nil {
		return err
	}
	if err := s.rebuild(); err != nil {
		return err
	}
	if err := s.register(s.options.Parameters); err != nil {
		return err
	}
	var err error
	if s.missingAfter, err = loadRestored(s.db); err != nil {
		return err
	}
	tip, err := loadTip(s.db)
	if err != nil {
		return err
	}
	s.tip = tip
	s.durable.commit = tip.commit
	if err := s.loadFresh(); err != nil {
		return err
	}
	s.bitmaps.start(s.fresh.mark.commit)
	s.states.publish(s.stateNow())
	return s.startAudit()
}

// Capabilities says that Updates are atomic, and what a restored store lacks.
func (s *Store) Capabilities() store.Capabilities {
	return store.Capabilities{Engine: engineName, Transactions: true, MissingAfter: s.missingAfter}
}

// Ready is nil, ErrClosed, ErrReadOnly, ErrFull or ErrScarce.
func (s *Store) Ready() error {
	if s.calls.isClosed() {
		return store.ErrClosed
	}
	err := s.writable()
	if errors.Is(err, store.ErrFull) && s.space.scarce.Load() {
		return store.ErrScarce
	}
	return err
}

// writable says why a write would be refused.
func (s *Store) writable() error {
	if err := s.fault.err(); err != nil {
		return err
	}
	if s.space.full.Load() {
		return store.ErrFull
	}
	return nil
}

// Close waits for running calls and background work and releases everything.
func (s *Store) Close() error {
	if !s.calls.close() {
		return store.ErrClosed
	}
	s.work.stop()
	s.audit.stop()
	err := s.flush()
	s.states.close()
	return errors.Join(err, s.db.Close())
}

// flush brings the index up to date and writes the memtable out, so that the next Open has nothing to index
// and no log to replay: that would take seconds after many writes. A store that may not write is left as it
// is; nothing is lost by that.
func (s *Store) flush() error {
	if s.writable() != nil {
		return nil
	}
	return errors.Join(s.indexAll(context.Background()), s.db.Flush())
}
