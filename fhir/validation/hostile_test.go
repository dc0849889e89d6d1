package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

// repeated joins n items made by the number each has.
func repeated(n int, item func(i int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ",")
}

// hostileResources are made to be slow, of n parts each.
var hostileResources = []struct {
	name   string
	source func(n int) string
}{
	{"contained resources, each referred to", func(n int) string {
		return `{"resourceType":"List","status":"current","mode":"working","contained":[` +
			repeated(n, func(i int) string { return fmt.Sprintf(`{"resourceType":"Patient","id":"p%d"}`, i) }) +
			`],"entry":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"item":{"reference":"#p%d"}}`, i) }) + `]}`
	}},
	{"contained resources that nothing refers to", func(n int) string {
		return patient(`"contained":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"resourceType":"Patient","id":"p%d"}`, i) }) + `]`)
	}},
	{"contained resources of one id", func(n int) string {
		return patient(`"contained":[` + repeated(n, func(int) string { return `{"resourceType":"Patient","id":"p"}` }) + `]`)
	}},
	{"references to nothing contained", func(n int) string {
		return patient(`"generalPractitioner":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"reference":"#p%d"}`, i) }) + `]`)
	}},
	{"entries that refer to each other", func(n int) string {
		return bundle(repeated(n, func(i int) string {
			return fmt.Sprintf(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":{"resourceType":"Patient","link":[{"type":"refer","other":{"reference":"urn:uuid:00000000-0000-4000-8000-%012d"}}]}}`, i, (i+1)%n)
		}))
	}},
	{"entries with contained resources", func(n int) string {
		return bundle(repeated(n, func(i int) string {
			return fmt.Sprintf(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-%012d","resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"a"}],"managingOrganization":{"reference":"#o"}}}`, i)
		}))
	}},
	{"elements that are wrong", func(n int) string {
		return patient(`"name":[` + repeated(n, func(int) string { return `{"id":"a"}` }) + `]`)
	}},
	{"elements that only warn", func(n int) string {
		return patient(`"meta":{"profile":[` + repeated(n, func(int) string { return `"a"` }) + `]}`)
	}},
	{"a concept of many codings", func(n int) string {
		return `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[` +
			repeated(n, func(i int) string { return fmt.Sprintf(`{"system":"http://a","code":"c%d"}`, i) }) + `]}}`
	}},
	{"components of one code", func(n int) string {
		return observation(`"valueString":"a","component":[` + repeated(n, func(i int) string { return fmt.Sprintf(`{"code":{"coding":[{"code":"%d"}]}}`, i) }) + `]`)
	}},
	{"questions of a questionnaire", func(n int) string {
		return `{"resourceType":"Questionnaire","name":"A","status":"draft","item":[` + repeated(n, func(i int) string {
			return fmt.Sprintf(`{"linkId":"%d","type":"group","item":[{"linkId":"%d.1","type":"string"}]}`, i, i)
		}) + `]}`
	}},
}

// TestValidate_HostileIsLinear validates resources made to be slow at two sizes: ten times the resource must
// not take more than sixty times as long (a hundred would be quadratic).
func TestValidate_HostileIsLinear(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for _, row := range hostileResources {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 2_000, func(n int) func() {
				tree := parse(t, row.source(n))
				return func() { validator.Validate(tree) }
			})
		})
	}
}

// BenchmarkValidate_Hostile validates them at once, ten and a hundred times their size: MB/s says whether
// time grows as they do.
func BenchmarkValidate_Hostile(b *testing.B) {
	validator := validation.New(r4.Definitions())
	for _, row := range hostileResources {
		for _, times := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("%s/%d", row.name, times), func(b *testing.B) {
				source := row.source(200 * times)
				tree := parse(b, source)
				b.SetBytes(int64(len(source)))
				for b.Loop() {
					validator.Validate(tree)
				}
			})
		}
	}
}
