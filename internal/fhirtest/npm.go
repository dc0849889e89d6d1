package fhirtest

import (
	"os"
	"path/filepath"
	"testing"
)

// NPM gives a folder of the test's own with the files of source, a folder with a package.json, and the packages it names beside them. The
// environment variable names the folder into which they were installed; without it the test is skipped.
func NPM(t testing.TB, variable, source string) string {
	t.Helper()
	installed := os.Getenv(variable)
	if installed == "" {
		t.Skipf("SKIPPED: install %s/package.json with npm, and set %s to its folder", source, variable)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(installed, "node_modules"), filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return folder
}
