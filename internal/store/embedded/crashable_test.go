package embedded_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// crashableMem is a file system in memory of which CrashClone gives what a crash would leave, also while a
// store writes to it.
type crashableMem struct{ *vfs.MemFS }

func newCrashableMem() crashableMem { return crashableMem{vfs.NewCrashableMem()} }

// ReuseForWrite takes the lock against clones once for each step. Pebble's own holds it over both and takes
// it again in the first, and so waits for ever when a clone is asked for in between.
func (m crashableMem) ReuseForWrite(oldName, newName string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := m.Rename(oldName, newName); err != nil {
		return nil, err
	}
	return m.OpenReadWrite(newName, category)
}

// TestCrashableMem clones while a file is used again and again, as Pebble does with its logs.
func TestCrashableMem(t *testing.T) {
	fs := newCrashableMem()
	f, err := fs.Create("0", vfs.WriteCategoryUnspecified)
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		names := [2]string{"0", "1"}
		for n := range 20_000 {
			f, err := fs.ReuseForWrite(names[n%2], names[1-n%2], vfs.WriteCategoryUnspecified)
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for late := time.After(30 * time.Second); ; {
		cloned := make(chan struct{})
		go func() { fs.CrashClone(vfs.CrashCloneCfg{}); close(cloned) }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		case <-cloned:
		case <-late:
			t.Fatal("a clone and a file that is used again wait for each other")
		}
	}
}
