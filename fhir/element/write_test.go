package element_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

// decoded is JSON as values, numbers as they were written.
func decoded(t testing.TB, source []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("Decode(%.200s): %v", source, err)
	}
	return value
}

func TestAppendJSON_Examples(t *testing.T) {
	for name, source := range exampleFiles(t) {
		tree, outcome := element.Parse(r4.Definitions(), source, element.Limits{})
		if tree == nil {
			t.Errorf("Parse(%s) = %v, want a tree", name, outcome)
			continue
		}
		for _, pretty := range []bool{false, true} {
			written := element.AppendJSON(nil, tree.Root(), element.WriteOptions{Pretty: pretty})
			if diff := cmp.Diff(decoded(t, source), decoded(t, written)); diff != "" {
				t.Errorf("AppendJSON(%s, pretty %t) lost something (-want +got):\n%s", name, pretty, diff)
			}
		}
	}
}

func parse(t testing.TB, source string) *element.Tree {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	if tree == nil {
		t.Fatalf("Parse(%s) = %+v, want a tree", source, outcome)
	}
	return tree
}

func TestAppendJSON(t *testing.T) {
	without := func(names ...string) func(element.Node) bool {
		return func(n element.Node) bool { return !slices.Contains(names, n.Name()) }
	}
	for _, row := range []struct {
		name, source, want string
		options            element.WriteOptions
	}{
		{name: "white space goes, values stay",
			source: `{ "resourceType" : "Observation", "valueQuantity": { "value": 1.00e0 , "unit": "\u006dg" } }`,
			want:   `{"resourceType":"Observation","valueQuantity":{"value":1.00e0,"unit":"\u006dg"}}`},
		{name: "resourceType comes first",
			source: `{"active":true,"resourceType":"Patient"}`, want: `{"resourceType":"Patient","active":true}`},
		{name: "extensions of primitives",
			source: `{"resourceType":"Patient","_birthDate":{"id":"a"},"birthDate":"2000","_gender":{"id":"b"}}`,
			want:   `{"resourceType":"Patient","birthDate":"2000","_birthDate":{"id":"a"},"_gender":{"id":"b"}}`},
		{name: "padding",
			source: `{"resourceType":"Patient","name":[{"_given":[null,{"id":"a"},{"id":"b"}],"given":["x",null,"y"]}]}`,
			want:   `{"resourceType":"Patient","name":[{"given":["x",null,"y"],"_given":[null,{"id":"a"},{"id":"b"}]}]}`},
		{name: "only extensions in an array",
			source: `{"resourceType":"Patient","name":[{"_given":[{"id":"a"}]}]}`,
			want:   `{"resourceType":"Patient","name":[{"_given":[{"id":"a"}]}]}`},
		{name: "resources in resources",
			source: `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"id":"a","resourceType":"Patient","contained":[{"resourceType":"Group"}]}}]}`,
			want:   `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"a","contained":[{"resourceType":"Group"}]}}]}`},
		{name: "a filter takes an element away", options: element.WriteOptions{Keep: without("given", "gender")},
			source: `{"resourceType":"Patient","name":[{"given":["x"],"family":"y"}],"gender":"male"}`,
			want:   `{"resourceType":"Patient","name":[{"family":"y"}]}`},
		{name: "a filter leaves nothing empty", options: element.WriteOptions{Keep: without("given", "id")},
			source: `{"resourceType":"Patient","name":[{"given":["x"]},{"family":"y"}],"contact":[{"name":{"given":["z"]}}],"_gender":{"id":"a"}}`,
			want:   `{"resourceType":"Patient","name":[{"family":"y"}]}`},
		{name: "a filter takes items away", options: element.WriteOptions{Keep: func(n element.Node) bool { return n.Text() != "x" }},
			source: `{"resourceType":"Patient","name":[{"given":["x","y"],"_given":[{"id":"a"},{"id":"b"}]}]}`,
			want:   `{"resourceType":"Patient","name":[{"given":["y"],"_given":[{"id":"b"}]}]}`},
		{name: "pretty", options: element.WriteOptions{Pretty: true},
			source: `{"resourceType":"Patient","name":[{"given":["x"]}],"active":true}`,
			want:   "{\n  \"resourceType\": \"Patient\",\n  \"name\": [\n    {\n      \"given\": [\n        \"x\"\n      ]\n    }\n  ],\n  \"active\": true\n}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := string(element.AppendJSON(nil, parse(t, row.source).Root(), row.options))
			if got != row.want {
				t.Errorf("AppendJSON(%s)\n got %s\nwant %s", row.source, got, row.want)
			}
		})
	}
}

func TestAppendJSON_Parts(t *testing.T) {
	root := parse(t, `{"resourceType":"Patient","name":[{"family":"x"}],"birthDate":"2000"}`).Root()
	for _, row := range []struct {
		name, want string
		node       element.Node
	}{
		{"a datatype", `{"family":"x"}`, root.Child("name")},
		{"a primitive", `"2000"`, root.Child("birthDate")},
		{"nothing", `null`, root.Child("gender")},
	} {
		if got := string(element.AppendJSON(nil, row.node, element.WriteOptions{})); got != row.want {
			t.Errorf("AppendJSON(%s) = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestAppendString(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"", `""`}, {"a\"b\\c", `"a\"b\\c"`}, {"\n\r\t\b\u001f", `"\n\r\t\u0008\u001f"`}, {"é😀</a>", `"é😀</a>"`}, {"a\xffb", "\"a\uFFFDb\""},
	} {
		if got := string(element.AppendString(nil, row.text)); got != row.want {
			t.Errorf("AppendString(%q) = %s, want %s", row.text, got, row.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"resourceType":"Patient","id":"a","name":[{"given":["x",null],"_given":[null,{"id":"b"}]}],"_birthDate":{"extension":[{"url":"u","valueDecimal":-1.50e3}]}}`,
		`{"contained":[{"resourceType":"Group"}],"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Binary","data":"AA=="}}]}`,
		`{"resourceType":"Observation","valueString":"\ud83d\ude00\u0041","text":{"div":"<div>a</div>"}}`,
		`{"resourceType":"Parameters","parameter":[{"part":[{"name":"a","valueDateTime":"2020-01-01T00:00:00Z"}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	set := r4.Definitions()
	f.Fuzz(func(t *testing.T, source []byte) {
		tree, outcome := element.Parse(set, source, element.Limits{})
		if (tree == nil) != outcome.Failed() {
			t.Fatalf("Parse(%q) = tree %t, %+v: want one or the other", source, tree != nil, outcome)
		}
		if tree == nil {
			return
		}
		if !json.Valid(source) {
			t.Fatalf("Parse(%q) accepted what is not JSON", source)
		}
		written := element.AppendJSON(nil, tree.Root(), element.WriteOptions{})
		again, outcome := element.Parse(set, written, element.Limits{})
		if again == nil {
			t.Fatalf("Parse(AppendJSON(%q)) = %+v, want a tree", source, outcome)
		}
		if diff := cmp.Diff(outline(tree), outline(again)); diff != "" {
			t.Fatalf("%q written and read again (-want +got):\n%s", source, diff)
		}
	})
}

// outline is what a tree says, node by node as a walk from the root meets them.
func outline(tree *element.Tree) []string {
	var lines []string
	var walk func(element.Node)
	walk = func(n element.Node) {
		lines = append(lines, fmt.Sprintf("%s %s %t %s", n.Location(), n.Structure().Path, n.HasValue(), strings.Clone(n.Text())))
		for c := range n.Children() {
			walk(c)
		}
	}
	walk(tree.Root())
	return lines
}
