package embedded

import (
	"context"
	"errors"
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// ballastName is a file of no content worth keeping: giving it up leaves the engine room to write its way
// out of a full disk.
const ballastName = "BALLAST"

// space watches how much of the volume is free. Pebble blocks when a write finds no room, so writes are refused
// while there is still some.
type space struct {
	full    atomic.Bool // ordinary writes are refused
	scarce  atomic.Bool // the log has used up half of its reserve: what need not be answered is better not
	used    atomic.Bool // what is left of the reserve is nobody's: the audit log is refused too
	fs      vfs.FS
	dir     string
	reserve uint64
	ballast int64
}

// The audit log goes on when ordinary writes are refused: whoever cannot be recorded is shown nothing, and a
// plan must still be found on a full disk. It may use the reserve and the ballast but for this part of the
// reserve, which Pebble needs to work its way out.
const reserveLeft = 8

// start looks at the space once and then regularly. With a reserve of 1 byte or less it does nothing.
func (sp *space) start(s *Store) {
	if sp.reserve <= 1 {
		return
	}
	sp.look(s)
	s.work.every(s.options.SpacePoll, nil, func(context.Context) { sp.look(s) })
}

// look compares free space with the reserve. Under half of it the ballast is given up, above twice as much it
// is made again.
func (sp *space) look(s *Store) {
	usage, err := sp.fs.GetDiskUsage(sp.dir)
	if err != nil {
		return // not every file system can tell; what it does on a full disk is then Pebble's to report
	}
	free := usage.AvailBytes
	full := free < sp.reserve
	sp.scarce.Store(free < sp.reserve/2)
	sp.used.Store(free < sp.reserve/reserveLeft)
	if sp.full.Swap(full) != full {
		s.options.Logger.Warn("free space of the store's volume", "free", free, "reserve", sp.reserve, "full", full)
	}
	ballast := sp.ballastFile()
	_, err = sp.fs.Stat(ballast)
	switch {
	case err == nil && free < sp.reserve/2:
		_ = sp.fs.Remove(ballast)
	case err != nil && sp.ballast > 0 && free > 2*sp.reserve+uint64(sp.ballast):
		if err := sp.fill(ballast); err != nil {
			_ = sp.fs.Remove(ballast)
		}
	}
}

func (sp *space) ballastFile() string { return sp.fs.PathJoin(sp.dir, ballastName) }

// fill writes the ballast in full, so that its blocks are really taken.
func (sp *space) fill(name string) (err error) {
	file, err := sp.fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Preallocate(0, sp.ballast); err == nil {
		return nil
	}
	block := make([]byte, 1<<20)
	for left := sp.ballast; left > 0; left -= int64(len(block)) {
		if _, err := file.Write(block[:min(left, int64(len(block)))]); err != nil {
			return err
		}
	}
	return nil
}

// backgroundError is told by Pebble what went wrong in a flush or a compaction. Running out of space is what
// the reserve is for, and passes; anything else ends writing. It may be while the store is being opened,
// which goes on when there is room: by the ballast, or by somebody who is told.
func (s *Store) backgroundError(err error) {
	if errors.Is(err, syscall.ENOSPC) {
		if !s.space.used.Load() {
			s.options.Logger.Error("no space is left on the store's volume, not even to put in order what was written: make room, and it goes on")
			_ = s.space.fs.Remove(s.space.ballastFile())
		}
		s.space.full.Store(true)
		s.space.scarce.Store(true)
		s.space.used.Store(true)
		return
	}
	s.fault.fail(err)
}
