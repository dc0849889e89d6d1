package embedded

import (
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// othersMay are the permissions of users who are neither the owner nor of the group.
const othersMay = 0o007

// keepPrivate makes a store's folder one that other users of the machine cannot look into, also when it was
// there before: what its files permit is then no matter. The group keeps what it was given, for backups under
// another user. A folder that is not ours to change is used as it is, and said. Only the operating system's
// own file system has permissions.
func (s *Store) keepPrivate(dir string) error {
	if s.options.FS != vfs.Default {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&othersMay == 0 {
		return err
	}
	if err := os.Chmod(dir, info.Mode().Perm()&^othersMay); err != nil {
		s.options.Logger.Warn("every user of this machine can look into the data folder, and it cannot be changed", "error", err)
	}
	return nil
}
