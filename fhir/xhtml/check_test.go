package xhtml_test

import (
	"strings"
	"testing"

	"hearken/fhir/xhtml"
	"hearken/internal/fhirtest"
)

const open = `<div xmlns="http://www.w3.org/1999/xhtml">`

func TestWellFormed(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       bool
	}{
		{"text", open + "a</div>", true},
		{"nested", open + "<p>a<br/>b</p></div>", true},
		{"an empty div", "<div/>", true},
		{"single quotes", "<div class='a'>b</div>", true},
		{"white space round it", " <div>a</div>\n", true},
		{"white space in tags", "<div\n class = 'a' >b</div >", true},
		{"a comment", "<!-- a --><div><!-- b --></div>", true},
		{"CDATA", "<div><![CDATA[<&]]></div>", true},
		{"references", "<div>&amp;&lt;&gt;&quot;&apos;&#160;&#xA0;</div>", true},
		{"beyond ASCII", "<div>é😀</div>", true},
		{"nothing", "", false},
		{"text alone", "a", false},
		{"another element", "<p>a</p>", false},
		{"two elements", "<div/><div/>", false},
		{"text after", "<div/>a", false},
		{"text before", "a<div/>", false},
		{"not closed", "<div><p></div>", false},
		{"never closed", "<div>", false},
		{"closed twice", "<div></div></div>", false},
		{"crossed", "<div><b><i></b></i></div>", false},
		{"an attribute without value", "<div hidden>a</div>", false},
		{"an attribute without quotes", "<div class=a>a</div>", false},
		{"an attribute twice", "<div class='a' class='b'>a</div>", false},
		{"attributes without space", "<div class='a'id='b'>a</div>", false},
		{"less-than in an attribute", "<div class='<'>a</div>", false},
		{"a bare ampersand", "<div>a & b</div>", false},
		{"an entity of HTML", "<div>&nbsp;</div>", false},
		{"a reference to no character", "<div>&#0;</div>", false},
		{"a reference to a surrogate", "<div>&#xD800;</div>", false},
		{"an unfinished reference", "<div>&amp</div>", false},
		{"a document type", "<!DOCTYPE div><div/>", false},
		{"a processing instruction", "<?xml version='1.0'?><div/>", false},
		{"two hyphens in a comment", "<div><!-- a -- b --></div>", false},
		{"an unfinished comment", "<div><!-- a", false},
		{"the end of CDATA in text", "<div>]]></div>", false},
		{"a control character", "<div>\x01</div>", false},
		{"an element with a prefix", "<div xmlns:a='b'><a:p/></div>", false},
		{"an attribute with a prefix", "<div a:b='c'/>", false},
		{"a declaration without a name", "<div xmlns:='c'/>", false},
		{"an attribute of XML", "<div xml:lang='en' xmlns:a='b'/>", true},
		{"a div of another namespace", "<div xmlns='http://a.example'/>", false},
	} {
		if got := xhtml.WellFormed([]byte(row.text)); got != row.want {
			t.Errorf("%s: WellFormed(%s) = %t, want %t", row.name, row.text, got, row.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"formatting", `<h1 class="a">b</h1><p style="color: red">c<b>d</b></p><table border="1"><tr><td rowspan="2">e</td></tr></table>`, ""},
		{"a link", `<a href="http://a.example" name="b">c</a>`, ""},
		{"a link inside", `<a href="#b">c</a>`, ""},
		{"an image", `<img src="data:image/png;base64,AA==" alt="a"/>`, ""},
		{"a script", `<script>a</script>`, "script"},
		{"a form", `<form><input/></form>`, "form"},
		{"a frame", `<iframe src="http://a.example"/>`, "iframe"},
		{"an object", `<object/>`, "object"},
		{"a style sheet", `<link rel="stylesheet" href="http://a.example"/>`, "link"},
		{"a style element", `<style>p {}</style>`, "style"},
		{"an element of another case", `<SCRIPT>a</SCRIPT>`, "SCRIPT"},
		{"an event", `<p onclick="a()">b</p>`, "onclick"},
		{"a link that is a script", `<a href="javascript:a()">b</a>`, "script"},
		{"the same in disguise", `<a href=" Java&#115;cript&#58;a()">b</a>`, "script"},
		{"the same with white space", "<a href=\"java\tscript:a()\">b</a>", "script"},
		{"a document as data", `<a href="data:text/html,a">b</a>`, "script"},
		{"a picture that can run", `<img src="data:image/svg+xml,a"/>`, "script"},
		{"an attribute of another element", `<p src="a">b</p>`, "src"},
		{"a style that fetches", `<p style="background: url(http://a.example)">b</p>`, "style"},
		{"a style that fetches without a scheme", `<p style="background: url( '//a.example/b')">b</p>`, "style"},
		{"a second style that fetches", `<p style="background: url(a.png) url(http://a.example)">b</p>`, "style"},
		{"a background beside the document", `<p style="background: url(a.png)">b</p>`, ""},
		{"a background in the style", `<p style="background: url(data: image/png;base64,AA==)">b</p>`, ""},
		{"the same in disguise", `<p style="background: u\72l(http://a.example)">b</p>`, "style"},
		{"the same with a comment", `<p style="background: u/**/rl(a)">b</p>`, "style"},
		{"a style that imports", `<p style="@import 'a'">b</p>`, "style"},
		{"another namespace", `<p xmlns="http://a.example">b</p>`, "namespace"},
	} {
		t.Run(row.name, func(t *testing.T) {
			faults := xhtml.Check([]byte(open + row.text + "</div>"))
			if row.want == "" && len(faults) > 0 {
				t.Errorf("Check(%s) = %q, want nothing", row.text, faults)
			}
			if row.want != "" && !strings.Contains(strings.Join(faults, "; "), row.want) {
				t.Errorf("Check(%s) = %q, want a fault naming %s", row.text, faults, row.want)
			}
		})
	}
}

func TestCheck_Outermost(t *testing.T) {
	for _, text := range []string{`<div>a</div>`, `<p xmlns="http://www.w3.org/1999/xhtml">a</p>`, `<div xmlns="http://www.w3.org/1999/xhtml">`} {
		if faults := xhtml.Check([]byte(text)); len(faults) == 0 {
			t.Errorf("Check(%s) = nothing, want a fault", text)
		}
	}
}

func TestHasContent(t *testing.T) {
	for _, row := range []struct {
		text string
		want bool
	}{
		{"<div>a</div>", true}, {"<div><p> <b>a</b></p></div>", true}, {"<div><img src='a'/></div>", true},
		{"<div/>", false}, {"<div> \n\t</div>", false}, {"<div><p><br/></p><!-- a --></div>", false},
	} {
		if got := xhtml.HasContent([]byte(row.text)); got != row.want {
			t.Errorf("HasContent(%s) = %t, want %t", row.text, got, row.want)
		}
	}
}

// TestWellFormed_Hostile reads texts made to be slow at two sizes.
func TestWellFormed_Hostile(t *testing.T) {
	for _, row := range []struct{ name, before, repeated, after string }{
		{"open tags", "<div>", "<p>", ""},
		{"ampersands", "<div>", "&", ""},
		{"one reference after another", "<div>", "&amp;", "</div>"},
		{"attributes", "<div ", "a='b' ", "/>"},
		{"comments", "<div>", "<!-- -->", "</div>"},
		{"links", "<div>", "<a href='#b'/>", "</div>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 40, 20_000, func(n int) func() {
				text := []byte(row.before + strings.Repeat(row.repeated, n) + row.after)
				return func() {
					if found := xhtml.Examine(text); found.Has(xhtml.IsWellFormed) {
						xhtml.Inspect(text)
					}
				}
			})
		})
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(open + "<p class='a'>b&amp;<br/></p><!-- c --><![CDATA[d]]></div>"))
	f.Add([]byte(`<div onclick="a"><script/>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		// What is told to be good is well-formed; nothing panics.
		if len(xhtml.Check(text)) == 0 && !xhtml.WellFormed(text) {
			t.Errorf("Check(%q) = nothing of what is not well-formed", text)
		}
		xhtml.HasContent(text)
	})
}
