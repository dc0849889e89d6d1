package element_test

import (
	"slices"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

func TestFormatOf(t *testing.T) {
	for _, row := range []struct {
		mediaType string
		want      element.Format
	}{
		{"application/fhir+json", element.JSON}, {"application/json", element.JSON}, {"text/json", element.JSON}, {"application/json+fhir", element.JSON},
		{"application/fhir+xml", element.XML}, {"application/xml", element.XML}, {"text/xml", element.XML}, {"application/xml+fhir", element.XML},
		{"application/fhir+turtle", 0}, {"image/svg+xml", 0}, {"json", 0}, {"", 0},
	} {
		if got := element.FormatOf(row.mediaType); got != row.want {
			t.Errorf("FormatOf(%q) = %d, want %d", row.mediaType, got, row.want)
		}
	}
	for _, f := range element.Formats() {
		if names := f.MediaTypes(); names[0] != f.MediaType() || names[0] != "application/fhir+"+f.String() || !slices.Equal(names[:2], f.FHIRMediaTypes()) {
			t.Errorf("%s is sent as %s, of %v and %v", f, f.MediaType(), names, f.FHIRMediaTypes())
		}
	}
}

func TestFormat_ParseAs(t *testing.T) {
	for f, source := range map[element.Format]string{element.JSON: `{"resourceType":"Patient"}`, element.XML: patientTag + `</Patient>`} {
		if tree, outcome := f.ParseAs(r4.Definitions(), "Patient", []byte(source), element.Limits{}); tree == nil {
			t.Errorf("%s.ParseAs = %v, want a tree", f, outcome)
		}
		if tree, _ := f.ParseAs(r4.Definitions(), "Group", []byte(source), element.Limits{}); tree != nil {
			t.Errorf("%s.ParseAs(Group) of a Patient = a tree", f)
		}
	}
}

func TestXMLResource(t *testing.T) {
	for _, row := range []struct{ source, want string }{
		{patientTag + `<active`, "Patient"},
		{"\uFEFF<?xml version='1.0'?>\n<!-- a --><f:Binary xmlns:f='http://hl7.org/fhir'>", "Binary"},
		{`<Patient/>`, ""},
		{`<Patient xmlns="http://a.example"/>`, ""},
		{`<!DOCTYPE Patient>` + patientTag, ""},
		{`<?xml version="1.1"?>` + patientTag, ""},
		{`{"resourceType":"Patient"}`, ""},
		{"\x89PNG\xff<", ""},
		{"", ""},
	} {
		if got := element.XMLResource([]byte(row.source)); got != row.want {
			t.Errorf("XMLResource(%q) = %q, want %q", row.source, got, row.want)
		}
	}
}

func TestParseXMLBundle(t *testing.T) {
	const faulty = `<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><resource><Group/></resource></entry>` +
		`<entry><fullUrl value="urn:a"/><resource><Nothing/></resource></entry><entry><resource><Bundle><entry><resource><Group/></resource></entry></Bundle></resource></entry></Bundle>`
	for _, row := range []struct {
		name string
		skip int
		want string
	}{
		{"the faulty one", 1, `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Group"}},{"fullUrl":"urn:a"},{"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Group"}}]}}]}`},
		{"another", 0, ""},
	} {
		tree, _ := element.ParseXMLBundle(r4.Definitions(), []byte(faulty), element.Limits{}, func(entry int) bool { return entry == row.skip })
		got := ""
		if tree != nil {
			got = string(tree.Source())
		}
		if got != row.want {
			t.Errorf("%s passed over: %s, want %s", row.name, got, row.want)
		}
	}
	// Only entries of the Bundle itself are passed over, not those of one inside.
	tree, _ := element.ParseXMLBundle(r4.Definitions(), []byte(`<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Bundle><entry><resource><Group/></resource></entry></Bundle></resource></entry></Bundle>`),
		element.Limits{}, func(entry int) bool { return entry == 1 })
	if tree == nil || tree.Len() != 5 {
		t.Errorf("a Bundle in a Bundle = %v, want all five nodes", tree)
	}
}
