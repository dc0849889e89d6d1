package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

// TestValidate_Definitions: value sets, code systems, maps, search parameters, statements and operations that
// break one rule each.
func TestValidate_Definitions(t *testing.T) {
	valueSet := func(include string) string {
		return `{"resourceType":"ValueSet","url":"http://a.example/v","status":"draft","compose":{"include":[` + include + `]}}`
	}
	codeSystem := func(members string) string {
		return `{"resourceType":"CodeSystem","url":"http://a.example/c","status":"draft",` + members + `}`
	}
	const gender = `"system":"http://hl7.org/fhir/administrative-gender"`
	conceptMap := func(source, target string) string {
		return `{"resourceType":"ConceptMap","status":"draft","group":[{"source":"http://hl7.org/fhir/administrative-gender","target":"http://a.example/c","element":[{"code":"` + source + `","target":[` + target + `]}]}]}`
	}
	parameter := func(kind, members string) string {
		return `{"resourceType":"SearchParameter","url":"http://a.example/s","name":"S","status":"draft","description":"a","code":"s","base":["Patient"],"type":"` + kind + `"` + members + `}`
	}
	statement := func(searchParam string) string {
		return `{"resourceType":"CapabilityStatement","status":"draft","date":"2024","kind":"capability","description":"a","software":{"name":"a"},"fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":[{"type":"Patient","searchParam":[` + searchParam + `]}]}]}`
	}
	operation := func(members string) string {
		return `{"resourceType":"OperationDefinition","name":"O","status":"draft","kind":"operation","code":"o","system":true,"type":false,"instance":false` + members + `}`
	}
	in := func(name, min, max string) string {
		return `{"name":"` + name + `","use":"in","min":` + min + `,"max":"` + max + `","type":"string"}`
	}
	validator := validation.New(r4.Definitions(), validation.WithTerminology(published))
	for _, row := range []rule{
		{"codes of a system", valueSet(`{` + gender + `,"concept":[{"code":"male"},{"code":"female"}]}`), ""},
		{"a code the system has not", valueSet(`{` + gender + `,"concept":[{"code":"man"}]}`), "error code-invalid code ValueSet.compose.include[0].concept[0].code"},
		{"a code twice", valueSet(`{` + gender + `,"concept":[{"code":"male"},{"code":"male"}]}`), "warning duplicate code ValueSet.compose.include[0].concept[1].code"},
		{"codes of a system that is not known", valueSet(`{"system":"http://b.example/c","concept":[{"code":"a"}]}`), ""},
		{"a relative system", valueSet(`{"system":"gender"}`), "error invalid code-system ValueSet.compose.include[0].system"},
		{"a value set for a system", valueSet(`{"system":"http://hl7.org/fhir/ValueSet/administrative-gender"}`), "error invalid code-system ValueSet.compose.include[0].system"},
		{"what looks like one", valueSet(`{"system":"http://b.example/ValueSet/x"}`), "warning invalid code-system ValueSet.compose.include[0].system"},
		{"a value set that is not known", valueSet(`{"valueSet":["http://b.example/ValueSet/x"]}`), "warning not-found code-system ValueSet.compose.include[0].valueSet[0]"},
		{"a code system", codeSystem(`"content":"complete","count":2,"property":[{"code":"p","type":"boolean"}],"concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}],"concept":[{"code":"b"}]}]`), ""},
		{"another count", codeSystem(`"content":"complete","count":3,"concept":[{"code":"a","concept":[{"code":"b"}]}]`), "error invalid code-system CodeSystem.count"},
		{"a part of a count", codeSystem(`"content":"fragment","count":3,"concept":[{"code":"a"}]`), ""},
		{"more than a count", codeSystem(`"content":"fragment","count":1,"concept":[{"code":"a"},{"code":"b"}]`), "warning invalid code-system CodeSystem.count"},
		{"content that is not present", codeSystem(`"content":"not-present","concept":[{"code":"a"}]`), "error invalid code-system CodeSystem.concept[0]"},
		{"a code twice in the hierarchy", codeSystem(`"content":"complete","concept":[{"code":"a","concept":[{"code":"a"}]}]`), "error invariant constraint-csd-1 CodeSystem"},
		{"a property nobody declared", codeSystem(`"content":"complete","concept":[{"code":"a","property":[{"code":"p","valueBoolean":true}]}]`), "error invalid code-system CodeSystem.concept[0].property[0].code"},
		{"a property of another type", codeSystem(`"content":"complete","property":[{"code":"p","type":"boolean"}],"concept":[{"code":"a","property":[{"code":"p","valueString":"true"}]}]`), "error invalid code-system CodeSystem.concept[0].property[0].value.ofType(string)"},
		{"a property of FHIR", codeSystem(`"content":"complete","concept":[{"code":"a","property":[{"code":"inactive","valueBoolean":true}]}]`), ""},
		{"a supplement", codeSystem(`"content":"supplement","supplements":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"male"}]`), ""},
		{"a supplement of a code that is not there", codeSystem(`"content":"supplement","supplements":"http://hl7.org/fhir/administrative-gender|4.0.1","concept":[{"code":"man"}]`), "error code-invalid code CodeSystem.concept[0].code"},
		{"a supplement of nothing", codeSystem(`"content":"supplement"`), "error business-rule code-system CodeSystem.content"},
		{"a supplement that is complete", codeSystem(`"content":"complete","supplements":"http://a.example/d"`), "error business-rule code-system CodeSystem.content"},
		{"a supplement that says more", codeSystem(`"content":"supplement","supplements":"http://a.example/d","caseSensitive":true`), "error business-rule code-system CodeSystem.caseSensitive"},
		{"a map", conceptMap("male", `{"code":"m","equivalence":"equal"}`), ""},
		{"a map of a code that is not there", conceptMap("man", `{"code":"m","equivalence":"equal"}`), "error code-invalid code ConceptMap.group[0].element[0].code"},
		{"a target of what is unmatched", conceptMap("male", `{"code":"m","equivalence":"unmatched"}`), "warning business-rule concept-map ConceptMap.group[0].element[0].target[0]"},
		{"a map from a value set", strings.Replace(conceptMap("male", `{"code":"m","equivalence":"equal"}`), `"source":"http://hl7.org/fhir/`, `"source":"http://hl7.org/fhir/ValueSet/`, 1), "error invalid code-system ConceptMap.group[0].source"},
		{"a map from nowhere", strings.Replace(conceptMap("male", `{"code":"m","equivalence":"equal"}`), `"source":"http://hl7.org/fhir/administrative-gender",`, "", 1), "warning business-rule concept-map ConceptMap.group[0]"},
		{"a search parameter", parameter("string", `,"expression":"Patient.name.given"`), ""},
		{"an expression that is none", parameter("string", `,"expression":"Patient.name("`), "error invalid fhirpath SearchParameter.expression"},
		{"a composite of one", parameter("composite", `,"expression":"Patient","component":[{"definition":"http://a","expression":"name"}]`), "error invalid search-parameter SearchParameter"},
		{"components of a string", parameter("string", `,"expression":"Patient.name","component":[{"definition":"http://a","expression":"given"}]`), "error invalid search-parameter SearchParameter.component[0]"},
		{"a reference to anything", parameter("reference", `,"expression":"Patient.link.other"`), "warning invalid search-parameter SearchParameter"},
		{"a listed parameter", statement(`{"name":"name","type":"string","definition":"http://hl7.org/fhir/SearchParameter/Patient-name"}`), ""},
		{"a listed parameter of another type", statement(`{"name":"name","type":"token","definition":"http://hl7.org/fhir/SearchParameter/Patient-name"}`), "warning invalid search-parameter CapabilityStatement.rest[0].resource[0].searchParam[0].type"},
		{"a parameter of another resource", statement(`{"name":"code","type":"reference","definition":"http://hl7.org/fhir/SearchParameter/Encounter-appointment"}`), "warning invalid search-parameter CapabilityStatement.rest[0].resource[0].searchParam[0].definition"},
		{"an operation", operation(`,"parameter":[` + in("a", "0", "*") + "," + in("b", "1", "1") + `]`), ""},
		{"two parameters of one name", operation(`,"parameter":[` + in("a", "0", "*") + "," + in("a", "1", "1") + `]`), "error duplicate operation OperationDefinition.parameter[1]"},
		{"a parameter that cannot be", operation(`,"parameter":[` + in("a", "2", "1") + `]`), "error invalid operation OperationDefinition.parameter[0]"},
		{"an operation on no type", strings.Replace(operation(""), `"type":false`, `"type":true`, 1), "warning invalid operation OperationDefinition"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var want []string
			if row.want != "" {
				want = strings.Split(row.want, "\n")
			}
			if diff := cmp.Diff(want, told(validator.Validate(parse(t, row.source)))); diff != "" {
				t.Errorf("Validate(%s) (-want +got):\n%s", row.source, diff)
			}
		})
	}
}
