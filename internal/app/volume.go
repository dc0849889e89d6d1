package app

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// encryptedFileSystems encrypt what is in them by themselves.
var encryptedFileSystems = []string{"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"}

// isEncrypted reports whether it can be told that what is in a folder is encrypted on its volume. root is the
// machine's file system: of Linux, /proc tells which volume a folder is on, and /sys which volumes are made
// by dm-crypt, or stand on such. It cannot see what the disk itself, or a cloud, encrypts: false is not
// known, not no.
func isEncrypted(root fs.FS, folder string) bool {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	mounts, err := fs.ReadFile(root, "proc/self/mountinfo")
	if err != nil {
		return false
	}
	device, kind := mountOf(string(mounts), filepath.ToSlash(folder))
	for _, one := range encryptedFileSystems {
		if kind == one {
			return true
		}
	}
	return device != "" && standsOnCrypt(root, path.Join("sys/dev/block", device), 0)
}

// mountOf finds the mount a folder is on: its device as "major:minor" and the kind of its file system
// (proc(5), mountinfo).
func mountOf(mounts, folder string) (device, kind string) {
	longest := -1
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		_, after, found := strings.Cut(line, " - ")
		described := strings.Fields(after)
		if len(fields) < 5 || !found || len(described) == 0 {
			continue
		}
		point := strings.TrimSuffix(fields[4], "/")
		if (folder == point || strings.HasPrefix(folder, point+"/")) && len(point) >= longest {
			longest, device, kind = len(point), fields[2], described[0]
		}
	}
	return device, kind
}

// deepest is how many volumes may stand on one another: a file system, on LVM, on RAID, on dm-crypt.
const deepest = 8

// standsOnCrypt reports whether a block device is dm-crypt's, or all of it stands on such.
func standsOnCrypt(root fs.FS, device string, depth int) bool {
	if id, err := fs.ReadFile(root, path.Join(device, "dm/uuid")); err == nil && strings.HasPrefix(string(id), "CRYPT-") {
		return true
	}
	below, err := fs.ReadDir(root, path.Join(device, "slaves"))
	if err != nil || len(below) == 0 || depth == deepest {
		return false
	}
	for _, one := range below {
		if !standsOnCrypt(root, path.Join(device, "slaves", one.Name()), depth+1) {
			return false
		}
	}
	return true
}
