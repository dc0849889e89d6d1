package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hearken/internal/app"
	"hearken/internal/audit"
	"hearken/internal/config"
)

// The real binary is killed without warning at random moments, while eight clients create resources, send
// transactions and look at what they wrote. After each restart every write it had acknowledged must be there,
// and of no transaction a part; and at the end the audit log has everything that was answered.
func TestCrash_Kill9(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 3
	}
	binary := filepath.Join(t.TempDir(), "hearken")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir() + "/data"
	var stored []int // resources found after each kill
	var acknowledged, writes int
	var answered []string // ids of the requests that were
	victim := startVictim(t, binary, data)
	for n := range kills {
		w := &writers{base: victim.base, system: fmt.Sprintf("urn:crash:%d", n)}
		w.run(8)
		time.Sleep(30*time.Millisecond + time.Duration(random.Int64N(int64(500*time.Millisecond))))
		victim.kill(t)
		w.wait()
		victim = startVictim(t, binary, data)
		stored = append(stored, w.check(t, victim))
		acknowledged += w.acknowledged
		writes += len(w.written)
		answered = append(answered, w.answered...)
	}
	out, err := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data", data).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "another process has "+data+" open") {
		t.Errorf("a second server on the same data: %v %s, want it to say that the data is in use", err, out)
	}
	for n, want := range stored {
		if got := victim.count(t, fmt.Sprintf("urn:crash:%d", n)); got != want {
			t.Errorf("round %d: %d resources at the end, want the %d there were after its crash", n, got, want)
		}
	}
	t.Logf("%d kills: %d writes, %d acknowledged, %d requests answered", kills, writes, acknowledged, len(answered))
	if acknowledged < kills*8 {
		t.Errorf("only %d writes were acknowledged in %d rounds: the test tests nothing", acknowledged, kills)
	}
	victim.kill(t)
	if out, err := exec.Command(binary, "check", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("hearken check after %d crashes: %v\n%s", kills+1, err, out)
	}
	expectRecorded(t, data, answered)
}

// expectRecorded looks in the audit log of a stopped store for requests that were answered.
func expectRecorded(t *testing.T, data string, answered []string) {
	t.Helper()
	c := config.Defaults()
	c.Data = data
	recorded := map[string]bool{}
	err := app.WithAudit(t.Context(), c, app.Deps{}, func(log audit.Log) error {
		for f := (audit.Filter{}); ; {
			page, err := log.Read(t.Context(), f)
			for _, e := range page.Entries {
				recorded[e.RequestID] = true
			}
			if f.Cursor = page.Next; err != nil || f.Cursor == "" {
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for _, id := range answered {
		if !recorded[id] {
			lost++
			t.Logf("%s was answered, and is not in the audit log", id)
		}
	}
	if lost > 0 || len(answered) == 0 {
		t.Errorf("of %d answered requests %d are not in the audit log", len(answered), lost)
	}
}

// victim is a running server.
type victim struct {
	command *exec.Cmd
	base    string
}

func startVictim(t *testing.T, binary, data string) *victim {
	t.Helper()
	v := &victim{command: exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data", data, "--audit", "on", "--log-format", "json")}
	log, err := v.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.command.Process.Kill() }) // it may be dead already
	lines := bufio.NewScanner(log)
	var said bytes.Buffer
	for lines.Scan() {
		said.Write(append(lines.Bytes(), '\n'))
		var line struct{ URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.URL != "" {
			v.base = line.URL
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return v
		}
	}
	t.Fatalf("the server did not start: %v\n%s", v.command.Wait(), said.String())
	return nil
}

// kill is kill -9.
func (v *victim) kill(t *testing.T) {
	t.Helper()
	if err := v.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = v.command.Wait() // says that it was killed
}

// writers send writes until the server is gone. Write n has the identifier system|n on all it stores: one
// Observation when n is even, a Patient and two Observations in one transaction when it is odd.
type writers struct {
	base, system string
	next         atomic.Int64
	clients      sync.WaitGroup
	mu           sync.Mutex
	written      map[int]bool // every write sent, and whether it was acknowledged
	answered     []string     // ids of the requests that were, writes and looks
	acknowledged int
}

func (w *writers) run(clients int) {
	w.written = map[int]bool{}
	for range clients {
		w.clients.Go(func() {
			for {
				if n := int(w.next.Add(1)); !w.write(n) || !w.look(n) {
					return
				}
			}
		})
	}
}

func (w *writers) wait() { w.clients.Wait() }

// write sends write n and reports whether the server is still there.
func (w *writers) write(n int) bool {
	w.mu.Lock()
	w.written[n] = false
	w.mu.Unlock()
	path, body := "/Observation", w.observation(n, "")
	if n%2 == 1 {
		path, body = "", w.transaction(n)
	}
	status, whole := w.send("POST", path, body, fmt.Sprintf("%s:write:%d", w.system, n))
	if status == 200 || status == 201 {
		w.mu.Lock()
		w.written[n] = true
		w.acknowledged++
		w.mu.Unlock()
	}
	return whole
}

// look searches for what write n stored, and reports whether the server is still there.
func (w *writers) look(n int) bool {
	_, whole := w.send("GET", fmt.Sprintf("/Observation?identifier=%s%%7C%d", w.system, n), "", fmt.Sprintf("%s:look:%d", w.system, n))
	return whole
}

// send makes a request with an id of its own. Its status line is the acknowledgement: what follows it may be
// cut off by the kill, and whole is false then. A request that nobody answered has no status.
func (w *writers) send(method, path, body, id string) (status int, whole bool) {
	r, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	if err != nil {
		return 0, false
	}
	r.Header.Set("Content-Type", "application/fhir+json")
	r.Header.Set("X-Request-ID", id)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, false
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered = append(w.answered, id)
	return resp.StatusCode, err == nil
}

func (w *writers) observation(n int, more string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","status":"final","code":{"text":"x"},"identifier":[{"system":"%s","value":"%d"}]%s}`, w.system, n, more)
}

func (w *writers) transaction(n int) string {
	urn := fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", n)
	of := w.observation(n, `,"subject":{"reference":"`+urn+`"}`)
	return fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[
		{"resource":%s,"request":{"method":"POST","url":"Observation"}},
		{"fullUrl":"%s","resource":{"resourceType":"Patient","identifier":[{"system":"%s","value":"%d"}]},"request":{"method":"POST","url":"Patient"}},
		{"resource":%s,"request":{"method":"POST","url":"Observation"}}]}`, of, urn, w.system, n, of)
}

// check looks for every write after a crash and returns how many resources there are.
func (w *writers) check(t *testing.T, v *victim) (total int) {
	t.Helper()
	observations, patients := v.found(t, "Observation", w.system), v.found(t, "Patient", w.system)
	for n, acknowledged := range w.written {
		got := [2]int{observations[n], patients[n]}
		whole := [2]int{1, 0}
		if n%2 == 1 {
			whole = [2]int{2, 1}
		}
		switch {
		case got == whole:
		case got == [2]int{} && !acknowledged:
		case acknowledged:
			t.Errorf("%s, write %d was acknowledged; after the crash there are %v of its Observations and Patients, want %v", w.system, n, got, whole)
		default:
			t.Errorf("%s, write %d: after the crash there are %v of its Observations and Patients, want all %v or none", w.system, n, got, whole)
		}
		total += got[0] + got[1]
	}
	for n := range observations {
		if _, sent := w.written[n]; !sent {
			t.Errorf("%s: an Observation of write %d, which was never sent", w.system, n)
		}
	}
	return total
}

// found counts the resources of a type for each write of a round.
func (v *victim) found(t *testing.T, typ, system string) map[int]int {
	t.Helper()
	counts := map[int]int{}
	next := v.base + "/" + typ + "?_count=1000&_elements=identifier&identifier=" + system + "%7C"
	for next != "" {
		page := v.page(t, next)
		next = ""
		for _, e := range page.Entry {
			n, _ := strconv.Atoi(e.Resource.Identifier[0].Value)
			counts[n]++
		}
		for _, link := range page.Link {
			if link.Relation == "next" {
				next = link.URL
			}
		}
	}
	return counts
}

func (v *victim) count(t *testing.T, system string) int {
	t.Helper()
	n := 0
	for _, typ := range []string{"Observation", "Patient"} {
		n += v.page(t, v.base+"/"+typ+"?_summary=count&identifier="+system+"%7C").Total
	}
	return n
}

type page struct {
	Total int
	Link  []struct{ Relation, URL string }
	Entry []struct {
		Resource struct {
			Identifier []struct{ Value string }
		}
	}
}

func (v *victim) page(t *testing.T, url string) page {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	var p page
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || resp.StatusCode != 200 {
		t.Fatalf("GET %s = %d, %v", url, resp.StatusCode, err)
	}
	return p
}
