package embedded_test

import (
	"os"
	"path/filepath"
	"testing"

	"hearken/internal/store/embedded"
)

// Other users of the machine cannot look into a store, whoever made its folder.
func TestOpen_Private(t *testing.T) {
	for name, made := range map[string]os.FileMode{"made by the store": 0, "open to all": 0o755, "for a group": 0o750, "nobody else's": 0o700} {
		dir := filepath.Join(t.TempDir(), "above", "data")
		want := os.FileMode(0o700)
		if made != 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(dir, made); err != nil {
				t.Fatal(err)
			}
			want = made &^ 0o007
		}
		s, err := embedded.Open(dir, embedded.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: the folder is %v after Open, want %v", name, info.Mode().Perm(), want)
		}
	}
}
