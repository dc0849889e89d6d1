package app_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/internal/app"
	"hearken/internal/config"
	"hearken/profiles"
)

// versions is how many versions of anything are stored.
func (s *server) versions() int {
	s.t.Helper()
	n := 0
	for next := "/_history?_count=1000"; next != ""; {
		b := s.search(next)
		n += len(b.Entry)
		next = b.next()
	}
	return n
}

// guideResources are the definitions of our guide, by file.
func guideResources(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := fs.Glob(profiles.Files, "package/*-*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("Glob = %q, %v, want our guide", files, err)
	}
	found := map[string][]byte{}
	for _, file := range files {
		text, err := profiles.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found[path.Base(file)] = text
	}
	return found
}

// Every definition of our guide is read by its id and found by its canonical, as it was written.
func TestGuide_ReadAndSearched(t *testing.T) {
	s := start(t, nil)
	for file, written := range guideResources(t) {
		definition := value(t, written)
		typ, id, url := text(definition, "resourceType"), text(definition, "id"), text(definition, "url")
		read := withoutServerMeta(value(t, s.must(200, "GET /"+typ+"/"+id, "").body))
		if got, want := compact(t, read), compact(t, definition); got != want {
			t.Errorf("%s is served as %s, want %s", file, got, want)
		}
		if found := s.search("/" + typ + "?url=" + url); len(found.Entry) != 1 || !strings.HasSuffix(found.Entry[0].FullURL, "/"+typ+"/"+id) {
			t.Errorf("GET /%s?url=%s finds %d, want %s", typ, url, len(found.Entry), id)
		}
	}
}

func compact(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What the server brings cannot be overwritten, deleted or claimed by another id, on whatever way.
func TestGuide_CannotBeWritten(t *testing.T) {
	s := start(t, nil)
	before := s.versions()
	const (
		url  = profiles.Base + "/ValueSet/place-of-care"
		same = `{"resourceType":"ValueSet","id":"place-of-care","url":"` + url + `","status":"draft"}`
		mine = `{"resourceType":"ValueSet","id":"mine","url":"` + url + `","status":"draft"}`
		free = `{"resourceType":"ValueSet","id":"place-of-care","url":"http://example.org/vs","status":"draft"}`
	)
	bundle := func(kind, method, url, resource string) string {
		if resource != "" {
			resource = `"resource":` + resource + `,`
		}
		return `{"resourceType":"Bundle","type":"` + kind + `","entry":[{` + resource + `"request":{"method":"` + method + `","url":"` + url + `"}}]}`
	}
	for _, row := range []struct{ name, line, body string }{
		{"overwritten", "PUT /ValueSet/place-of-care", same},
		{"overwritten with another canonical", "PUT /ValueSet/place-of-care", free},
		{"deleted", "DELETE /ValueSet/place-of-care", ""},
		{"deleted by its canonical", "DELETE /ValueSet?url=" + url, ""},
		{"overwritten by its canonical", "PUT /ValueSet?url=" + url, same},
		{"claimed by another id", "PUT /ValueSet/mine", mine},
		{"claimed by a new id", "POST /ValueSet", mine},
		{"with a version of its own", "POST /ValueSet", strings.Replace(mine, `"status"`, `"version":"9","status"`, 1)},
		{"overwritten in a transaction", "POST /", bundle("transaction", "PUT", "ValueSet/place-of-care", free)},
		{"claimed in a transaction", "POST /", bundle("transaction", "POST", "ValueSet", mine)},
		{"deleted in a transaction", "POST /", bundle("transaction", "DELETE", "ValueSet/place-of-care", "")},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, row.body)
			if r.status != 409 || !strings.Contains(string(r.body), "server-definition") {
				t.Errorf("%s = %d %s, want 409 with server-definition", row.line, r.status, shorten(r.body))
			}
		})
	}
	inBatch := s.must(200, "POST /", bundle("batch", "DELETE", "ValueSet/place-of-care", ""))
	if got := asBundle(t, inBatch.body).Entry[0].Response.Status; !strings.HasPrefix(got, "409") {
		t.Errorf("deleted in a batch: %s, want 409", got)
	}
	// Asking whether it is there is no write.
	if r := s.send("POST /ValueSet", mine, "If-None-Exist: url="+url); r.status != 200 || text(value(t, r.body), "id") != "place-of-care" {
		t.Errorf("a conditional create that finds it = %d %s, want 200 with it", r.status, shorten(r.body))
	}
	if after := s.versions(); after != before {
		t.Errorf("%d versions are stored, want the %d there were", after, before)
	}
}

// A start stores only what has changed.
func TestGuide_StoredOnce(t *testing.T) {
	data := t.TempDir() + "/data"
	at := func(c *config.Config) { c.Data = data }
	s := start(t, at)
	n := s.versions()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if again := start(t, at).versions(); again != n {
		t.Errorf("after another start %d versions are stored, want %d", again, n)
	}
}

// Flags are searched by the parameters of our guide, which R4 has not.
func TestGuide_SearchParameters(t *testing.T) {
	s := start(t, nil)
	for _, status := range []string{"active", "inactive"} {
		s.must(201, "POST /Flag", `{"resourceType":"Flag","status":"`+status+`","code":{"text":"x"},"subject":{"display":"x"}}`)
	}
	if n := s.total("/Flag?status=active"); n != 1 {
		t.Errorf("Flag?status=active: %d, want 1", n)
	}
}

// The parts of packages that tests put together.
const (
	vsA      = `{"resourceType":"ValueSet","id":"a","url":"http://pack.example/ValueSet/a","version":"1","status":"active","name":"A"}`
	vsOtherA = `{"resourceType":"ValueSet","id":"a","url":"http://other.example/ValueSet/a","status":"active"}`
	xmlVS    = `<ValueSet xmlns="http://hl7.org/fhir"><id value="x"/><url value="http://pack.example/ValueSet/x"/><status value="active"/></ValueSet>`
	spNick   = `{"resourceType":"SearchParameter","id":"nick","url":"http://pack.example/SearchParameter/nick","name":"n","status":"active","description":"d","code":"nick","base":["Patient"],"type":"string","expression":"Patient.name.where(use='nickname').given"}`
)

// archive packs files as a published package.
func archive(t *testing.T, file string, files map[string]string) string {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	out := tar.NewWriter(zipped)
	for name, text := range files {
		if err := out.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return put(t, filepath.Join(t.TempDir(), file), packed.String())
}

func put(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A package as published, a folder and a single file in XML are brought in together; without them what they
// brought is gone.
func TestPackages(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, "vs.json"), vsOtherA)
	file := put(t, filepath.Join(dir, "vs.xml"), xmlVS)
	tgz := archive(t, "pack.tgz", map[string]string{
		"package.json": `{"name":"pack","version":"1.0.0","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1","absent.package":"2.x"}}`,
		"vs.json":      vsA, "sp.json": spNick,
	})
	data := filepath.Join(dir, "data")
	s := start(t, func(c *config.Config) { c.Data, c.Packages = data, []string{tgz, folder, file} })
	s.must(201, "POST /Patient", `{"resourceType":"Patient","name":[{"use":"nickname","given":["Bo"]}]}`)
	if n := s.total("/Patient?nick=bo"); n != 1 {
		t.Errorf("Patient?nick=bo: %d, want 1", n)
	}
	if got := text(value(t, s.must(200, "GET /ValueSet/a", "").body), "url"); got != "http://pack.example/ValueSet/a" {
		t.Errorf("ValueSet/a is %s, want that of the first package", got)
	}
	other := s.search("/ValueSet?url=http://other.example/ValueSet/a")
	if len(other.Entry) != 1 || !strings.Contains(other.Entry[0].FullURL, "/ValueSet/a-") {
		t.Errorf("the other ValueSet a is at %v, want an id of its own", other.Entry)
	}
	s.must(200, "GET /ValueSet/x", "")
	if log := s.log.String(); !strings.Contains(log, "needs the package absent.package 2.x") {
		t.Errorf("the log does not tell of the package that is missing: %s", log)
	}
	if r := s.send("DELETE /ValueSet/a", ""); r.status != 409 {
		t.Errorf("DELETE of a package's = %d, want 409", r.status)
	}
	n := s.versions()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	without := start(t, func(c *config.Config) { c.Data, c.Packages = data, []string{file} })
	without.must(410, "GET /ValueSet/a", "")
	without.must(200, "GET /ValueSet/x", "")
	if got := without.versions(); got != n+3 {
		t.Errorf("%d versions are stored, want the %d and three deletions", got, n)
	}
	without.must(201, "PUT /ValueSet/a", vsOtherA)
}

// What a client had stored stays a client's, unless it is the same definition.
func TestPackages_OverClients(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	s := start(t, func(c *config.Config) { c.Data = data })
	s.must(201, "PUT /ValueSet/a", vsOtherA)
	s.must(201, "PUT /ValueSet/x", `{"resourceType":"ValueSet","id":"x","url":"http://pack.example/ValueSet/x","status":"draft"}`)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	packs := []string{put(t, filepath.Join(dir, "a.json"), vsA), put(t, filepath.Join(dir, "x.xml"), xmlVS)}
	s = start(t, func(c *config.Config) { c.Data, c.Packages = data, packs })
	if got := text(value(t, s.must(200, "GET /ValueSet/a", "").body), "url"); got != "http://other.example/ValueSet/a" {
		t.Errorf("ValueSet/a is %s, want the client's", got)
	}
	if found := s.search("/ValueSet?url=http://pack.example/ValueSet/a"); len(found.Entry) != 1 {
		t.Errorf("the package's ValueSet a is found %d times, want once", len(found.Entry))
	}
	x := value(t, s.must(200, "GET /ValueSet/x", "").body)
	if text(x, "status") != "active" || text(x, "meta", "versionId") != "2" {
		t.Errorf("ValueSet/x = %v, want the package's as version 2", x)
	}
}

// A package that cannot be brought in stops the start, with every fault by name.
func TestPackages_Broken(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string { return put(t, filepath.Join(dir, name), text) }
	parameter := func(change ...string) string { return strings.NewReplacer(change...).Replace(spNick) }
	for _, row := range []struct {
		name string
		path []string
		want []string
	}{
		{"not there", []string{dir + "/absent.tgz"}, []string{"absent.tgz"}},
		{"nothing in it", []string{write("none.json", `{"some":"JSON"}`)}, []string{"none.json"}},
		{"of another FHIR", []string{archive(t, "r5.tgz", map[string]string{"package.json": `{"name":"r5","version":"1","fhirVersions":["5.0.0"]}`})}, []string{"r5.tgz", "5.0.0"}},
		{"two faults", []string{write("cut.tgz", "\x1f\x8b"), write("bad.json", `{"resourceType":"ValueSet","nonsense":1}`)}, []string{"cut.tgz", "bad.json: ValueSet has no element"}},
		{"a parameter that is there", []string{write("sp1.json", parameter(`"code":"nick"`, `"code":"name"`))}, []string{"SearchParameter/nick", "Patient-name"}},
		{"two parameters of one name", []string{write("sp2.json", spNick), write("sp3.json", parameter("SearchParameter/nick", "SearchParameter/nick2"))}, []string{"SearchParameter/nick2", "SearchParameter/nick"}},
		{"a parameter that is no FHIRPath", []string{write("sp4.json", parameter("Patient.name.where(use='nickname').given", "Patient.name.where("))}, []string{"SearchParameter/nick", "1:"}},
		{"a parameter of no type", []string{write("sp5.json", parameter(`"type":"string"`, `"type":"text"`, `["Patient"]`, `["HumanName"]`))}, []string{"type", "HumanName"}},
		{"a profile that cannot be", []string{write("sd.json", impossible)}, []string{"StructureDefinition/impossible", "Patient.nonsense"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := config.Defaults()
			c.Listen, c.Temporary, c.Packages = "127.0.0.1:0", true, row.path
			a, err := app.Open(t.Context(), c, app.Deps{Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				t.Fatalf("Open succeeded, want it refused (%v)", a.Close())
			}
			for _, want := range row.want {
				if !strings.Contains(told(err), want) {
					t.Errorf("Open: %s, want %s in it", told(err), want)
				}
			}
		})
	}
}

const impossible = `{"resourceType":"StructureDefinition","id":"impossible","url":"http://pack.example/StructureDefinition/impossible","name":"I","status":"active","kind":"resource","abstract":false,"type":"Patient",` +
	`"baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.nonsense","path":"Patient.nonsense","min":1}]}}`

// told is every issue of an error.
func told(err error) string {
	var e *fhir.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	var all []string
	for _, issue := range e.Issues {
		all = append(all, issue.Diagnostics)
	}
	return strings.Join(all, "; ")
}
