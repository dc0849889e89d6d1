package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// narrated is a Patient with a narrative; its members come first.
func narrated(members, attributes, xhtml string) string {
	return patient(fmt.Sprintf(`%s"text":{"status":"generated","div":%q}`, members, `<div xmlns="http://www.w3.org/1999/xhtml"`+attributes+`>`+xhtml+`</div>`))
}

func TestValidate_Narrative(t *testing.T) {
	const nesting, link = "error structure narrative-nesting Patient.text.div", "error invalid narrative-link Patient.text.div"
	const language = "warning business-rule narrative-language Patient.text.div"
	testRules(t, []rule{
		{"a list", narrated("", "", "<ul><li>a<ol><li>b</li></ol></li></ul>"), ""},
		{"a table", narrated("", "", "<table> <caption>a</caption><colgroup><col/></colgroup><thead><tr><th>b</th></tr></thead><tbody><tr><td><p>c</p></td></tr></tbody></table>"), ""},
		{"text in a list", narrated("", "", "<ul>a<li>b</li></ul>"), nesting},
		{"a paragraph in a list", narrated("", "", "<ul><p>b</p></ul>"), nesting},
		{"an item outside a list", narrated("", "", "<li>b</li>"), nesting},
		{"a cell outside a row", narrated("", "", "<td>b</td>"), nesting},
		{"a table in a paragraph", narrated("", "", "<p><b><table><tr><td>b</td></tr></table></b></p>"), nesting},
		{"a paragraph in a paragraph", narrated("", "", "<p><span><p>b</p></span></p>"), nesting},
		{"bold in bold", narrated("", "", "<b><i><b>b</b></i></b>"), nesting},
		{"something in a line break", narrated("", "", "<br>b</br>"), nesting},
		{"links", narrated("", "", `<a href="http://a.example/b?c=d|1#e">a</a><a href="mailto:a@b.example">b</a><a href="Patient/1">c</a><a href="TEL:1">d</a>`), ""},
		{"a urn", narrated("", "", `<a href="urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0">a</a>`), link},
		{"a urn that a server rewrites", bundleOf("transaction", "", `{"fullUrl":"`+urn+`1","resource":`+narrated("", "", `<a href="`+urn+`1">a</a>`)+`,"request":{"method":"POST","url":"Patient"}}`), ""},
		{"a space in a link", narrated("", "", `<a href="http://a.example/b c">a</a>`), link},
		{"an empty link", narrated("", "", `<a href="">a</a>`), link},
		{"an image without a source", narrated("", "", `<img src="" alt="a"/>`), link},
		{"a link to an id in the text", narrated("", "", `<a href="#b">a</a><p id="b">b</p>`), ""},
		{"a link to a name in the text", narrated("", "", `<a href="#b">a</a><a name="b">b</a>`), ""},
		{"a link to an element", narrated(`"name":[{"id":"b","family":"c"}],`, "", `<a href="#b">a</a>`), ""},
		{"a link to what is contained", narrated(`"contained":[{"resourceType":"Organization","id":"b","name":"c"}],"managingOrganization":{"reference":"#b"},`, "", `<a href="#b">a</a>`), ""},
		{"a link to the top", narrated("", "", `<a href="#">a</a>`), ""},
		{"a link to nothing", narrated("", "", `<a href="#b">a</a>`), link},
		{"a link to another entry", bundle(entries("http://a.example/nothing", narrated("", "", `<a href="#g">a</a>`), urn+"1", strings.Replace(group1, `"id":"1"`, `"id":"g"`, 1))), ""},
		{"an id given twice", narrated("", "", `<p id="a">b</p><p id="a">b</p>`), "warning business-rule narrative-id Patient.text.div"},
		{"one element with both", narrated("", "", `<a id="a" name="a">b</a>`), ""},
		{"the language of the resource", narrated(`"language":"en",`, ` lang="en" xml:lang="en"`, "a"), ""},
		{"another language", narrated(`"language":"en",`, ` xml:lang="de"`, "a"), language},
		{"no language", narrated(`"language":"en",`, "", "a"), language},
		{"two languages", narrated("", "", `<div xml:lang="en">a</div> <div xml:lang="de"><p>b</p></div>`), ""},
		{"text outside of the languages", narrated("", "", `<div xml:lang="en">a</div><p>b</p>`), language},
	})
}

func TestValidate_HostileNarrativeIsLinear(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for name, part := range map[string]string{
		"links to nothing": `<a href="#a%d">b</a>`, "ids": `<a href="#a%[1]d" id="a%[1]d">b</a>`, "open elements": "<i>%d", "items out of place": "<li>%d</li>",
	} {
		t.Run(name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 1_000, func(n int) func() {
				var b strings.Builder
				for i := range n {
					fmt.Fprintf(&b, part, i)
				}
				if strings.HasPrefix(part, "<i>") {
					b.WriteString(strings.Repeat("</i>", n))
				}
				tree := parse(t, narrated("", "", b.String()))
				return func() { validator.Validate(tree) }
			})
		})
	}
}
