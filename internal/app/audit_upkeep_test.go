package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
	"hearken/internal/sealed"
)

// A pair of keys of age-keygen, for tests alone.
const (
	testIdentity  = "AGE-SECRET-KEY-1EPQPMT29KUNXAPK68E5KJ6W2TPQP3CYZP24ZRMX82NQZ7NHMXETQ6GYNC4"
	testRecipient = "age1adn2rak0aq48lvyxrqzx2wg8ut7w2yycschuzyq2uewx2juz3p8qpzzpd3"
)

// TestAuditUpkeep runs a server that anchors the heads of its log and purges what is older than a day: each
// run leaves heads for their owner alone, and the log verifies against all of them.
func TestAuditUpkeep(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		c := config.Defaults()
		c.Listen, c.Audit, c.Data, c.AuditRetention = "127.0.0.1:0", config.On, filepath.Join(t.TempDir(), "data"), 24*time.Hour
		c.AuditHeadFolder = filepath.Join(t.TempDir(), "heads")
		if encrypted {
			c.AgeRecipients = []string{testRecipient}
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 3 {
			runOnce(t, c, now)
			now = now.AddDate(0, 0, 2)
		}
		heads := readAnchored(t, c.AuditHeadFolder, encrypted)
		if len(heads) < 3 {
			t.Fatalf("%d heads were kept, want one of each run at least", len(heads))
		}
		err := app.WithAudit(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)}, func(log audit.Log) error {
			report, err := log.Verify(t.Context(), heads)
			if len(report.Faults) > 0 || report.Purged == 0 || report.Records == 0 || report.Proven != report.Head.Place {
				t.Errorf("Verify() = %+v, want whole, some purged, proven to its end", report)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c := config.Defaults()
	c.Listen, c.Temporary, c.AuditHeadFolder, c.AgeRecipients = "127.0.0.1:0", true, t.TempDir(), []string{"age1nonsense"}
	if a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a recipient that is none was taken")
		_ = a.Close()
	}
}

// runOnce starts a server at a time, looks once, and stops it.
func runOnce(t *testing.T, c config.Config, now time.Time) {
	t.Helper()
	whileRunning(t, c, app.Deps{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}, func(base string) {
		resp, err := http.Get(base + "/Patient/nobody")
		if err != nil || resp.Body.Close() != nil {
			t.Error(err)
		}
	})
}

// whileRunning does something while a server runs, and stops it.
func whileRunning(t *testing.T, c config.Config, d app.Deps, do func(base string)) {
	t.Helper()
	a, err := app.Open(t.Context(), c, d)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	do(a.URL())
	stop()
	if err := errors.Join(<-ended, a.Close()); err != nil {
		t.Fatal(err)
	}
}

func readAnchored(t *testing.T, folder string, encrypted bool) (all []audit.Head) {
	t.Helper()
	names, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	identities, err := sealed.ReadIdentities(strings.NewReader(testIdentity))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(folder, name.Name()))
		if info, _ := name.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, want it for its owner alone", name, err)
		}
		r := bytes.NewReader(text)
		if !encrypted {
			heads, err := audit.ReadHeads(r)
			if err != nil {
				t.Error(err)
			}
			all = append(all, heads...)
			continue
		}
		if bytes.Contains(text, []byte("hearken-head")) || !strings.HasSuffix(name.Name(), ".age") {
			t.Errorf("%s is not encrypted", name)
		}
		opened, err := identities.Open(r)
		if err != nil {
			t.Fatal(err)
		}
		heads, err := audit.ReadHeads(opened)
		if err != nil {
			t.Error(err)
		}
		all = append(all, heads...)
	}
	return all
}
