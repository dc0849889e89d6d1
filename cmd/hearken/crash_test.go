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
)

// The real binary is killed without warning at random moments, while eight clients create resources and send
// transactions. After each restart every write it had acknowledged must be there, and of no transaction a part.
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
	t.Logf("%d kills: %d writes, %d acknowledged", kills, writes, acknowledged)
	if acknowledged < kills*8 {
		t.Errorf("only %d writes were acknowledged in %d rounds: the test tests nothing", acknowledged, kills)
	}
	victim.kill(t)
	if out, err := exec.Command(binary, "check", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("hearken check after %d crashes: %v\n%s", kills+1, err, out)
	}
}

// victim is a running server.
type victim struct {
	command *exec.Cmd
	base    string
}

func startVictim(t *testing.T, binary, data string) *victim {
	t.Helper()
	v := &victim{command: exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data", data, "--log-format", "json")}
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
	acknowledged int
}

func (w *writers) run(clients int) {
	w.written = map[int]bool{}
	for range clients {
		w.clients.Go(func() {
			for w.write(int(w.next.Add(1))) {
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
	resp, err := http.Post(w.base+path, "application/fhir+json", strings.NewReader(body))
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode == 200 || resp.StatusCode == 201 {
		// The status line is the acknowledgement: what follows it may be cut off by the kill.
		w.mu.Lock()
		w.written[n] = true
		w.acknowledged++
		w.mu.Unlock()
	}
	return err == nil
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
