package app_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// answered is a Parameters resource as a line: "result=true display=Female match(equivalence=equal)".
func answered(t testing.TB, body []byte) string {
	t.Helper()
	var p parametersAnswer
	if err := json.Unmarshal(body, &p); err != nil || p.ResourceType != "Parameters" {
		t.Errorf("the answer is no Parameters resource: %s", body)
	}
	return lineOf(p.Parameter)
}

type parametersAnswer struct {
	ResourceType string
	Parameter    []map[string]json.RawMessage
}

func lineOf(all []map[string]json.RawMessage) string {
	var words []string
	for _, one := range all {
		var name, word string
		for member, value := range one {
			switch {
			case member == "name":
				_ = json.Unmarshal(value, &name)
			case member == "part":
				var parts []map[string]json.RawMessage
				_ = json.Unmarshal(value, &parts)
				word = "(" + lineOf(parts) + ")"
			case member == "valueCoding":
				var c struct{ System, Version, Code, Display string }
				_ = json.Unmarshal(value, &c)
				word = "=" + c.System + "|" + c.Code + "|" + c.Display
			default:
				word = "=" + strings.Trim(string(value), `"`)
			}
		}
		words = append(words, name+word)
	}
	return strings.Join(words, " ")
}

// refused is the first issue of an OperationOutcome: "code/detail at expression".
func refused(t testing.TB, body []byte) string {
	t.Helper()
	var o struct {
		ResourceType string
		Issue        []struct {
			Code       string
			Details    struct{ Coding []struct{ Code string } }
			Expression []string
		}
	}
	if err := json.Unmarshal(body, &o); err != nil || o.ResourceType != "OperationOutcome" {
		t.Errorf("the answer is no OperationOutcome: %s", body)
		return ""
	}
	var lines []string
	for _, issue := range o.Issue {
		line := issue.Code
		if len(issue.Details.Coding) > 0 {
			line += "/" + issue.Details.Coding[0].Code
		}
		if len(issue.Expression) > 0 {
			line += " at " + issue.Expression[0]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

// operationRow is a call of an operation and what comes of it, as answered or refused says.
type operationRow struct {
	name, line, body string
	status           int
	want             string
}

func (s *server) operation(t *testing.T, row operationRow) {
	t.Helper()
	r := s.send(row.line, row.body)
	got := ""
	if r.status < 300 {
		got = answered(t, r.body)
	} else {
		got = refused(t, r.body)
	}
	if r.status != row.status || got != row.want {
		t.Errorf("%s = %d %s, want %d %s", row.line, r.status, got, row.status, row.want)
	}
}

const (
	genders = "http://hl7.org/fhir/ValueSet/administrative-gender"
	gender  = "http://hl7.org/fhir/administrative-gender"
)

func parametersOf(parameters ...string) string {
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parameters, ",") + `]}`
}

func TestValueSetValidateCode(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /ValueSet/mine", `{"resourceType":"ValueSet","id":"mine","status":"active","compose":{"include":[{"system":"`+gender+`","concept":[{"code":"male","display":"Man"}]}]}}`)
	const get = "GET /ValueSet/$validate-code?url=" + genders
	const post = "POST /ValueSet/$validate-code"
	const url = `{"name":"url","valueUri":"` + genders + `"}`
	for _, row := range []operationRow{
		{"in", get + "&system=" + gender + "&code=female", "", 200, "result=true display=Female"},
		{"not in", get + "&system=" + gender + "&code=woman", "", 200, "result=false message=the code system has no such code"},
		{"another system", get + "&system=urn:x&code=female", "", 200, "result=false message=the value set has no codes of this system"},
		{"the right display", get + "&system=" + gender + "&code=female&display=FEMALE", "", 200, "result=true display=Female"},
		{"a wrong display", get + "&system=" + gender + "&code=female&display=Woman", "", 200, "result=false message=the display is not one the code has display=Female"},
		{"no system", get + "&code=female", "", 400, "required/parameter-choice"},
		{"no code", get + "&system=" + gender, "", 400, "required/parameter-choice"},
		{"in the context of an element", "GET /ValueSet/$validate-code?context=Patient.gender&code=female", "", 200, "result=true display=Female"},
		{"in a context of a structure", "GET /ValueSet/$validate-code?context=http://hl7.org/fhir/StructureDefinition/Patient%23Patient.gender&code=woman", "", 200, "result=false message=the code system has no such code"},
		{"in no context", "GET /ValueSet/$validate-code?context=Patient.name&code=female", "", 404, "not-found/unknown-context"},
		{"an unknown value set", "GET /ValueSet/$validate-code?url=urn:x&system=urn:y&code=z", "", 404, "not-found/unknown-value-set"},
		{"an unknown version", get + "&valueSetVersion=9&system=" + gender + "&code=female", "", 404, "not-found/unknown-value-set"},
		{"its version", get + "&valueSetVersion=4.0.1&system=" + gender + "&code=female", "", 200, "result=true display=Female"},
		{"a code of SNOMED CT: nobody knows", "GET /ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/condition-code&system=http://snomed.info/sct&code=22298006", "", 400, "not-supported/not-evaluable"},
		{"a code of SNOMED CT with a wrong check digit", "GET /ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/condition-code&system=http://snomed.info/sct&code=22298007", "", 200,
			"result=false message=the code is not of the form its system prescribes"},
		{"an unknown parameter", get + "&system=" + gender + "&code=female&colour=red", "", 400, "invalid/unknown-parameter at http.colour"},
		{"every fault", get + "&colour=red&code=%20x&date=2020-01-01&url=urn:x", "", 400,
			"invalid/unknown-parameter at http.colour, invalid/parameter-value at http.code, invalid/repeated-parameter"},
		{"at a date since when nothing was changed", get + "&system=" + gender + "&code=female&date=2020-01-01T00:00:00Z", "", 200, "result=true display=Female"},
		{"at one before", get + "&system=" + gender + "&code=female&date=2019-10-31", "", 422, "processing/not-evaluable at http.date"},
		{"a Coding by GET", get + "&coding=a", "", 400, "invalid/parameter-value at http.coding"},
		{"both ways at once", get + "&context=Patient.gender&system=" + gender + "&code=female", "", 400, "invalid/parameter-choice"},

		{"a Coding", post, parametersOf(url, `{"name":"coding","valueCoding":{"system":"`+gender+`","code":"female"}}`), 200, "result=true display=Female"},
		{"a CodeableConcept with one that is in", post, parametersOf(url, `{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:x","code":"f"},{"system":"`+gender+`","code":"female"}]}}`), 200, "result=true display=Female"},
		{"a CodeableConcept with none", post, parametersOf(url, `{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:x","code":"f"},{"system":"`+gender+`","code":"f"}]}}`), 200,
			"result=false message=the value set has no codes of this system; the code system has no such code"},
		{"a CodeableConcept of words", post, parametersOf(url, `{"name":"codeableConcept","valueCodeableConcept":{"text":"f"}}`), 400, "required/parameter-choice"},
		{"a value set that is sent", post, parametersOf(`{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"urn:x","concept":[{"code":"a"}]}]}}}`,
			`{"name":"coding","valueCoding":{"system":"urn:x","code":"a"}}`), 200, "result=true"},
		{"a parameter of the wrong type", post, parametersOf(`{"name":"url","valueInteger":1}`, `{"name":"code","valueCode":"a"}`), 400, "invalid/parameter-value at Parameters.parameter[0]"},
		{"a parameter without a value", post, parametersOf(`{"name":"url"}`), 400, "invalid/parameter-value at Parameters.parameter[0]"},
		{"an unknown parameter in the body", post, parametersOf(url, `{"name":"colour","valueCode":"red"}`), 400, "invalid/unknown-parameter at Parameters.parameter[1]"},
		{"part in the URL, part in the body", post + "?url=" + genders, parametersOf(`{"name":"coding","valueCoding":{"system":"` + gender + `","code":"female"}}`), 200, "result=true display=Female"},
		{"a value set as the body", post + "?system=urn:x&code=a", `{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"urn:x","concept":[{"code":"a"}]}]}}`, 200, "result=true"},
		{"another resource as the body", post + "?system=urn:x&code=a", `{"resourceType":"Patient"}`, 400, "invalid/parameter-value at Patient"},
		{"nothing", post, "", 400, "required/parameter-choice"},

		{"an instance", "GET /ValueSet/mine/$validate-code?system=" + gender + "&code=male", "", 200, "result=true display=Man"},
		{"an instance, not in", "GET /ValueSet/mine/$validate-code?system=" + gender + "&code=female", "", 200, "result=false message=the value set does not have the code"},
		{"an instance with its own display", "GET /ValueSet/mine/$validate-code?system=" + gender + "&code=male&display=man", "", 200, "result=true display=Man"},
		{"an instance, and another named", "GET /ValueSet/mine/$validate-code?url=urn:x&system=" + gender + "&code=male", "", 400, "invalid/parameter-choice"},
		{"no instance", "GET /ValueSet/yours/$validate-code?system=" + gender + "&code=male", "", 404, "not-found/unknown-resource"},
		{"of another type", "GET /Patient/$validate-code?system=" + gender + "&code=male", "", 404, "not-found/unknown-operation"},
		{"DELETE", "DELETE /ValueSet/$validate-code", "", 405, "not-supported/method-not-allowed"},
	} {
		t.Run(row.name, func(t *testing.T) { s.operation(t, row) })
	}
	xml := s.send(post, `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="url"/><valueUri value="`+genders+`"/></parameter>`+
		`<parameter><name value="coding"/><valueCoding><system value="`+gender+`"/><code value="female"/></valueCoding></parameter></Parameters>`, "Content-Type: application/fhir+xml", "Accept: application/fhir+json")
	if got := answered(t, xml.body); got != "result=true display=Female" {
		t.Errorf("Parameters in XML = %s, want result=true display=Female", got)
	}
	lenient := s.send(get+"&system="+gender+"&code=female&colour=red", "", "Prefer: handling=lenient")
	if lenient.status != 200 {
		t.Errorf("with handling=lenient an unknown parameter is %d, want 200", lenient.status)
	}
}

func TestCodeSystemValidateCode(t *testing.T) {
	s := start(t, nil)
	const system = `{"resourceType":"CodeSystem","id":"mine","url":"urn:mine","status":"active","content":"complete","property":[{"code":"notSelectable","type":"boolean"},{"code":"status","type":"code"}],
		"concept":[{"code":"a","display":"Ay","designation":[{"language":"cy","value":"A Cymraeg"}],"concept":[{"code":"b"}],"property":[{"code":"notSelectable","valueBoolean":true}]},{"code":"c","property":[{"code":"status","valueCode":"retired"}]}]}`
	s.must(201, "PUT /CodeSystem/mine", system)
	const get = "GET /CodeSystem/$validate-code?url="
	for _, row := range []operationRow{
		{"a code", get + gender + "&code=female", "", 200, "result=true display=Female"},
		{"no code", get + gender + "&code=woman", "", 200, "result=false message=the code system has no such code"},
		{"a wrong display", get + gender + "&code=male&display=Mail", "", 200, "result=false message=the display is not one the code has display=Male"},
		{"since a date", get + gender + "&date=2020-01-01&code=male", "", 200, "result=true display=Male"},
		{"on a date before", get + gender + "&date=2018&code=male", "", 422, "processing/not-evaluable at http.date"},
		{"in its version", get + gender + "&version=4.0.1&code=male", "", 200, "result=true display=Male"},
		{"in another version", get + gender + "&version=5.0.0&code=male", "", 404, "not-found/unknown-code-system"},
		{"a unit", get + "http://unitsofmeasure.org&code=mg/dL", "", 200, "result=true"},
		{"no unit", get + "http://unitsofmeasure.org&code=mgs", "", 200, "result=false message=the code is not of the form its system prescribes"},
		{"an unknown system", get + "urn:x&code=a", "", 404, "not-found/unknown-code-system"},
		{"a system with no codes here", get + "http://snomed.info/sct&code=22298006", "", 404, "not-found/unknown-code-system"},
		{"and what cannot be one of its codes", get + "http://snomed.info/sct&code=22298007", "", 200, "result=false message=the code is not of the form its system prescribes"},
		{"no system", "GET /CodeSystem/$validate-code?code=a", "", 400, "required/parameter-choice"},
		{"of a Coding", "POST /CodeSystem/$validate-code", parametersOf(`{"name":"coding","valueCoding":{"system":"` + gender + `","code":"male"}}`), 200, "result=true display=Male"},
		{"of another system's Coding", "POST /CodeSystem/$validate-code", parametersOf(`{"name":"url","valueUri":"`+gender+`"}`, `{"name":"coding","valueCoding":{"system":"urn:x","code":"male"}}`), 200, "result=false message=the code is of another system"},
		{"a system that is sent", "POST /CodeSystem/$validate-code", parametersOf(`{"name":"codeSystem","resource":`+system+`}`, `{"name":"code","valueCode":"b"}`), 200, "result=true"},
		{"an instance", "GET /CodeSystem/mine/$validate-code?code=b", "", 200, "result=true"},
		{"in a language", "GET /CodeSystem/mine/$validate-code?code=a&abstract=true&displayLanguage=cy-GB", "", 200, "result=true display=A Cymraeg"},
		{"a display in a language", "GET /CodeSystem/mine/$validate-code?code=a&abstract=true&display=a%20cymraeg", "", 200, "result=true display=Ay"},
		{"abstract", "GET /CodeSystem/mine/$validate-code?code=a", "", 200, "result=true message=the code is abstract: it is there to group others display=Ay"},
		{"abstract where none may be", "GET /CodeSystem/mine/$validate-code?code=a&abstract=false", "", 200, "result=false message=the code is abstract: it is there to group others display=Ay"},
		{"no boolean", "GET /CodeSystem/mine/$validate-code?code=a&abstract=no", "", 400, "invalid/parameter-value at http.abstract"},
		{"inactive", "GET /CodeSystem/mine/$validate-code?code=c", "", 200, "result=true message=the code is inactive"},
	} {
		t.Run(row.name, func(t *testing.T) { s.operation(t, row) })
	}
}
