package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/backup"
)

var files = fstest.MapFS{
	"000001.sst": {Data: bytes.Repeat([]byte("resource "), 500)},
	"MANIFEST":   {Data: []byte("names")},
	"empty":      {Data: nil},
}

var manifest = backup.Manifest{Engine: "embedded", Program: "1.0", Time: time.Date(2026, 11, 29, 3, 12, 0, 0, time.UTC), Head: "head\n"}

func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := backup.Write(context.Background(), &b, files, manifest); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t *testing.T, stream []byte) (map[string]string, backup.Manifest, error) {
	t.Helper()
	folder := t.TempDir()
	m, err := backup.Read(context.Background(), bytes.NewReader(stream), folder)
	got := map[string]string{}
	entries, listing := os.ReadDir(folder)
	if listing != nil {
		t.Fatal(listing)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[entry.Name()] = string(content)
	}
	return got, m, err
}

func TestRead(t *testing.T) {
	got, m, err := read(t, written(t))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for name, f := range files {
		want[name] = string(f.Data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the files (-want +got):\n%s", diff)
	}
	wantManifest := manifest
	wantManifest.Form = 1
	if diff := cmp.Diff(wantManifest, m); diff != "" {
		t.Errorf("the manifest (-want +got):\n%s", diff)
	}
}

// A stream cut short anywhere, or with another byte in a file, is no backup.
func TestRead_Damaged(t *testing.T) {
	whole := written(t)
	end := bytes.Index(whole, []byte("digests.json"))
	for cut := 0; cut < end; cut += 61 {
		if _, _, err := read(t, whole[:cut]); err == nil {
			t.Errorf("cut to %d of %d bytes it is taken for whole", cut, len(whole))
		}
	}
	changed := bytes.Replace(whole, []byte("resource resource"), []byte("resource Resource"), 1)
	if _, _, err := read(t, changed); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("with a byte changed: %v", err)
	}
	newer := bytes.Replace(whole, []byte(`"form":1`), []byte(`"form":9`), 1)
	if _, _, err := read(t, newer); !errors.Is(err, backup.ErrNewer) {
		t.Errorf("of a later version: %v", err)
	}
}

// A backup that somebody made up puts nothing outside of the folder.
func TestRead_Hostile(t *testing.T) {
	for _, name := range []string{"files/../x", "files//etc/x", "files/..", "other/x", "files/a/b"} {
		var stream bytes.Buffer
		w := tar.NewWriter(&stream)
		for _, entry := range []struct{ name, content string }{{"manifest.json", `{"form":1,"time":"2026-11-29T03:12:00Z"}`}, {name, "x"}, {"digests.json", "{}"}} {
			if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: entry.name, Size: int64(len(entry.content)), Mode: 0o600}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(entry.content)); err != nil {
				t.Fatal(err)
			}
		}
		above := t.TempDir()
		folder := filepath.Join(above, "in")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Read(context.Background(), &stream, folder); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(above); len(left) != 1 {
			t.Errorf("%s: %v", name, left)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := backup.Write(context.Background(), &b, files, manifest); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, stream []byte) {
		_, _ = backup.Read(context.Background(), bytes.NewReader(stream), t.TempDir())
	})
}
