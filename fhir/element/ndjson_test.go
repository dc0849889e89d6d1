package element_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

func TestParseNDJSON(t *testing.T) {
	source := "{\"resourceType\":\"Patient\",\"id\":\"1\"}\r\n\n{\"resourceType\":\"Patient\",\"nome\":1}\n[\n {\"resourceType\":\"Patient\",\"id\":\"2\"}"
	trees, outcome := element.ParseNDJSON(r4.Definitions(), []byte(source), element.Limits{})
	if diff := cmp.Diff([]string{"unknown-element Patient.nome 3:27", "malformed-json  4:2"}, told(outcome)); diff != "" {
		t.Errorf("ParseNDJSON: outcome (-want +got):\n%s", diff)
	}
	var ids []string
	for _, tree := range trees {
		ids = append(ids, tree.Root().Child("id").Text())
	}
	if diff := cmp.Diff([]string{"1", "2"}, ids); diff != "" {
		t.Fatalf("ParseNDJSON: ids (-want +got):\n%s", diff)
	}
	if line, column := trees[1].Root().Child("id").LineColumn(); line != 5 || column != 33 {
		t.Errorf("the second id is at %d:%d, want 5:33", line, column)
	}
}

func TestParse_CommasAreAllTold(t *testing.T) {
	source := "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"a\",]}],\n\"address\":[{\"line\":[\"b\"]\n\"city\":\"c\",}]}"
	_, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	want := []string{"malformed-json Patient.name[0] 1:48", "malformed-json Patient.address[0] 3:1", "malformed-json Patient.address[0] 3:11"}
	if diff := cmp.Diff(want, told(outcome)); diff != "" {
		t.Errorf("Parse: (-want +got):\n%s", diff)
	}
}

func TestWithoutComments(t *testing.T) {
	for _, row := range []struct{ name, source, want string }{
		{"none", `{"a":1}`, `{"a":1}`},
		{"a line", "{\"a\":1 // b\n}", "{\"a\":1     \n}"},
		{"the last line", `{} // b`, `{}     `},
		{"a block", "{/* b\n*/\"a\":1}", "{    \n  \"a\":1}"},
		{"in a string", `{"a":"http://b /* c */"}`, `{"a":"http://b /* c */"}`},
		{"after an escaped quote", `{"a":"\"//"}//`, `{"a":"\"//"}  `},
		{"not closed", `{} /* a`, `{} /* a`},
		{"a slash alone", `{} / `, `{} / `},
		{"half a string", `{"a\`, `{"a\`},
	} {
		if got := string(element.WithoutComments([]byte(row.source))); got != row.want {
			t.Errorf("%s: WithoutComments(%s) = %s, want %s", row.name, row.source, got, row.want)
		}
	}
}
