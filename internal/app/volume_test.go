package app

import (
	"testing"
	"testing/fstest"
)

func TestIsEncrypted(t *testing.T) {
	const mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" +
		"30 22 253:1 / /srv rw - ext4 /dev/mapper/vg-srv rw\n" +
		"31 22 253:3 / /half rw - btrfs /dev/mapper/md rw\n" +
		"32 22 0:45 / /vault rw - fuse.gocryptfs gocryptfs rw\n" +
		"33 22 253:9 / /luks rw master:1 - xfs /dev/mapper/luks rw\n" +
		"a line that is nothing\n"
	crypt, plain := &fstest.MapFile{Data: []byte("CRYPT-LUKS2-0123-luks\n")}, &fstest.MapFile{Data: []byte("LVM-0123\n")}
	root := fstest.MapFS{
		"proc/self/mountinfo":                       {Data: []byte(mounts)},
		"sys/dev/block/253:9/dm/uuid":               crypt,
		"sys/dev/block/253:1/dm/uuid":               plain,
		"sys/dev/block/253:1/slaves/dm-0/dm/uuid":   crypt,
		"sys/dev/block/253:3/slaves/dm-0/dm/uuid":   crypt,
		"sys/dev/block/253:3/slaves/sdb1/partition": {Data: []byte("1")},
		"sys/dev/block/8:1/partition":               {Data: []byte("1")},
	}
	for folder, want := range map[string]bool{
		"/luks/data": true, "/luks": true, "/srv/hearken": true, "/vault/data": true,
		"/half/data": false, "/var/data": false, "/luksury": false, "/srv2": false,
	} {
		if got := isEncrypted(root, folder); got != want {
			t.Errorf("isEncrypted(%s) = %v, want %v", folder, got, want)
		}
	}
	if isEncrypted(fstest.MapFS{}, "/luks/data") {
		t.Error("a machine that tells nothing is taken for one that encrypts")
	}
}
