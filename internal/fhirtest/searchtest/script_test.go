package searchtest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
)

func TestParse(t *testing.T) {
	const script = `# comment

load
{"resourceType": "Patient",
 "id": "a"}
{"resourceType": "Patient", "id": "b"}

search Patient?given=eve
  = b a + Organization/ward
  total 7
search [lenient] ?x=1
  refused
search Patient/a/Condition?
  none
`
	key := func(typ fhir.Type, id fhir.ID) fhir.Key { return fhir.Key{Type: typ, ID: id} }
	want := []Step{
		{Line: 3, Load: []Resource{
			{Key: key("Patient", "a"), JSON: []byte("{\"resourceType\": \"Patient\",\n \"id\": \"a\"}")},
			{Key: key("Patient", "b"), JSON: []byte(`{"resourceType": "Patient", "id": "b"}`)},
		}},
		{Line: 8, Request: "Patient?given=eve", Want: Want{Ordered: true, Total: 7,
			Matches: []fhir.Key{key("Patient", "b"), key("Patient", "a")}, Included: []fhir.Key{key("Organization", "ward")}}},
		{Line: 11, Request: "?x=1", Lenient: true, Want: Want{Refused: true, Total: -1}},
		{Line: 13, Request: "Patient/a/Condition?", Want: Want{Total: -1}},
	}
	got, err := Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestParse_Refused(t *testing.T) {
	for name, script := range map[string]string{
		"no expectation":  "search Patient?\n",
		"another word":    "find Patient?\n  none\n",
		"no JSON":         "load\n{\"resourceType\": \n",
		"no id":           "load\n{\"resourceType\": \"Patient\"}\n",
		"a total of what": "search Patient?\n  total many\n",
	} {
		if steps, err := Parse(script); err == nil {
			t.Errorf("%s: Parse = %v, want an error", name, steps)
		}
	}
}

// What is not as the script says is noticed.
func TestWant_Compare(t *testing.T) {
	a, b := fhir.Key{Type: "Patient", ID: "a"}, fhir.Key{Type: "Patient", ID: "b"}
	rows := []struct {
		name string
		want Want
		got  Result
		same bool
	}{
		{"any order", Want{Matches: []fhir.Key{a, b}, Total: -1}, Result{Matches: []fhir.Key{b, a}, Total: 2}, true},
		{"this order", Want{Ordered: true, Matches: []fhir.Key{a, b}, Total: -1}, Result{Matches: []fhir.Key{b, a}, Total: 2}, false},
		{"one too few", Want{Matches: []fhir.Key{a, b}, Total: -1}, Result{Matches: []fhir.Key{b}, Total: 1}, false},
		{"one twice", Want{Matches: []fhir.Key{a}, Total: -1}, Result{Matches: []fhir.Key{a, a}, Total: 1}, false},
		{"another total", Want{Matches: []fhir.Key{a}, Total: -1}, Result{Matches: []fhir.Key{a}, Total: 2}, false},
		{"no total", Want{Matches: []fhir.Key{a}, Total: -1}, Result{Matches: []fhir.Key{a}, Total: -1}, true},
		{"total alone", Want{Total: 3}, Result{Total: 3}, true},
		{"other includes", Want{Matches: []fhir.Key{a}, Included: []fhir.Key{b}, Total: -1}, Result{Matches: []fhir.Key{a}, Total: 1}, false},
		{"refused", Want{Refused: true}, Result{Refused: true}, true},
		{"refused, unexpectedly", Want{Total: -1}, Result{Refused: true}, false},
		{"not refused", Want{Refused: true}, Result{}, false},
	}
	for _, row := range rows {
		if problem := row.want.compare(row.got); (problem == "") != row.same {
			t.Errorf("%s: compare = %q, want none %v", row.name, problem, row.same)
		}
	}
}
