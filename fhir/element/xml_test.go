package element_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

func TestParseXML(t *testing.T) {
	for _, row := range []struct{ name, source, want string }{
		{"values by type", `<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.00e0"/><unit value="mg"/></valueQuantity></Observation>`,
			`{"resourceType":"Observation","valueQuantity":{"value":1.00e0,"unit":"mg"}}`},
		{"arrays", patientTag + `<name><given value="a"/><given value="b"/></name></Patient>`, `{"resourceType":"Patient","name":[{"given":["a","b"]}]}`},
		{"ids and extensions of primitives", patientTag + `<name><given value="a"/><given id="b"><extension url="http://c"><valueBoolean value="true"/></extension></given></name></Patient>`,
			`{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"b","extension":[{"url":"http://c","valueBoolean":true}]}]}]}`},
		{"references to characters", patientTag + `<language value="a&amp;&lt;&gt;&quot;&apos;&#10;&#x1F600;"/></Patient>`, `{"resourceType":"Patient","language":"a&<>\"'\n😀"}`},
		{"a declaration, comments, instructions and a mark", "\uFEFF<?xml version='1.0' encoding='utf-8' standalone='yes'?><!-- a --><?b c?>" + patientTag + `<!-- <x/> --><?d?><active value="true"></active></Patient><!-- e -->`,
			`{"resourceType":"Patient","active":true}`},
		{"the place of a schema", `<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir a.xsd"/>`, `{"resourceType":"Patient"}`},
		{"prefixes", `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:x="http://www.w3.org/1999/xhtml"><f:text><f:status value="empty"/><x:div id="a">b<x:br /><x:p >c</x:p></x:div></f:text></f:Patient>`,
			`{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" id=\"a\">b<br /><p >c</p></div>"}}`},
		{"a div, byte for byte", patientTag + "<text><div xmlns=\"http://www.w3.org/1999/xhtml\">\r\n<!-- a -->&#160;<b  class='c'>\"é</b></div></text></Patient>",
			`{"resourceType":"Patient","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">\r\n<!-- a -->&#160;<b  class='c'>\"é</b></div>"}}`},
		{"resources in resources", `<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient><contained><Group><id value="a"/></Group></contained><contained><Group/></contained></Patient></resource></entry></Bundle>`,
			`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Group","id":"a"},{"resourceType":"Group"}]}}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			tree := parseXML(t, row.source)
			if got := string(element.ToJSON(tree)); decodedEqual(t, got, row.want) != "" {
				t.Errorf("ToJSON(ParseXML(%s))\n got %s\nwant %s", row.source, got, row.want)
			}
			sameOverJSON(t, row.name, tree)
		})
	}
}

func decodedEqual(t *testing.T, a, b string) string {
	t.Helper()
	return cmp.Diff(decoded(t, []byte(a)), decoded(t, []byte(b)))
}

func TestParseXML_LiteralLineEnds(t *testing.T) {
	tree := parseXML(t, patientTag+"<name><text value=\"a\r\nb\tc\"/></name></Patient>")
	if got, want := tree.Root().Child("name").Child("text").Text(), "a b c"; got != want {
		t.Errorf("an attribute with a line end and a tab = %q, want %q", got, want)
	}
}

func TestParseXML_LineColumn(t *testing.T) {
	tree := parseXML(t, patientTag+"\n  <birthDate\n    value=\"2000\" id=\"a\"/></Patient>")
	birthDate := tree.Root().Child("birthDate")
	for _, row := range []struct {
		node         element.Node
		line, column int
	}{{tree.Root(), 1, 1}, {birthDate, 2, 3}, {birthDate.Child("id"), 3, 18}} {
		if line, column := row.node.LineColumn(); line != row.line || column != row.column {
			t.Errorf("LineColumn(%s) = %d:%d, want %d:%d", row.node.Location(), line, column, row.line, row.column)
		}
	}
}

// TestStamp_XML stamps and edits a resource that came as XML: what is stored is JSON.
func TestStamp_XML(t *testing.T) {
	tree := parseXML(t, patientTag+`<id value="old"/><name><family value="a&#10;"/></name></Patient>`)
	edits := []element.Edit{{Node: tree.Root().Child("name").Child("family"), Text: "b"}}
	got := string(element.StampEdited(tree.Root(), edits, "new", 3, time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)))
	want := `{"resourceType":"Patient","meta":{"versionId":"3","lastUpdated":"2024-05-01T00:00:00.000Z"},"id":"new","name":[{"family":"b"}]}`
	if decodedEqual(t, got, want) != "" {
		t.Errorf("StampEdited = %s, want %s", got, want)
	}
}

func TestAppendXML(t *testing.T) {
	for _, row := range []struct {
		name, source, want string
		options            element.WriteOptions
	}{
		{name: "definition order",
			source: `{"gender":"male","resourceType":"Patient","name":[{"family":"b","use":"old"}],"id":"a"}`,
			want:   patientTag + `<id value="a"/><name><use value="old"/><family value="b"/></name><gender value="male"/></Patient>`},
		{name: "attributes and primitives",
			source: `{"resourceType":"Patient","_birthDate":{"extension":[{"valueCode":"c","url":"u","id":"i"}],"id":"a"},"birthDate":"2000"}`,
			want:   patientTag + `<birthDate id="a" value="2000"><extension id="i" url="u"><valueCode value="c"/></extension></birthDate></Patient>`},
		{name: "escapes",
			source: `{"resourceType":"Patient","name":[{"text":"<&>\"'\n\r\té\uFFFF"}]}`,
			want:   patientTag + `<name><text value="&lt;&amp;&gt;&quot;'&#10;&#13;&#9;é` + "\uFFFD" + `"/></name></Patient>`},
		{name: "a div gets its namespace",
			source: `{"resourceType":"Patient","text":{"div":" <!-- <div/> --><div title=\"a > xmlns='b'\">c</div>"}}`,
			want:   patientTag + `<text><div xmlns="http://www.w3.org/1999/xhtml" title="a > xmlns='b'">c</div></text></Patient>`},
		{name: "resources in resources",
			source: `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Group"}]}}]}`,
			want:   `<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient><contained><Group/></contained></Patient></resource></entry></Bundle>`},
		{name: "a filter leaves nothing empty",
			options: element.WriteOptions{Keep: func(n element.Node) bool { return n.Name() != "given" }},
			source:  `{"resourceType":"Patient","name":[{"given":["x"]},{"family":"y"}]}`,
			want:    patientTag + `<name><family value="y"/></name></Patient>`},
		{name: "pretty", options: element.WriteOptions{Pretty: true},
			source: `{"resourceType":"Patient","contained":[{"resourceType":"Group"}],"name":[{"family":"y"}]}`,
			want:   patientTag + "\n  <contained>\n    <Group/>\n  </contained>\n  <name>\n    <family value=\"y\"/>\n  </name>\n</Patient>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := string(element.AppendXML(nil, parse(t, row.source).Root(), row.options))
			if got != row.want {
				t.Errorf("AppendXML(%s)\n got %s\nwant %s", row.source, got, row.want)
			}
		})
	}
}

func TestAppendXML_Parts(t *testing.T) {
	root := parse(t, `{"resourceType":"Patient","name":[{"family":"x"}],"deceasedBoolean":true}`).Root()
	for _, row := range []struct {
		name, want string
		node       element.Node
	}{
		{"a datatype", `<name><family value="x"/></name>`, root.Child("name")},
		{"a choice", `<deceasedBoolean value="true"/>`, root.Child("deceased")},
		{"nothing", ``, root.Child("gender")},
	} {
		if got := string(element.AppendXML(nil, row.node, element.WriteOptions{})); got != row.want {
			t.Errorf("AppendXML(%s) = %s, want %s", row.name, got, row.want)
		}
	}
}

func FuzzParseXML(f *testing.F) {
	for _, seed := range []string{
		patientTag + `<id value="a"/><name><given value="x"/><given id="b"/></name><birthDate value="2000"><extension url="u"><valueDecimal value="-1.50e3"/></extension></birthDate></Patient>`,
		`<?xml version="1.0" encoding="UTF-8"?><!-- a --><Bundle xmlns="http://hl7.org/fhir"><entry><resource><Binary><data value="AA=="/></Binary></resource></entry></Bundle>`,
		`<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:x="http://www.w3.org/1999/xhtml"><f:text><x:div id="a">b<x:br/>&#160;<![CDATA[c]]></x:div></f:text></f:Patient>`,
		patientTag + `<text><div xmlns="http://www.w3.org/1999/xhtml">a<!-- b --></div></text><language value="&#10;&amp;"/></Patient>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
	} {
		f.Add([]byte(seed))
	}
	set := r4.Definitions()
	f.Fuzz(func(t *testing.T, source []byte) {
		tree, outcome := element.ParseXML(set, source, element.Limits{})
		if (tree == nil) != outcome.Failed() {
			t.Fatalf("ParseXML(%q) = tree %t, %+v: want one or the other", source, tree != nil, outcome)
		}
		if tree == nil {
			return
		}
		if err := wellFormed(source); err != nil {
			t.Fatalf("ParseXML(%q) accepted what encoding/xml does not: %v", source, err)
		}
		sameAsItsJSON(t, tree)
		written := element.AppendXML(nil, tree.Root(), element.WriteOptions{})
		again, outcome := element.ParseXML(set, written, element.Limits{})
		if again == nil {
			t.Fatalf("ParseXML(AppendXML(%q)) = %+v, want a tree", source, outcome)
		}
		if !bytes.ContainsRune(written, '\uFFFD') {
			if diff := cmp.Diff(sortedOutline(tree), sortedOutline(again)); diff != "" {
				t.Fatalf("%q written and read again (-want +got):\n%s", source, diff)
			}
		}
	})
}

// sameAsItsJSON checks that what a tree keeps is JSON with the same content.
func sameAsItsJSON(t *testing.T, tree *element.Tree) {
	t.Helper()
	if !json.Valid(tree.Source()) {
		t.Fatalf("the JSON of a tree is %q, which is none", tree.Source())
	}
	fresh, outcome := element.Parse(r4.Definitions(), tree.Source(), element.Limits{})
	if fresh == nil {
		t.Fatalf("Parse(%q) = %+v, want a tree", tree.Source(), outcome)
	}
	if want, got := sortedOutline(tree), sortedOutline(fresh); !slices.Equal(want, got) {
		t.Fatalf("a tree and its JSON %q (-want +got):\n%s", tree.Source(), cmp.Diff(want, got))
	}
}

// sortedOutline is an outline without the order of attributes, which means nothing in XML.
func sortedOutline(tree *element.Tree) []string {
	lines := outline(tree)
	slices.Sort(lines)
	return lines
}

// wellFormed asks the standard library.
func wellFormed(source []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(source))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func BenchmarkParseXML(b *testing.B) {
	set := r4.Definitions()
	tree, _ := element.Parse(set, benchmarkFile(b), element.Limits{})
	source := element.AppendXML(nil, tree.Root(), element.WriteOptions{})
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if tree, _ := element.ParseXML(set, source, element.Limits{}); tree == nil {
			b.Fatal("the example does not parse")
		}
	}
}

// BenchmarkParseXML_Floor is encoding/xml reading the tokens of the same bytes and keeping none.
func BenchmarkParseXML_Floor(b *testing.B) {
	tree, _ := element.Parse(r4.Definitions(), benchmarkFile(b), element.Limits{})
	source := element.AppendXML(nil, tree.Root(), element.WriteOptions{})
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if err := wellFormed(source); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendXML(b *testing.B) {
	tree, _ := element.Parse(r4.Definitions(), benchmarkFile(b), element.Limits{})
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = element.AppendXML(dst[:0], tree.Root(), element.WriteOptions{})
	}
}
