package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
	"hearken/internal/interaction"
	"hearken/internal/sealed"
)

// TestBackups_WhileRunning runs a server that backs itself up every two hours and keeps two: restarts in
// between make none, each later run makes one while others write, and each restores to a whole store with all
// that was answered before it.
func TestBackups_WhileRunning(t *testing.T) {
	c := config.Defaults()
	c.Listen, c.Audit, c.Data = "127.0.0.1:0", config.On, filepath.Join(t.TempDir(), "data")
	c.BackupFolder, c.BackupEvery, c.BackupKeep, c.AgeRecipients = filepath.Join(t.TempDir(), "backups"), 2*time.Hour, 2, []string{testRecipient}
	start := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	var earlier string
	for n, row := range []struct {
		at     time.Duration
		newest string
		kept   int
	}{
		{0, "hearken-20260101T030000.000Z.age", 1},
		{time.Hour, "hearken-20260101T030000.000Z.age", 1},
		{2 * time.Hour, "hearken-20260101T050000.000Z.age", 2},
		{5 * time.Hour, "hearken-20260101T080000.000Z.age", 2},
	} {
		runWithWriters(t, c, start.Add(row.at), fmt.Sprintf("run%d", n), row.newest)
		names := filesIn(t, c.BackupFolder)
		if len(names) != row.kept || names[len(names)-1] != row.newest {
			t.Fatalf("after %v: backups %v, want %d, the newest %s", row.at, names, row.kept, row.newest)
		}
		if row.newest != earlier && n > 0 {
			expectRestored(t, filepath.Join(c.BackupFolder, row.newest), fmt.Sprintf("run%d-0", n-1))
		}
		earlier = row.newest
	}
	if left := filesIn(t, filepath.Dir(c.Data)); len(left) != 1 {
		t.Errorf("beside the store: %v", left)
	}
}

// TestBackups_Fail takes the folder away: the server says so in its log, and answers all the same.
func TestBackups_Fail(t *testing.T) {
	c := config.Defaults()
	c.Listen, c.Data, c.BackupFolder, c.AgeRecipients = "127.0.0.1:0", filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backups"), []string{testRecipient}
	said := make(chan string, 1)
	log := slog.New(slog.NewTextHandler(lines(func(line string) {
		if strings.Contains(line, "no backup could be made") {
			said <- line
		}
	}), nil))
	gone := func(context.Context, *app.Interactions, string) error { return os.Remove(c.BackupFolder) }
	whileRunning(t, c, app.Deps{Log: log, Prepare: gone}, func(base string) {
		if line := <-said; !strings.Contains(line, "no such file") {
			t.Errorf("the log says %s", line)
		}
		putPatient(t, base+"/Patient/a")
	})
}

// lines are told one by one.
type lines func(string)

func (l lines) Write(b []byte) (int, error) { l(string(b)); return len(b), nil }

// runWithWriters starts a server at a time, has four clients write until the backup is there and each has
// written, and stops it.
func runWithWriters(t *testing.T, c config.Config, now time.Time, name, backup string) {
	t.Helper()
	whileRunning(t, c, app.Deps{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}, func(base string) {
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for n := w; ; n += 4 {
					putPatient(t, fmt.Sprintf("%s/Patient/%s-%d", base, name, n))
					if _, err := os.Stat(filepath.Join(c.BackupFolder, backup)); err == nil || n > 4000 {
						return
					}
				}
			})
		}
		writers.Wait()
	})
}

func putPatient(t *testing.T, url string) {
	t.Helper()
	id := url[strings.LastIndex(url, "/")+1:]
	r, _ := http.NewRequest(http.MethodPut, url, strings.NewReader(`{"resourceType":"Patient","id":"`+id+`"}`))
	r.Header.Set("Content-Type", "application/fhir+json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusCreated {
		t.Errorf("PUT %s = %v, %v", url, resp, err)
	}
}

// expectRestored restores a backup, which must have a Patient, and no fault in it.
func expectRestored(t *testing.T, backup, patient string) {
	t.Helper()
	file, err := os.ReadFile(backup)
	if err != nil || bytes.Contains(file, []byte("Patient")) {
		t.Fatalf("the backup %s can be read without a key, or not at all: %v", backup, err)
	}
	identities, err := sealed.ReadIdentities(strings.NewReader(testIdentity))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := identities.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	c := config.Defaults()
	c.Listen, c.Data = "127.0.0.1:0", filepath.Join(t.TempDir(), "restored")
	d := app.Deps{Log: slog.New(slog.DiscardHandler)}
	m, err := app.Restore(t.Context(), c, d, plain)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := audit.ReadHeads(strings.NewReader(m.Head))
	if err != nil {
		t.Fatal(err)
	}
	report, err := app.Check(t.Context(), c, d)
	if err != nil || len(report.Faults) > 0 {
		t.Errorf("Check() of %s = %v, %v", backup, report.Faults, err)
	}
	err = app.WithAudit(t.Context(), c, d, func(log audit.Log) error {
		report, err := log.Verify(t.Context(), heads)
		if len(report.Faults) > 0 {
			t.Errorf("Verify() of %s = %v", backup, report.Faults)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err := app.OpenInteractions(t.Context(), c, app.Base(c), d)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	call := interaction.Call{Method: http.MethodGet, Path: []string{"Patient", patient}, Base: app.Base(c), MediaType: "application/fhir+json"}
	if answer, err := i.Do(t.Context(), call); err != nil || answer.Status != http.StatusOK {
		t.Errorf("%s is not in %s: %v, %v", patient, backup, answer, err)
	}
}

func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
