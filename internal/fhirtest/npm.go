package fhirtest

import (
	"os"
	"path/filepath"
	"testing"
)

// NPM gives a folder of the test's own with the files of source, a folder with a package.json, and the
// packages it names beside them. The environment variable names the folder into which they were installed;
// without it see Absent.
func NPM(t testing.TB, variable, source string) string {
	t.Helper()
	installed := os.Getenv(variable)
	if installed == "" {
		Absent(t, "the npm packages of "+source+" (npm ci there, in a folder of your own, and "+variable+" names the folder)")
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
