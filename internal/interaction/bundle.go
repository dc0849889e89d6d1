package interaction

import (
	"net/http"
	"strconv"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/store"
)

// bundleWriter writes a Bundle in JSON, member by member, so that resources go from the store into it by one copy
// (https://hl7.org/fhir/R4/bundle.html).
type bundleWriter struct {
	jsonWriter
	base    string
	entries int
}

// newBundle begins a Bundle with room for about size bytes.
func newBundle(kind, base string, size int) *bundleWriter {
	b := &bundleWriter{base: base, jsonWriter: jsonWriter{make([]byte, 0, size+512)}}
	b.json = append(b.json, `{"resourceType":"Bundle","type":"`...)
	b.json = append(b.json, kind...)
	b.json = append(b.json, '"')
	return b
}

// total writes Bundle.total, unless it is negative: not counted.
func (b *bundleWriter) total(n int) {
	if n >= 0 {
		b.json = append(b.json, `,"total":`...)
		b.json = strconv.AppendInt(b.json, int64(n), 10)
	}
}

// link is one Bundle.link.
type link struct{ relation, url string }

// links writes Bundle.link, without those that have no URL.
func (b *bundleWriter) links(links ...link) {
	open := `,"link":[`
	for _, l := range links {
		if l.url == "" {
			continue
		}
		b.json = append(b.json, open...)
		b.json = append(b.json, `{"relation":"`...)
		b.json = append(b.json, l.relation...)
		b.json = append(b.json, `","url":`...)
		b.json = element.AppendString(b.json, l.url)
		b.json = append(b.json, '}')
		open = ","
	}
	if open == "," {
		b.json = append(b.json, ']')
	}
}

// entry begins the next Bundle.entry; end closes it.
func (b *bundleWriter) entry() {
	if b.entries == 0 {
		b.json = append(b.json, `,"entry":[{`...)
	} else {
		b.json = append(b.json, `,{`...)
	}
	b.entries++
}

func (b *bundleWriter) end() { b.json = append(b.json, '}') }

// fullURL is entry.fullUrl of a resource of this server.
func (b *bundleWriter) fullURL(key fhir.Key) { b.text("fullUrl", b.base+"/"+key.String()) }

// request is entry.request of a history entry.
func (b *bundleWriter) request(method store.Method, key fhir.Key) {
	b.member("request")
	b.json = append(b.json, '{')
	b.text("method", method.String())
	if method == store.Create {
		b.text("url", string(key.Type))
	} else {
		b.text("url", key.String())
	}
	b.json = append(b.json, '}')
}

// response is entry.response.
type response struct {
	status       int
	location     string
	version      fhir.VersionID
	lastModified time.Time
	outcome      []byte
}

func (b *bundleWriter) response(r response) {
	b.member("response")
	b.json = append(b.json, '{')
	b.text("status", statusLine(r.status))
	b.text("location", r.location)
	if r.version != 0 {
		b.text("etag", r.version.ETag())
	}
	if !r.lastModified.IsZero() {
		b.text("lastModified", fhir.FormatInstant(r.lastModified))
	}
	b.raw("outcome", r.outcome)
	b.json = append(b.json, '}')
}

// bytes closes the Bundle and gives it.
func (b *bundleWriter) bytes() []byte {
	if b.entries > 0 {
		b.json = append(b.json, ']')
	}
	return append(b.json, '}')
}

// statusLine is an HTTP status as Bundle.entry.response.status has it: "201 Created".
func statusLine(status int) string {
	return strconv.Itoa(status) + " " + http.StatusText(status)
}
