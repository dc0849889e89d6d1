package definition_test

import (
	"strings"
	"testing"

	"hearken/fhir/definition"
)

func TestSet_WithSearchParameters(t *testing.T) {
	set := newSet(t, small())
	more, err := set.WithSearchParameters([]definition.SearchParameter{{URL: base + "Thing-part", Code: "part", Base: []string{"Thing"}}})
	if err != nil {
		t.Fatalf("WithSearchParameters() error: %v", err)
	}
	if more.SearchParameterByURL(base+"Thing-part") == nil || len(more.SearchParametersOf("Thing")) != 3 || len(more.Facts().SearchParameters) != 4 {
		t.Errorf("parameters of Thing = %v, want the two there were and part", more.SearchParametersOf("Thing"))
	}
	if set.SearchParameterByURL(base+"Thing-part") != nil || len(set.SearchParametersOf("Thing")) != 2 || len(set.Facts().SearchParameters) != 3 {
		t.Errorf("the set itself has changed: %v", set.SearchParametersOf("Thing"))
	}
	if !more.Fits(set) || !set.Fits(more) || more.Structure("Thing") != set.Structure("Thing") {
		t.Error("the sets do not share their structures")
	}
	if other := newSet(t, small()); set.Fits(other) || set.Fits(nil) {
		t.Error("a set fits one that was linked on its own, or none")
	}
}

func TestSet_WithSearchParameters_Twice(t *testing.T) {
	set := newSet(t, small())
	_, err := set.WithSearchParameters([]definition.SearchParameter{{URL: base + "Thing-kind"}, {URL: base + "new"}, {URL: base + "new"}})
	for _, want := range []string{base + "Thing-kind", base + "new"} {
		if err == nil || !strings.Contains(err.Error(), want+" is defined twice") {
			t.Errorf("WithSearchParameters() = %v, want it to name %s", err, want)
		}
	}
}
