//go:build unix

package app_test

import (
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/internal/store"
)

// A server whose disk fills up stays in a balancer's list for as long as a crew can find a plan on it, and
// says that it takes no writes. The disk is this machine's: what is made larger is the room that is to be
// left.
func TestReady_NearlyFull(t *testing.T) {
	data := t.TempDir() + "/data"
	free := freeSpace(t, t.TempDir())
	const patient = `{"resourceType":"Patient","identifier":[{"system":"https://example.org/mrn","value":"1"}]}`
	before := start(t, func(c *config.Config) { c.Data, c.DiskReserve = data, 1 })
	before.must(201, "POST /Patient", patient)
	if err := before.stop(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name                                 string
		audit                                string
		reserve                              int64
		ready, forWrites, lookup, list, post int
		words                                string
	}{
		{"room enough", config.On, 1, 200, 200, 200, 200, 201, "ready\n"},
		{"the reserve is reached", config.On, free * 3 / 2, 200, 503, 200, 200, 507, "ready for look-ups; writes are refused: the store's volume is nearly full\n"},
		{"half of it is used", config.On, free * 4, 200, 503, 200, 503, 503, "ready for look-ups; writes are refused: the store's volume is nearly full: what room is left is for urgent look-ups and their records\n"},
		{"nothing can be recorded any more", config.On, free * 100, 503, 503, 503, 503, 503, "not ready: the store's volume is nearly full\n"},
		{"nothing need be recorded", config.Off, free * 100, 200, 503, 200, 503, 503, "ready for look-ups; writes are refused: the store's volume is nearly full: what room is left is for urgent look-ups and their records\n"},
		{"room again", config.On, 1, 200, 200, 200, 200, 201, "ready\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, func(c *config.Config) { c.Data, c.Audit, c.DiskReserve = data, row.audit, row.reserve })
			root := strings.TrimSuffix(s.base, "/fhir")
			for line, want := range map[string]int{
				"GET " + root + "/healthz":                            200,
				"GET " + root + "/readyz":                             row.ready,
				"GET " + root + "/readyz/writes":                      row.forWrites,
				"GET /Patient?identifier=https://example.org/mrn%7C1": row.lookup,
				"GET /Patient":                                        row.list,
			} {
				if r := s.send(line, ""); r.status != want {
					t.Errorf("%s = %d %s, want %d", line, r.status, r.body, want)
				}
			}
			if r := s.send("POST /Patient", patient); r.status != row.post {
				t.Errorf("POST /Patient = %d %s, want %d", r.status, r.body, row.post)
			}
			if r := s.send("GET "+root+"/readyz", ""); string(r.body) != row.words {
				t.Errorf("GET /readyz says %q, want %q", r.body, row.words)
			}
		})
	}
}

// What is not stored yet cannot be brought when the disk is full: that is said, and nothing is in force that
// is not there.
func TestOpen_FullWithoutDefinitions(t *testing.T) {
	c := config.Defaults()
	c.Listen, c.Data, c.DiskReserve = "127.0.0.1:0", t.TempDir()+"/data", freeSpace(t, t.TempDir())*3/2
	a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		_ = a.Close()
	}
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("Open of a new store on a full disk: %v, want ErrFull", err)
	}
}

func freeSpace(t *testing.T, folder string) int64 {
	t.Helper()
	var volume syscall.Statfs_t
	if err := syscall.Statfs(folder, &volume); err != nil {
		t.Fatal(err)
	}
	return int64(volume.Bavail) * int64(volume.Bsize)
}
