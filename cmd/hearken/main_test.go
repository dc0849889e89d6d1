package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is what a command printed; it may be read while the command runs.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{} // if set, has something after each Write
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.text.Write(p)
	select {
	case o.wrote <- struct{}{}:
	default:
	}
	return n, err
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// hearken runs the program with an environment of its own.
func hearken(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr output
	p := &process{strings.NewReader(in), &stdout, &stderr, func(string) (string, bool) { return "", false }}
	code = run(t.Context(), p, args)
	return code, stdout.String(), stderr.String()
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun_Usage(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		code int
		want string // in the output or on the standard error
	}{
		{"nothing", nil, exitUsage, "hearken serve"},
		{"help", []string{"help"}, exitDone, "hearken demo"},
		{"--help", []string{"--help"}, exitDone, "hearken import"},
		{"help of a command", []string{"help", "serve"}, exitDone, "--listen ADDRESS"},
		{"-h of a command", []string{"serve", "-h"}, exitDone, "HEARKEN_MAX_BODY"},
		{"unknown command", []string{"frobnicate"}, exitUsage, "frobnicate"},
		{"unknown flag", []string{"serve", "--lisen=x"}, exitUsage, "lisen"},
		{"bad value", []string{"serve", "--max-count=x"}, exitUsage, "max-count (flag)"},
		{"argument too many", []string{"serve", "here"}, exitUsage, "here"},
		{"address refused", []string{"serve", "--temporary", "--listen=0.0.0.0:0"}, exitFaults, "--insecure"},
		{"import of nothing", []string{"import"}, exitUsage, "no files"},
		{"import to two places", []string{"import", "--base=http://x/fhir", "--data=x", "y.json"}, exitUsage, "not both"},
		{"import of what is not there", []string{"import", "absent.json"}, exitUsage, "absent.json"},
		{"fhirpath without a file", []string{"fhirpath", "true"}, exitUsage, "file"},
		{"fhirpath of nonsense", []string{"fhirpath", "((", "x.json"}, exitUsage, "hearken:"},
		{"schema of nothing", []string{"schema"}, exitUsage, "one profile"},
		{"schema of a profile that is nowhere", []string{"schema", "absent"}, exitUsage, "absent"},
		{"schema of a package that is nowhere", []string{"schema", "--package=absent", "Patient"}, exitFaults, "absent"},
		{"version", []string{"version"}, exitDone, "FHIR 4.0.1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs := hearken(t, "", row.args...)
			if code != row.code || !strings.Contains(out+errs, row.want) {
				t.Errorf("hearken %q = %d %s%s, want %d and %q", row.args, code, out, errs, row.code, row.want)
			}
		})
	}
}

// Every command has a help that fits a terminal and names all it takes.
func TestRun_Help(t *testing.T) {
	for _, c := range commands() {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := hearken(t, "", c.name, "--help")
			if code != exitDone || errs != "" || !strings.HasPrefix(out, "hearken "+c.name) || !strings.Contains(out, c.summary) {
				t.Errorf("hearken %s --help = %d %s%s, want its help", c.name, code, out, errs)
			}
			for line := range strings.Lines(out) {
				if len([]rune(line)) > 125 {
					t.Errorf("a line of %d characters: %s", len(line), line)
				}
			}
		})
	}
}

func TestFHIRPath(t *testing.T) {
	file := write(t, "p.json", `{"resourceType":"Patient","active":true,"birthDate":"1951-01",
		"name":[{"family":"Osei","given":["Raymond", "Kofi"]}],"multipleBirthInteger":2}`)
	for _, row := range []struct {
		expression string
		code       int
		want       string
	}{
		{"Patient.name.given", exitDone, "FHIR.string Raymond\nFHIR.string Kofi\n"},
		{"birthDate", exitDone, "FHIR.date 1951-01\n"},
		{"name", exitDone, `FHIR.HumanName {"family":"Osei","given":["Raymond","Kofi"]}` + "\n"},
		{"name.given.count() + 1", exitDone, "System.Integer 3\n"},
		{"active and true", exitDone, "System.Boolean true\n"},
		{"telecom", exitDone, ""},
		{"'a' + '\\n'", exitDone, `System.String "a\n"` + "\n"},
		{"name.given.single()", exitFaults, ""},
	} {
		t.Run(row.expression, func(t *testing.T) {
			code, out, errs := hearken(t, "", "fhirpath", row.expression, file)
			if code != row.code || out != row.want || (errs != "") != (code != exitDone) {
				t.Errorf("hearken fhirpath %q = %d %q %q, want %d %q", row.expression, code, out, errs, row.code, row.want)
			}
		})
	}
}

func TestFHIRPath_Files(t *testing.T) {
	a, bad := write(t, "a.json", `{"resourceType":"Patient","active":true}`), write(t, "b.json", `{"resourceType":"Patient","actve":true}`)
	code, out, errs := hearken(t, `{"resourceType":"Patient","active":false}`, "fhirpath", "active", a, bad, "-")
	if want := a + ": FHIR.boolean true\n-: FHIR.boolean false\n"; code != exitFaults || out != want || !strings.Contains(errs, bad) || !strings.Contains(errs, "Patient.actve") {
		t.Errorf("hearken fhirpath on a good file, a bad one and the input = %d %q %q, want %d %q and the fault of %s", code, out, errs, exitFaults, want, bad)
	}
}

func TestImport_IntoStore(t *testing.T) {
	data := t.TempDir() + "/data"
	code, out, errs := hearken(t, "", "import", "--data", data, "../../testdata/plans")
	if code != exitDone || !strings.Contains(out, " 0 faults") {
		t.Fatalf("import of the plans = %d %s%s, want no fault", code, out, errs)
	}
	bad := write(t, "bad.json", `{"resourceType":"Patient","id":"x","gendr":"female"}`)
	code, out, errs = hearken(t, "", "import", "--data", data, bad)
	if code != exitFaults || !strings.Contains(out, bad+": 400 at Patient.gendr") {
		t.Errorf("import of a bad file = %d %s%s, want %d and the place of the fault", code, out, errs, exitFaults)
	}
	if code, out, errs := hearken(t, "", "check", "--data", data); code != exitDone {
		t.Errorf("check of the store = %d %s%s, want it sound", code, out, errs)
	}
}

// Parts of resources, and searchsets of parts, are not imported in place of the whole: they are told, by file
// and place, and what is whole is.
func TestImport_Subsetted(t *testing.T) {
	data := t.TempDir() + "/data"
	const tag = `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},`
	whole := write(t, "whole.json", `{"resourceType":"Patient","id":"x","gender":"female","birthDate":"1950-01-01"}`)
	part := write(t, "part.json", `{"resourceType":"Patient","id":"x",`+tag+`"gender":"female"}`)
	fresh := write(t, "new.json", `{"resourceType":"Patient","id":"y",`+tag+`"gender":"female"}`)
	found := write(t, "found.json", `{"resourceType":"Bundle","type":"searchset","entry":[{"fullUrl":"http://a.test/Patient/x","resource":{"resourceType":"Patient","id":"x",`+tag+`"gender":"female"},"search":{"mode":"match"}}]}`)
	if code, out, errs := hearken(t, "", "import", "--data", data, whole); code != exitDone {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	for file, place := range map[string]string{part: "Patient.meta.tag[0]", fresh: "Patient.meta.tag[0]", found: "Bundle.entry[0].resource"} {
		code, out, errs := hearken(t, "", "import", "--data", data, file, whole)
		if code != exitFaults || !strings.Contains(out, file+": 409 at "+place) || !strings.Contains(out, "SUBSETTED") || !strings.Contains(out, " 1 fault") {
			t.Errorf("import of %s = %d %s%s", file, code, out, errs)
		}
	}
}

func TestCheck_NotAStore(t *testing.T) {
	folder := filepath.Dir(write(t, "somebody.txt", "else's"))
	if code, out, errs := hearken(t, "", "check", "--data", folder); code != exitFaults {
		t.Errorf("check of a folder that is no store = %d %s%s, want %d", code, out, errs, exitFaults)
	}
	blank, absent := t.TempDir(), filepath.Join(folder, "absent")
	for _, none := range []string{blank, absent} {
		if code, _, errs := hearken(t, "", "check", "--data", none); code != exitFaults || !strings.Contains(errs, "no store") {
			t.Errorf("check of a folder without a store = %d %s, want %d", code, errs, exitFaults)
		}
		if names, _ := os.ReadDir(none); len(names) > 0 {
			t.Errorf("check made %v where it was only to look", names)
		}
	}
}

// demo starts hearken demo on a store of its own and waits until it says how it is ended: by stop, after
// which ended has its exit code.
func demo(t *testing.T, args ...string) (out, errs *output, stop func(), ended chan int) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	out, errs, ended = &output{wrote: make(chan struct{}, 1)}, &output{}, make(chan int, 1)
	p := &process{strings.NewReader(""), out, errs, func(string) (string, bool) { return "", false }}
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- run(ctx, p, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)) }()
	late := time.After(time.Minute)
	for !strings.Contains(out.String(), "Interrupt") {
		select {
		case <-out.wrote:
		case code := <-ended:
			t.Fatalf("hearken demo = %d %s%s", code, out, errs)
		case <-late:
			t.Fatalf("hearken demo printed only %s%s", out, errs)
		}
	}
	return out, errs, stop, ended
}

// The demo loads the plans, and the URLs it prints work; an import into it does too.
func TestDemo(t *testing.T) {
	out, errs, stop, ended := demo(t)
	urls := regexp.MustCompile(`http://\S+`).FindAllString(out.String(), -1)
	if len(urls) != 3 || !strings.Contains(out.String(), "999 000 0018") || !strings.Contains(out.String(), "Doreen Mavis Whitcombe") {
		t.Errorf("hearken demo printed %s, want NHS numbers, names and three URLs", out.String())
	}
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), `"match"`) {
			t.Errorf("GET %s = %d %.300s, want a match", url, resp.StatusCode, body)
		}
	}
	if len(urls) > 0 {
		base, _, _ := strings.Cut(urls[0], "/Patient")
		file := write(t, "more.ndjson", `{"resourceType":"Patient","id":"x"}`+"\n"+`{"resourceType":"Patient"}`+"\n")
		if code, out, errs := hearken(t, "", "import", "--base", base, file); code != exitDone || !strings.Contains(out, "2 resources") {
			t.Errorf("import into the demo = %d %s%s, want 2 resources", code, out, errs)
		}
	}
	stop()
	if code := <-ended; code != exitDone {
		t.Errorf("hearken demo ended with %d: %s", code, errs.String())
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("the demo left %v behind", left)
	}
}
