package validation_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// TestValidate_Concurrently shares one Validator and one tree among goroutines, twice over: each must
// say what a validation alone says.
func TestValidate_Concurrently(t *testing.T) {
	validator := validation.New(r4.Definitions())
	tree := parse(t, bundle(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":`+patient(`"gender":"x","name":[{"id":"a"}],"contained":[{"resourceType":"Organization","name":"b"}]`)+`}`))
	want := told(validator.Validate(tree))
	got := make([]fhir.Outcome, 16)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			validator.Validate(tree)
			got[i] = validator.Validate(tree)
		})
	}
	group.Wait()
	for _, outcome := range got {
		if diff := cmp.Diff(want, told(outcome)); diff != "" {
			t.Errorf("Validate among others (-want +got):\n%s", diff)
		}
	}
}

// FuzzValidate validates whatever parses: it never panics, and says the same twice.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		patient(`"contained":[{"resourceType":"Organization","id":"o","contained":[{"resourceType":"Patient"}]}],"managingOrganization":{"reference":"#o"}`),
		bundle(`{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}}]}}`),
		observation(`"subject":{"reference":"Patient?a=b","type":"Group"},"effectiveTiming":{"repeat":{"offset":1,"when":["C"]}}`),
		`{"resourceType":"Questionnaire","item":[{"type":"display","item":[{"linkId":"a"}]}],"derivedFrom":["a|b|c","#"]}`,
		`{"resourceType":"Parameters","parameter":[{"name":"a","valueAge":{"value":-1,"code":"[pH]"}}]}`,
	} {
		f.Add([]byte(seed))
	}
	set, validator := r4.Definitions(), validation.New(r4.Definitions(), validation.WithBestPractice())
	f.Fuzz(func(t *testing.T, source []byte) {
		tree, _ := element.Parse(set, source, element.Limits{})
		if tree == nil {
			return
		}
		if diff := cmp.Diff(told(validator.Validate(tree)), told(validator.Validate(tree))); diff != "" {
			t.Errorf("Validate(%s) said two things (-first +second):\n%s", source, diff)
		}
	})
}
