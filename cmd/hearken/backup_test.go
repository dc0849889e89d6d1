package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"hearken/internal/app"
	"hearken/internal/config"
)

// keys is an identity file and the public key that belongs to it.
func keys(t *testing.T) (file, recipient string) {
	t.Helper()
	one, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(file, []byte(one.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, one.Recipient().String()
}

// backedUp is a store that had two acts when it was backed up, and its backup.
func backedUp(t *testing.T) (data, file, identity string) {
	t.Helper()
	folder := t.TempDir()
	data, file = filepath.Join(folder, "data"), filepath.Join(folder, "plans.age")
	identity, recipient := keys(t)
	audited(t, data, "PUT Patient/doreen", "GET Patient/doreen")
	if code, out, errs := hearken(t, "", "backup", "--data", data, "--to", file, "--recipient", recipient); code != exitDone || !strings.Contains(out, "hearken-head-1") {
		t.Fatalf("backup = %d, %s%s", code, out, errs)
	}
	return data, file, identity
}

// TestBackup_Restore takes a store there and back: all that was in it is in it, nothing that came later, and
// the server says so.
func TestBackup_Restore(t *testing.T) {
	data, file, identity := backedUp(t)
	sealedBytes, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealedBytes), "doreen") || !strings.HasPrefix(string(sealedBytes), "age-encryption.org/v1") {
		t.Error("the backup can be read without a key")
	}
	audited(t, data, "PUT Patient/later")
	again := filepath.Join(t.TempDir(), "again")
	code, out, errs := hearken(t, "", "restore", "--from", file, "--identity", identity, "--data", again)
	if code != exitDone || !strings.Contains(out, "changes after that are missing") {
		t.Fatalf("restore = %d, %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"check", "--data", again}, {"audit", "verify", "--data", again}} {
		if code, out, errs := hearken(t, "", args...); code != exitDone || !strings.Contains(out, " 0 faults") {
			t.Errorf("%v = %d, %s%s", args, code, out, errs)
		}
	}
	if info, err := os.Stat(again); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the restored folder: %v, %v", info.Mode(), err)
	}
	mark := "changes after"
	ready, found, later := asked(t, again)
	if !strings.Contains(ready, mark) || !strings.Contains(found, mark) || !strings.Contains(found, `"id":"doreen"`) || !strings.Contains(later, "unknown-resource") {
		t.Errorf("after the restore: %s\n%s\n%s", ready, found, later)
	}
	if code, _, errs := hearken(t, "", "restore", "--acknowledge", "--data", again); code != exitDone {
		t.Errorf("acknowledge = %d, %s", code, errs)
	}
	if ready, found, _ := asked(t, again); strings.Contains(ready+found, mark) {
		t.Errorf("after it was acknowledged: %s\n%s", ready, found)
	}
	if code, _, _ := hearken(t, "", "restore", "--acknowledge", "--data", again); code != exitFaults {
		t.Errorf("acknowledged twice = %d", code)
	}
}

// asked is what a server on a store says of itself, of all patients and of one.
func asked(t *testing.T, data string) (ready, found, later string) {
	t.Helper()
	c := config.Defaults()
	c.Data, c.Listen = data, "127.0.0.1:0"
	a, err := app.Open(context.Background(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	get := func(url string) string {
		r, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	base := a.URL()
	ready, found, later = get(strings.TrimSuffix(base, "/fhir")+"/readyz"), get(base+"/Patient"), get(base+"/Patient/later")
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	return ready, found, later
}

// What cannot be restored whole leaves nothing, and what is there is left as it is.
func TestRestore_Refused(t *testing.T) {
	data, file, identity := backedUp(t)
	other, _ := keys(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	changed := append([]byte(nil), whole...)
	changed[len(changed)/2] ^= 1
	again := filepath.Join(folder, "again")
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"without the key", []string{"--from", file}, "say --identity"},
		{"with another key", []string{"--from", file, "--identity", other}, "for somebody else"},
		{"cut short", []string{"--from", write("short", whole[:len(whole)-1000]), "--identity", identity}, "not a whole backup"},
		{"cut at its end", []string{"--from", write("end", whole[:len(whole)-1]), "--identity", identity}, "not a whole backup"},
		{"changed", []string{"--from", write("changed", changed), "--identity", identity}, "not a whole backup"},
		{"no backup", []string{"--from", identity, "--identity", identity}, "not a whole backup"},
		{"no file", []string{"--from", file + "x", "--identity", identity}, "no such file"},
		{"no identity", []string{"--from", file, "--identity", file}, "not a file of age identities"},
	} {
		code, out, errs := hearken(t, "", append([]string{"restore", "--data", again}, row.args...)...)
		if code != exitFaults || !strings.Contains(errs, row.want) {
			t.Errorf("%s = %d, %s%s, want %q", row.name, code, out, errs, row.want)
		}
		for _, left := range []string{again, again + ".restoring"} {
			if _, err := os.Stat(left); err == nil {
				t.Errorf("%s: %s is left", row.name, left)
			}
		}
	}
	if code, _, errs := hearken(t, "", "restore", "--from", file, "--identity", identity, "--data", data); code != exitFaults || !strings.Contains(errs, "left as it is") {
		t.Errorf("over a store = %d, %s", code, errs)
	}
}

func TestBackup_Refused(t *testing.T) {
	data, file, _ := backedUp(t)
	_, recipient := keys(t)
	elsewhere := filepath.Join(t.TempDir(), "b")
	for _, row := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"for nobody", []string{"--data", data, "--to", elsewhere}, exitUsage, "--unencrypted"},
		{"for somebody and everybody", []string{"--data", data, "--to", elsewhere, "--recipient", recipient, "--unencrypted"}, exitUsage, "--unencrypted"},
		{"nowhere", []string{"--data", data, "--recipient", recipient}, exitUsage, "--to"},
		{"for no key", []string{"--data", data, "--to", elsewhere, "--recipient", "age1x"}, exitUsage, "age1x"},
		{"over another", []string{"--data", data, "--to", file, "--recipient", recipient}, exitFaults, "exists"},
		{"of no store", []string{"--data", data + "x", "--to", elsewhere, "--recipient", recipient}, exitFaults, "there is no store"},
	} {
		code, _, errs := hearken(t, "", append([]string{"backup"}, row.args...)...)
		if code != row.code || !strings.Contains(errs, row.want) {
			t.Errorf("%s = %d, %s, want %d, %q", row.name, code, errs, row.code, row.want)
		}
		if _, err := os.Stat(elsewhere); err == nil {
			t.Errorf("%s: a file is left", row.name)
		}
	}
	if code, _, errs := hearken(t, "", "backup", "--data", data, "--to", elsewhere, "--unencrypted"); code != exitDone || !strings.Contains(errs, "NOT ENCRYPTED") {
		t.Errorf("unencrypted = %d, %s", code, errs)
	}
	if code, _, errs := hearken(t, "", "restore", "--from", elsewhere, "--data", filepath.Join(t.TempDir(), "r")); code != exitDone {
		t.Errorf("restored from it = %d, %s", code, errs)
	}
}
