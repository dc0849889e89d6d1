package element_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
)

// told is what a test compares of an issue: "detail location line:column".
func told(outcome fhir.Outcome) []string {
	var lines []string
	for _, issue := range outcome {
		lines = append(lines, fmt.Sprintf("%s %s %d:%d", issue.Detail, strings.Join(issue.Expression, ","), issue.Line, issue.Column))
	}
	return lines
}

func TestParse_OneFault(t *testing.T) {
	for _, row := range []struct{ name, source, want string }{
		// The text.
		{"nothing", ``, "malformed-json  1:1"},
		{"not JSON", `<Patient/>`, "malformed-json  1:1"},
		{"a byte order mark", "\xEF\xBB\xBF{}", "byte-order-mark  1:1"},
		{"no closing brace", `{"resourceType":"Patient"`, "malformed-json Patient 1:26"},
		{"a trailing comma", `{"resourceType":"Patient","active":true,}`, "malformed-json Patient 1:40"},
		{"a comma too few", `{"resourceType":"Patient","active":true "gender":"male"}`, "malformed-json Patient 1:41"},
		{"a comma too many in an array", `{"resourceType":"Patient","name":[{"given":["a",]}]}`, "malformed-json Patient.name[0] 1:48"},
		{"a comma too few between objects", `{"resourceType":"Patient","name":[{"given":["a"]} {"given":["b"]}]}`, "malformed-json Patient 1:51"},
		{"a comma too few before the type", `{"active":true "resourceType":"Patient"}`, "malformed-json  1:16"},
		{"the wrong bracket", `{"resourceType":"Patient","name":[{"given":["a"]]]}`, "malformed-json Patient.name[0] 1:49"},
		{"a comment", "{\"resourceType\":\"Patient\",\n/* */\"active\":true}", "malformed-json Patient 2:1"},
		{"single quotes", `{'resourceType':'Patient'}`, "malformed-json  1:2"},
		{"a leading zero", `{"resourceType":"Patient","multipleBirthInteger":01}`, "malformed-json Patient 1:51"},
		{"a number without digits", `{"resourceType":"Patient","multipleBirthInteger":-}`, "malformed-json Patient 1:51"},
		{"a raw line feed in a string", "{\"resourceType\":\"Patient\",\"language\":\"e\nn\"}", "malformed-json Patient 1:40"},
		{"an unknown escape", `{"resourceType":"Patient","language":"\x65n"}`, "malformed-json Patient 1:39"},
		{"an unknown literal", `{"resourceType":"Patient","active":True}`, "malformed-json Patient 1:36"},
		{"bytes that are not UTF-8", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"M\xE9\"}]}", "invalid-utf8 Patient.name[0] 1:47"},
		{"a surrogate as bytes", "{\"resourceType\":\"Patient\",\"language\":\"\xED\xA0\x80\"}", "invalid-utf8 Patient 1:39"},
		{"a second resource", "{\"resourceType\":\"Patient\"}\n{}", "trailing-content  2:1"},
		{"an array for a resource", `[{"resourceType":"Patient"}]`, "wrong-json-type  1:1"},
		// The type.
		{"no resourceType", `{"id":"a"}`, "missing-resource-type resourceType 1:1"},
		{"an empty object", `{}`, "missing-resource-type resourceType 1:1"},
		{"an unknown resourceType", `{"resourceType":"Patent"}`, "unknown-resource-type resourceType 1:17"},
		{"an abstract resourceType", `{"resourceType":"DomainResource"}`, "unknown-resource-type resourceType 1:17"},
		{"a datatype for a resourceType", `{"resourceType":"HumanName"}`, "unknown-resource-type resourceType 1:17"},
		{"resourceType is no string", `{"resourceType":1}`, "wrong-json-type resourceType 1:17"},
		{"resourceType given twice", `{"resourceType":"Patient","resourceType":"Patient"}`, "duplicate-key Patient.resourceType 1:27"},
		{"a contained resource without type", `{"resourceType":"Patient","contained":[{"id":"a"}]}`, "missing-resource-type Patient.contained[0].resourceType 1:40"},
		{"an entry of unknown type", `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"id":"a","resourceType":"Foo"}}]}`, "unknown-resource-type Bundle.entry[0].resource.resourceType 1:87"},
		{"resourceType in a datatype", `{"resourceType":"Patient","name":[{"resourceType":"HumanName"}]}`, "unknown-element Patient.name[0].resourceType 1:36"},
		// Names.
		{"an unknown element", `{"resourceType":"Patient","nome":"x"}`, "unknown-element Patient.nome 1:27"},
		{"an unknown element deep", `{"resourceType":"Patient","contact":[{"name":{"given":["a"],"first":{"a":[1,{}]}}}]}`, "unknown-element Patient.contact[0].name.first 1:61"},
		{"an unknown element that could be anything", `{"resourceType":"Patient","Mr Smith":"x"}`, "unknown-element Patient 1:27"},
		{"an unknown element in a contained resource", `{"resourceType":"Patient","contained":[{"resourceType":"Group","x":1}]}`, "unknown-element Patient.contained[0]/*Group*/.x 1:64"},
		{"the value of a primitive by name", `{"resourceType":"Patient","_birthDate":{"value":"2000"}}`, "unknown-element Patient.birthDate.value 1:41"},
		{"_x of a complex element", `{"resourceType":"Patient","_name":[{"id":"a"}]}`, "unknown-element Patient._name 1:27"},
		{"_x of an attribute", `{"resourceType":"Patient","extension":[{"url":"http://a","_url":{"id":"a"},"valueCode":"a"}]}`, "unknown-element Patient.extension[0]._url 1:58"},
		{"fhir_comments", `{"resourceType":"Patient","fhir_comments":["x"]}`, "unknown-element Patient.fhir_comments 1:27"},
		{"a name given twice", `{"resourceType":"Patient","active":true,"active":true}`, "duplicate-key Patient.active 1:41"},
		{"a name given twice, once with escapes", `{"resourceType":"Patient","active":true,"\u0061ctive":true}`, "duplicate-key Patient.active 1:41"},
		{"_x given twice", `{"resourceType":"Patient","_active":{"id":"a"},"_active":{"id":"a"}}`, "duplicate-key Patient.active 1:48"},
		{"a choice given twice", `{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}`, "choice-given-twice Patient.deceased 1:50"},
		{"a choice given twice by its extensions", `{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"a"}}`, "choice-given-twice Patient.deceased 1:50"},
		{"a choice of no such type", `{"resourceType":"Patient","deceasedString":"x"}`, "unknown-element Patient.deceasedString 1:27"},
		{"a choice without its type", `{"resourceType":"Patient","deceased":true}`, "unknown-element Patient.deceased 1:27"},
		// Kinds of value.
		{"a string for a boolean", `{"resourceType":"Patient","active":"true"}`, "wrong-json-type Patient.active 1:36"},
		{"a number for a string", `{"resourceType":"Patient","language":1}`, "wrong-json-type Patient.language 1:38"},
		{"a string for an integer", `{"resourceType":"Patient","multipleBirthInteger":"1"}`, "wrong-json-type Patient.multipleBirth.ofType(integer) 1:50"},
		{"a boolean for a date", `{"resourceType":"Patient","birthDate":false}`, "wrong-json-type Patient.birthDate 1:39"},
		{"an object for a primitive", `{"resourceType":"Patient","birthDate":{"value":"2000"}}`, "wrong-json-type Patient.birthDate 1:39"},
		{"an object for an array", `{"resourceType":"Patient","name":{"family":"a"}}`, "expected-array Patient.name 1:34"},
		{"a string for an array", `{"resourceType":"Patient","name":[{"given":"a"}]}`, "expected-array Patient.name[0].given 1:44"},
		{"a string for an array of objects", `{"resourceType":"Patient","name":"a"}`, "expected-array Patient.name 1:34"},
		{"an array for a single primitive", `{"resourceType":"Patient","birthDate":["2000"]}`, "unexpected-array Patient.birthDate 1:39"},
		{"an array for a single object", `{"resourceType":"Patient","maritalStatus":[{"text":"a"}]}`, "unexpected-array Patient.maritalStatus 1:43"},
		{"an array in an array", `{"resourceType":"Patient","name":[[{"family":"a"}]]}`, "unexpected-array Patient.name[0] 1:35"},
		{"an array in an array of primitives", `{"resourceType":"Patient","name":[{"given":[["a"]]}]}`, "wrong-json-type Patient.name[0].given[0] 1:45"},
		{"a string for an object", `{"resourceType":"Patient","maritalStatus":"M"}`, "wrong-json-type Patient.maritalStatus 1:43"},
		{"a string for _x", `{"resourceType":"Patient","_birthDate":"x"}`, "wrong-json-type Patient.birthDate 1:40"},
		{"an object for an array of _x", `{"resourceType":"Patient","name":[{"_given":{"id":"a"}}]}`, "expected-array Patient.name[0].given 1:45"},
		// Nothing where something must be.
		{"null for a primitive", `{"resourceType":"Patient","birthDate":null}`, "null-value Patient.birthDate 1:39"},
		{"null for an object", `{"resourceType":"Patient","maritalStatus":null}`, "null-value Patient.maritalStatus 1:43"},
		{"null for an array", `{"resourceType":"Patient","name":null}`, "null-value Patient.name 1:34"},
		{"null in an array of objects", `{"resourceType":"Patient","name":[{"family":"a"},null]}`, "null-value Patient.name[1] 1:50"},
		{"null for _x", `{"resourceType":"Patient","birthDate":"2000","_birthDate":null}`, "null-value Patient.birthDate 1:59"},
		{"null in an array without the other", `{"resourceType":"Patient","name":[{"given":["a",null]}]}`, "null-value Patient.name[0].given[1] 1:49"},
		{"null in an array of _x without values", `{"resourceType":"Patient","name":[{"_given":[{"id":"a"},null]}]}`, "null-value Patient.name[0].given[1] 1:57"},
		{"null in both arrays", `{"resourceType":"Patient","name":[{"given":["a",null],"_given":[{"id":"a"},null]}]}`, "null-value Patient.name[0].given[1] 1:49"},
		{"arrays of two lengths", `{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"a"}]}]}`, "misaligned-array Patient.name[0].given 1:63"},
		{"more _x than values", `{"resourceType":"Patient","name":[{"given":["a"],"_given":[{"id":"a"},{"id":"b"}]}]}`, "misaligned-array Patient.name[0].given 1:59"},
		{"more values than _x, _x first", `{"resourceType":"Patient","name":[{"_given":[{"id":"a"}],"given":["a","b"]}]}`, "misaligned-array Patient.name[0].given 1:66"},
		{"an empty string", `{"resourceType":"Patient","name":[{"family":""}]}`, "empty-string Patient.name[0].family 1:45"},
		{"an empty array", `{"resourceType":"Patient","name":[]}`, "empty-array Patient.name 1:34"},
		{"an empty array of primitives", `{"resourceType":"Patient","name":[{"given":[]}]}`, "empty-array Patient.name[0].given 1:44"},
		{"an empty object", `{"resourceType":"Patient","name":[{}]}`, "empty-object Patient.name[0] 1:35"},
		{"an empty _x", `{"resourceType":"Patient","_birthDate":{}}`, "empty-object Patient.birthDate 1:40"},
		// Values.
		{"half a surrogate pair", `{"resourceType":"Patient","name":[{"family":"a\ud800b"}]}`, "lone-surrogate Patient.name[0].family 1:45"},
		{"the wrong half first", `{"resourceType":"Patient","name":[{"family":"\udc00\ud800"}]}`, "lone-surrogate Patient.name[0].family 1:45"},
		{"a control character", `{"resourceType":"Patient","name":[{"family":"a\u0000"}]}`, "control-character Patient.name[0].family 1:45"},
		{"a date that is none", `{"resourceType":"Patient","birthDate":"2023-02-29"}`, "invalid-date Patient.birthDate 1:39"},
		{"a dateTime for a date", `{"resourceType":"Patient","birthDate":"2023-02-28T00:00:00Z"}`, "invalid-date Patient.birthDate 1:39"},
		{"an integer with a fraction", `{"resourceType":"Patient","multipleBirthInteger":1.0}`, "invalid-integer Patient.multipleBirth.ofType(integer) 1:50"},
		{"an integer of 33 bits", `{"resourceType":"Patient","multipleBirthInteger":2147483648}`, "invalid-integer Patient.multipleBirth.ofType(integer) 1:50"},
		{"a code with two spaces", `{"resourceType":"Patient","gender":"not  known"}`, "invalid-code Patient.gender 1:36"},
		{"a uri with a space", `{"resourceType":"Patient","implicitRules":"http://a b"}`, "invalid-uri Patient.implicitRules 1:43"},
		{"an id with an underscore", `{"resourceType":"Patient","id":"a_b"}`, "invalid-id Patient.id 1:32"},
		{"a narrative that is not well-formed", `{"resourceType":"Patient","text":{"status":"generated","div":"<div><p></div>"}}`, "invalid-xhtml Patient.text.div 1:62"},
		{"a value in a list", `{"resourceType":"Patient","name":[{"given":["a","\u0001"]}]}`, "control-character Patient.name[0].given[1] 1:49"},
	} {
		t.Run(row.name, func(t *testing.T) {
			tree, outcome := element.Parse(r4.Definitions(), []byte(row.source), element.Limits{})
			if tree != nil {
				t.Errorf("Parse(%s) gave a tree, want none", row.source)
			}
			if diff := cmp.Diff([]string{row.want}, told(outcome)); diff != "" {
				t.Errorf("Parse(%s) faults (-want +got):\n%s", row.source, diff)
			}
		})
	}
}

func TestParse_AllFaultsAtOnce(t *testing.T) {
	source := `{
  "resourceType": "Patient",
  "active": "yes",
  "nome": 1,
  "name": [{"given": ["a", null], "family": ""}, {}],
  "birthDate": "2000-13-01",
  "contained": [{"resourceType": "Nothing"}, {"resourceType": "Patient", "gender": []}]
}`
	want := []string{
		"wrong-json-type Patient.active 3:13",
		"unknown-element Patient.nome 4:3",
		"empty-string Patient.name[0].family 5:45",
		"null-value Patient.name[0].given[1] 5:28",
		"empty-object Patient.name[1] 5:50",
		"invalid-date Patient.birthDate 6:16",
		"unknown-resource-type Patient.contained[0].resourceType 7:34",
		"unexpected-array Patient.contained[1]/*Patient*/.gender 7:84",
	}
	_, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	if diff := cmp.Diff(want, told(outcome)); diff != "" {
		t.Errorf("Parse faults (-want +got):\n%s", diff)
	}
}

func TestParse_FaultsHaveCodes(t *testing.T) {
	for _, row := range []struct {
		name, source string
		severity     fhir.Severity
		code         fhir.IssueCode
	}{
		{"malformed", `{`, fhir.Fatal, fhir.CodeInvalid},
		{"structure", `{"resourceType":"Patient","x":1}`, fhir.SeverityError, fhir.CodeStructure},
		{"value", `{"resourceType":"Patient","birthDate":"x"}`, fhir.SeverityError, fhir.CodeValue},
	} {
		_, outcome := element.Parse(r4.Definitions(), []byte(row.source), element.Limits{})
		if len(outcome) != 1 || outcome[0].Severity != row.severity || outcome[0].Code != row.code {
			t.Errorf("%s: Parse(%s) = %+v, want one issue %s/%s", row.name, row.source, outcome, row.severity, row.code)
		}
	}
}

func TestParse_FaultsTellNoValues(t *testing.T) {
	const secret = "9434765919"
	for _, source := range []string{
		`{"resourceType":"Patient","birthDate":"` + secret + `"}`,
		`{"resourceType":"Patient","id":"_` + secret + `"}`,
		`{"resourceType":"` + secret + `"}`,
		`{"resourceType":"Patient","` + secret + `":1}`,
		`{"resourceType":"Patient","active":` + secret + `}`,
		`{"resourceType":"Patient","gender":"  ` + secret + `"}`,
		`{"resourceType":"Patient","gender":` + secret + secret + `x}`,
	} {
		_, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
		if !outcome.Failed() || strings.Contains(fmt.Sprintf("%+v", outcome), secret) {
			t.Errorf("Parse(%s) = %+v, want a fault that does not repeat what was sent", source, outcome)
		}
	}
}

func TestParseAs(t *testing.T) {
	source := []byte(`{"resourceType":"Patient","x":1}`)
	want := []string{"wrong-resource-type resourceType 1:1", "unknown-element Patient.x 1:27"}
	_, outcome := element.ParseAs(r4.Definitions(), "Observation", source, element.Limits{})
	if diff := cmp.Diff(want, told(outcome)); diff != "" {
		t.Errorf("ParseAs(Observation, %s) faults (-want +got):\n%s", source, diff)
	}
	tree, outcome := element.ParseAs(r4.Definitions(), "Patient", []byte(`{"resourceType":"Patient"}`), element.Limits{})
	if tree == nil || len(outcome) > 0 {
		t.Errorf("ParseAs(Patient) of a Patient = %v, want a tree", outcome)
	}
}
