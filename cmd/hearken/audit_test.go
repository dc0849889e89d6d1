package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/interaction"
)

// audited does some acts on the store in a folder, as a server would that records them.
func audited(t *testing.T, data string, requests ...string) {
	t.Helper()
	c := config.Defaults()
	c.Data, c.Audit = data, config.On
	i, err := app.OpenInteractions(context.Background(), c, app.Base(c), app.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range requests {
		method, path, _ := strings.Cut(line, " ")
		call := interaction.Call{Method: method, Path: strings.Split(path, "/"), Base: app.Base(c), MediaType: "application/fhir+json"}
		if method == "PUT" {
			call.Body = []byte(`{"resourceType":"Patient","id":"` + call.Path[1] + `"}`)
		}
		if _, err := i.Do(context.Background(), call); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
}

// runAudit runs hearken audit, and gives its exit code and what it printed.
func runAudit(t *testing.T, args ...string) (int, string) {
	t.Helper()
	code, out, errs := hearken(t, "", append([]string{"audit"}, args...)...)
	return code, out + errs
}

// TestAudit_Commands follows a head kept elsewhere: the log that it is of verifies with it, and an older
// state of the folder, put back and gone on with, only without it.
func TestAudit_Commands(t *testing.T) {
	data, old, kept := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "heads")
	audited(t, data, "PUT Patient/a", "GET Patient/a")
	if err := os.CopyFS(old, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	audited(t, data, "GET Patient/a", "GET Patient/a")
	code, line := runAudit(t, "head", "--data", data)
	if code != exitDone || !strings.Contains(line, `"chain":2,"sequence":2`) {
		t.Fatalf("head = %d, %s", code, line)
	}
	if err := os.WriteFile(kept, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, data string
		args       []string
		code       int
		want       string
	}{
		{"without a head", data, nil, exitDone, "Without a head that was kept elsewhere it cannot be found out"},
		{"with the head", data, []string{"--head", kept}, exitDone, "2 chains, 4 records, 0 purged, held against 1 heads, 0 faults"},
		{"the older folder, without a head", old, nil, exitDone, "1 chains, 2 records"},
		{"the older folder, with the head", old, []string{"--head", kept}, exitFaults, "records were cut off, or the store was put back to an older state"},
		{"a head that is none", data, []string{"--head", filepath.Join(data, "LOCK")}, exitFaults, "there is no head in it"},
		{"no such file", data, []string{"--head", kept + "x"}, exitFaults, "no such file"},
		{"no store", data + "x", nil, exitFaults, "there is no store"},
	} {
		if code, out := runAudit(t, append([]string{"verify", "--data", row.data}, row.args...)...); code != row.code || !strings.Contains(out, row.want) {
			t.Errorf("%s: %d, %s, want %d, %q", row.name, code, out, row.code, row.want)
		}
	}
	for _, args := range [][]string{nil, {"verify", "head"}, {"nonsense"}} {
		if code, out := runAudit(t, args...); code != exitUsage {
			t.Errorf("audit %v = %d, %s, want usage", args, code, out)
		}
	}
	audited(t, old, "GET Patient/a", "GET Patient/a", "GET Patient/a")
	if code, out := runAudit(t, "verify", "--data", old, "--head", kept); code != exitFaults || !strings.Contains(out, "is not what the head kept elsewhere is of") {
		t.Errorf("the older folder gone on with: %d, %s", code, out)
	}
}

// TestAudit_Purge purges what there is: what it took and why is said, and the log verifies.
func TestAudit_Purge(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	audited(t, data, "PUT Patient/a", "GET Patient/a", "GET Patient/a")
	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"purge"}, exitUsage, "--before"},
		{[]string{"purge", "--before", "soon"}, exitUsage, "--before: not a date"},
		{[]string{"verify", "--before", "2020-01-01"}, exitUsage, "nothing else"},
		{[]string{"purge", "--before", "2020-01-01"}, exitDone, "0 records purged"},
		{[]string{"verify"}, exitDone, "4 records, 0 purged"},
		{[]string{"purge", "--before", "2100-01-01T00:00:00Z"}, exitDone, "4 records purged"},
		{[]string{"verify"}, exitDone, "The contents of 4 records from before 2100-01-01T00:00:00Z were purged"},
		{[]string{"verify"}, exitDone, "1 records, 4 purged, held against 0 heads, 0 faults"},
	} {
		if code, out := runAudit(t, append(row.args, "--data", data)...); code != row.code || !strings.Contains(out, row.want) {
			t.Errorf("%v: %d, %s, want %d, %q", row.args, code, out, row.code, row.want)
		}
	}
}
