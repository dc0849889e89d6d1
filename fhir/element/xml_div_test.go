package element_test

import (
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// TestXML_DivsOfJSON: a div that JSON may have can stand in XML; what could not is refused in JSON as well, so that
// one narrative never makes a page of results unreadable.
func TestXML_DivsOfJSON(t *testing.T) {
	for _, row := range []struct {
		name, div string
		accepted  bool
	}{
		{"plain", `<div>a</div>`, true},
		{"empty", `<div/>`, true},
		{"in its namespace", `<div xmlns='http://www.w3.org/1999/xhtml'>a</div>`, true},
		{"attributes and line ends", "<div\n title='\"'\n>a</div>", true},
		{"an attribute of XML", `<div xml:lang="en">a</div>`, true},
		{"a declaration nobody uses", `<div xmlns:x="u">a</div>`, true},
		{"a comment after it", `<div>a</div><!-- </div> -->`, true},
		{"CDATA", `<div><![CDATA[<a>]]></div>`, true},
		{"a noncharacter", "<div>a\uFFFF\uFFFEb\uFEFF</div>", true},
		{"deep", strings.Repeat("<div>", 60) + "a" + strings.Repeat("</div>", 60), true},
		{"an element with a prefix nobody declared", `<div><x:p/></div>`, false},
		{"an element of another namespace", `<div xmlns:x="u"><x:p/></div>`, false},
		{"a prefixed div", `<x:div xmlns:x="http://www.w3.org/1999/xhtml"/>`, false},
		{"two colons", `<div><a:b:c xmlns:a="u"/></div>`, false},
		{"a prefix and no name", `<div><a:/></div>`, false},
		{"no prefix and a colon", `<div><:a/></div>`, false},
		{"an attribute with a prefix nobody declared", `<div a:b="1"/>`, false},
		{"an attribute with a colon", `<div :a="b"/>`, false},
		{"another namespace", `<div xmlns="http://a.example">a</div>`, false},
		{"an entity of HTML", `<div>&nbsp;</div>`, false},
		{"a document type", `<div><!DOCTYPE a></div>`, false},
		{"an instruction", `<div><?a b?></div>`, false},
		{"an attribute twice", `<div id="1" id="2"/>`, false},
		{"too many attributes", `<div ` + attributes(65) + `/>`, false},
		{"a reference to no character", `<div>&#xFFFF;</div>`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			source := append(element.AppendString([]byte(`{"resourceType":"Patient","text":{"div":`), row.div), `}}`...)
			tree, _ := element.Parse(r4.Definitions(), source, element.Limits{})
			if (tree != nil) != row.accepted {
				t.Fatalf("Parse of a div %.80s: a tree %t, want %t", row.div, tree != nil, row.accepted)
			}
			if tree == nil {
				return
			}
			written := element.AppendXML(nil, tree.Root(), element.WriteOptions{})
			again, outcome := element.ParseXML(r4.Definitions(), written, element.Limits{})
			if again == nil {
				t.Fatalf("ParseXML(%s) = %+v, want a tree", written, outcome)
			}
			want := divTokens(strings.NewReplacer("\uFFFF", "\uFFFD", "\uFFFE", "\uFFFD").Replace(row.div))
			if got := divTokens(again.Root().Child("text").Child("div").Text()); got != want {
				t.Errorf("the div is %s, want %s", got, want)
			}
		})
	}
}

// TestAppendXML_HostileIsLinear writes JSON made to be slow as XML at two sizes.
func TestAppendXML_HostileIsLinear(t *testing.T) {
	div := func(before, item, after string) func(int) string {
		return func(n int) string {
			text := string(element.AppendString(nil, before+strings.Repeat(item, n)+after))
			return `{"resourceType":"Patient","text":{"status":"generated","div":` + text + `}}`
		}
	}
	for _, row := range []struct {
		name string
		text func(int) string
	}{
		{"comments before the div", div("", "<!-- a --> ", "<div>a</div>")},
		{"noncharacters", div("<div>", "\uFFFF", "</div>")},
		{"what begins like a noncharacter", div("<div>", "\uFEFF", "</div>")},
		{"members in the wrong order", func(n int) string {
			return `{"resourceType":"Patient","name":[` + strings.TrimSuffix(strings.Repeat(`{"given":["a"],"family":"b","use":"old"},`, n), ",") + `],"id":"a"}`
		}},
		{"escapes", func(n int) string {
			return `{"resourceType":"Patient","name":[{"text":"` + strings.Repeat(`<\n`, n) + `"}]}`
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 10_000, func(n int) func() {
				tree, outcome := element.Parse(r4.Definitions(), []byte(row.text(n)), element.Limits{})
				if tree == nil {
					t.Fatalf("Parse = %+v, want a tree", outcome)
				}
				return func() { element.AppendXML(nil, tree.Root(), element.WriteOptions{}) }
			})
		})
	}
}
