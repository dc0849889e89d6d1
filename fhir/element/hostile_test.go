package element_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

func TestParse_Limits(t *testing.T) {
	nested := func(n int) string {
		return `{"resourceType":"Questionnaire","item":` + strings.Repeat(`[{"item":`, n) + `[{"linkId":"a"}]` + strings.Repeat(`}]`, n) + `}`
	}
	for _, row := range []struct {
		name, source string
		limits       element.Limits
		want         string // the detail, "" for none
	}{
		{"as deep as allowed", nested(62), element.Limits{}, ""},
		{"one deeper", nested(63), element.Limits{}, element.DetailTooDeep},
		{"deep where nothing is known", `{"resourceType":"Patient","x":` + strings.Repeat("[", 1_000_000), element.Limits{}, element.DetailTooDeep},
		{"deep before resourceType", `{"x":` + strings.Repeat(`{"x":`, 1_000_000), element.Limits{}, element.DetailTooDeep},
		{"a long text", `{"resourceType":"Patient"}`, element.Limits{Bytes: 25}, element.DetailTooLarge},
		{"many nodes", `{"resourceType":"Patient","name":[{"given":["a","b","c"]}]}`, element.Limits{Nodes: 4}, element.DetailTooManyNodes},
		{"as many nodes as allowed", `{"resourceType":"Patient","name":[{"given":["a","b","c"]}]}`, element.Limits{Nodes: 5}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, outcome := element.Parse(r4.Definitions(), []byte(row.source), row.limits)
			got := ""
			for _, issue := range outcome {
				if got = issue.Detail; got == row.want {
					break
				}
			}
			if got != row.want {
				t.Errorf("Parse fault = %q, want %q", got, row.want)
			}
		})
	}
}

func TestParse_TooManyFaults(t *testing.T) {
	source := `{"resourceType":"Patient",` + strings.Repeat(`"x":1,`, 100_000) + `"active":true}`
	_, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	if last := outcome[len(outcome)-1]; len(outcome) != 201 || last.Detail != element.DetailTooManyFaults {
		t.Errorf("Parse of 100,000 faults = %d issues, the last %q, want 200 and one that says there are more", len(outcome), last.Detail)
	}
}

// TestParse_HostileIsLinear reads texts made to be slow at two sizes: ten times the text must not take more
// than sixty times as long (a hundred would be quadratic). The shortest of several runs is compared, so that
// a busy machine does not decide.
func TestParse_HostileIsLinear(t *testing.T) {
	repeated := func(head, item, tail string) func(int) string {
		return func(n int) string {
			return head + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + tail
		}
	}
	for _, row := range []struct {
		name string
		text func(n int) string
	}{
		{"a huge array of objects", repeated(`{"resourceType":"Patient","name":[`, `{"family":"a"}`, `]}`)},
		{"huge arrays of primitives", repeated(`{"resourceType":"Patient","name":[{"given":[`, `"a"`, `]}]}`)},
		{"padding, the other array last", func(n int) string {
			pad := strings.Repeat("null,", n)
			return `{"resourceType":"Patient","name":[{"given":[` + pad + `"a"],"_given":[` + pad + `{"id":"a"}]}]}`
		}},
		{"many unknown names", func(n int) string {
			var b strings.Builder
			b.WriteString(`{"resourceType":"Patient"`)
			for i := range n {
				fmt.Fprintf(&b, `,"x%d":1`, i)
			}
			return b.String() + "}"
		}},
		{"one name over and over", repeated(`{"resourceType":"Patient",`, `"active":true`, `}`)},
		{"names over and over inside an unknown one", repeated(`{"resourceType":"Patient","x":{`, `"a":true`, `}}`)},
		{"many contained resources, type last", repeated(`{"resourceType":"Patient","contained":[`, `{"id":"a","name":[{"family":"b"}],"resourceType":"Patient"}`, `]}`)},
		{"one long string of escapes", func(n int) string {
			return `{"resourceType":"Patient","implicitRules":"` + strings.Repeat(`\u0061`, n) + `"}`
		}},
		{"one long line of white space", func(n int) string { return `{"resourceType":"Patient"` + strings.Repeat(" ", n) + "}" }},
		{"a narrative of open tags", func(n int) string {
			return `{"resourceType":"Patient","text":{"div":"<div>` + strings.Repeat("<p>", n) + `"}}`
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 10_000, func(n int) func() {
				source := []byte(row.text(n))
				return func() { element.Parse(r4.Definitions(), source, element.Limits{}) }
			})
		})
	}
}
