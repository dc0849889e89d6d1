package fhirtest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"hearken/internal/fhirtest"
)

// recorder is a testing.TB whose Skipf and Fatalf are noted, and end the
// goroutine as the real ones do.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.skipped = true; panic(r) }
func (r *recorder) Fatalf(string, ...any) { r.failed = true; panic(r) }

func sharedData(r *recorder, elem ...string) (path string) {
	defer func() {
		if p := recover(); p != nil && p != r {
			panic(p)
		}
	}()
	return fhirtest.SharedData(r, elem...)
}

func TestModuleRoot(t *testing.T) {
	root := fhirtest.ModuleRoot(t)
	if _, err := os.Stat(filepath.Join(root, "internal", "fhirtest", "doc.go")); err != nil {
		t.Errorf("ModuleRoot() = %q, want the folder that holds internal/fhirtest: %v", root, err)
	}
	if _, file, _, _ := runtime.Caller(0); !filepath.IsAbs(file) {
		t.Skip("built with -trimpath: the root is then found from the working folder only")
	}
	t.Chdir(t.TempDir())
	if got := fhirtest.ModuleRoot(t); got != root {
		t.Errorf("ModuleRoot() from elsewhere = %q, want %q", got, root)
	}
}

func TestSharedData_Present(t *testing.T) {
	path := fhirtest.SharedData(t, "r4core", "counts.json")
	if !filepath.IsAbs(path) {
		t.Errorf("SharedData(r4core, counts.json) = %q, want an absolute path", path)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("SharedData(r4core, counts.json) = %q: %v", path, err)
	}
}

func TestSharedData_Absent(t *testing.T) {
	for _, row := range []struct {
		name, ci        string
		skipped, failed bool
	}{
		{"a developer's machine skips", "", true, false},
		{"CI fails", "true", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("CI", row.ci)
			r := &recorder{TB: t}
			sharedData(r, "no-such-folder")
			if r.skipped != row.skipped || r.failed != row.failed {
				t.Errorf("SharedData(no-such-folder) skipped = %t, failed = %t, want %t, %t", r.skipped, r.failed, row.skipped, row.failed)
			}
		})
	}
}
