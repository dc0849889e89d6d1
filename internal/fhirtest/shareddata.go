package fhirtest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// ModuleRoot returns the absolute path of the folder that holds this module's
// go.mod. It is found from the place of this source file, so that it is the
// same whatever folder the test runs in; it ends the test when there is none
// (a binary built with -trimpath and moved away from its sources).
func ModuleRoot(t testing.TB) string {
	t.Helper()
	dir, ok := findModuleRoot()
	if !ok {
		t.Fatal("fhirtest: no go.mod above the test: run the tests from a checkout of the module")
	}
	return dir
}

// SharedData returns the absolute path of elem below the shared material that
// lies beside the module (../shared/data from its root): the published R4
// definitions, the official examples and test suites, Synthea bundles and UK
// Core. For instance SharedData(t, "r4core", "valuesets.json").
//
// The material is no part of the module. Where it is absent the test is
// skipped with a line that says so, except under CI=true, where it is required
// and its absence is a failure.
func SharedData(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{ModuleRoot(t), "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	wanted := filepath.Join(append([]string{"..", "shared", "data"}, elem...)...)
	Absent(t, wanted)
	return ""
}

// Absent ends a test that cannot be run without something that is not here: skipped with a line that says so
// and how to run it, except under CI=true, where nothing is skipped and it is a failure.
func Absent(t testing.TB, wanted string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s: absent, and CI=true requires it", wanted)
	}
	t.Skipf("SKIPPED, NOT PASSED: this test needs %s, which is not here; put it there and run this test again (CI=true does not skip it, it fails)", wanted)
}

// findModuleRoot looks for go.mod upwards, first from this source file and
// then from the working folder: -trimpath takes the first way away.
func findModuleRoot() (string, bool) {
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		if dir, ok := folderWith(filepath.Dir(file), "go.mod"); ok {
			return dir, true
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	return folderWith(dir, "go.mod")
}

// folderWith returns dir or the nearest folder above it that holds name.
func folderWith(dir, name string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}
