package fhirtest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Each template is a JSON array of Bundle entries. "${name}" within a string
// stands for text; a whole string "#{name}" for a bare JSON value.
//
//go:embed template/*.json
var templateFiles embed.FS

// template is a template cut up at its placeholders: text[0], the field
// fields[0], text[1], ... and last the text after the last field.
type template struct {
	text   []string
	fields []int
}

// fieldNames gives every placeholder its number, in order of first use.
type fieldNames struct{ names []string }

// number returns the number of the placeholder called name.
func (f *fieldNames) number(name string) int {
	if i := slices.Index(f.names, name); i >= 0 {
		return i
	}
	f.names = append(f.names, name)
	return len(f.names) - 1
}

// loadTemplate compiles template/name.json: spaces outside strings go, and the
// array's brackets, so that entries of several templates can follow one another.
func loadTemplate(name string, fields *fieldNames) template {
	source, err := templateFiles.ReadFile("template/" + name + ".json")
	if err != nil {
		panic(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, source); err != nil {
		panic(fmt.Sprintf("fhirtest: template %s: %v", name, err))
	}
	rest := strings.TrimSuffix(strings.TrimPrefix(compact.String(), "["), "]")
	var t template
	for {
		text, field, after, found := cutField(rest)
		t.text = append(t.text, text)
		if !found {
			return t
		}
		t.fields = append(t.fields, fields.number(field))
		rest = after
	}
}

// cutField cuts s round its first placeholder; the quotes round "#{name}"
// belong to the placeholder.
func cutField(s string) (before, field, after string, found bool) {
	text, bare := strings.Index(s, "${"), strings.Index(s, `"#{`)
	open, start, end := text, text+len("${"), "}"
	if text < 0 || bare >= 0 && bare < text {
		open, start, end = bare, bare+len(`"#{`), `}"`
	}
	if open < 0 {
		return s, "", "", false
	}
	field, after, _ = strings.Cut(s[start:], end)
	return s[:open], field, after, true
}

// append writes the template with its fields filled in from values.
func (t template) append(dst []byte, values []string) []byte {
	for i, field := range t.fields {
		dst = append(dst, t.text[i]...)
		dst = append(dst, values[field]...)
	}
	return append(dst, t.text[len(t.text)-1]...)
}
