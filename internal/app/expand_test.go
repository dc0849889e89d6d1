package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// expanded is a ValueSet with its expansion as a line: "3: a b(c) | offset=1 version=urn:s|1".
func expanded(t testing.TB, body []byte) string {
	t.Helper()
	type contains struct {
		System, Code, Display string
		Abstract, Inactive    bool
		Designation           []struct{ Language, Value string }
		Contains              []json.RawMessage
	}
	var v struct {
		ResourceType, Status string
		Compose              json.RawMessage
		Expansion            struct {
			Timestamp string
			Total     *int
			Offset    *int
			Parameter []map[string]any
			Contains  []json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &v); err != nil || v.ResourceType != "ValueSet" || v.Expansion.Total == nil || v.Expansion.Timestamp == "" || v.Status == "" {
		t.Errorf("the answer is no expansion: %s, %v", body, err)
		return ""
	}
	var line func(all []json.RawMessage) string
	line = func(all []json.RawMessage) string {
		var words []string
		for _, raw := range all {
			var c contains
			_ = json.Unmarshal(raw, &c)
			word := c.Code
			for _, d := range c.Designation {
				word += "/" + d.Value
			}
			if len(c.Contains) > 0 {
				word += "(" + line(c.Contains) + ")"
			}
			words = append(words, word)
		}
		return strings.Join(words, " ")
	}
	out := fmt.Sprintf("%d: %s", *v.Expansion.Total, line(v.Expansion.Contains))
	if v.Expansion.Offset != nil {
		out += fmt.Sprintf(" from %d", *v.Expansion.Offset)
	}
	for _, p := range v.Expansion.Parameter {
		for member, value := range p {
			if member != "name" {
				out += fmt.Sprintf(" %s=%v", p["name"], value)
			}
		}
	}
	if v.Compose != nil {
		out += " compose=" + string(v.Compose)
	}
	return out
}

func TestValueSetExpand(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /ValueSet/mine", `{"resourceType":"ValueSet","id":"mine","url":"urn:v","status":"active","compose":{"inactive":false,"include":[{"system":"`+gender+`","version":"4.0.1",
		"concept":[{"code":"male","display":"Man","designation":[{"language":"cy","use":{"system":"urn:u","code":"short"},"value":"Dyn"}]},{"code":"female"}]}],
		"exclude":[{"system":"`+gender+`","filter":[{"property":"code","op":"=","value":"unknown"}]}]}}`)
	const get = "GET /ValueSet/$expand?url=" + genders
	const version = " version=" + gender + "|4.0.1"
	const sent = `{"resourceType":"ValueSet","status":"draft","compose":{"include":[{"system":"urn:x","concept":[{"code":"a"},{"code":"b"}]}]}}`
	for _, row := range []operationRow{
		{"by url", get, "", 200, "4: male female other unknown" + version},
		{"by url and version", get + "&valueSetVersion=4.0.1", "", 200, "4: male female other unknown" + version},
		{"by context", "GET /ValueSet/$expand?context=Patient.gender&contextDirection=incoming", "", 200, "4: male female other unknown" + version},
		{"a page", get + "&offset=1&count=2", "", 200, "4: female other from 1 offset=1 count=2" + version},
		{"the total alone", get + "&count=0", "", 200, "4:  from 0 count=0" + version},
		{"by words", get + "&filter=fem", "", 200, "1: female filter=fem" + version},
		{"by words nothing has", get + "&filter=zz", "", 200, "0:  filter=zz"},
		{"nested", "GET /ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/location-physical-type&excludeNested=false&count=1", "", 200, "14: si from 0 count=1 excludeNested=false version=http://terminology.hl7.org/CodeSystem/location-physical-type|4.0.1"},
		{"an instance", "GET /ValueSet/mine/$expand", "", 200, "2: male female" + version},
		{"with its definition", "GET /ValueSet/mine/$expand?includeDefinition=true&count=0", "", 200, "2:  from 0 count=0" + version +
			` compose={"inactive":false,"include":[{"system":"` + gender + `","version":"4.0.1","concept":[{"code":"male","display":"Man","designation":[{"language":"cy","use":{"system":"urn:u","code":"short"},"value":"Dyn"}]},{"code":"female"}]}],"exclude":[{"system":"` + gender + `","filter":[{"property":"code","op":"=","value":"unknown"}]}]}`},
		{"with designations", "GET /ValueSet/mine/$expand?includeDesignations=true", "", 200, "2: male/Dyn female includeDesignations=true" + version},
		{"with those in a language", "GET /ValueSet/mine/$expand?designation=urn:ietf:bcp:47|cy", "", 200, "2: male/Dyn female designation=urn:ietf:bcp:47|cy" + version},
		{"with those of another use", "GET /ValueSet/mine/$expand?designation=urn:u|long", "", 200, "2: male female designation=urn:u|long" + version},
		{"without a system", "GET /ValueSet/mine/$expand?exclude-system=" + gender, "", 200, "0:  exclude-system=" + gender},
		{"a value set that is sent", "POST /ValueSet/$expand", parametersOf(`{"name":"valueSet","resource":`+sent+`}`, `{"name":"count","valueInteger":1}`), 200, "2: a from 0 count=1 version=urn:x"},
		{"as the body", "POST /ValueSet/$expand?offset=1", sent, 200, "2: b from 1 offset=1 version=urn:x"},
		{"a stored one by its url", "GET /ValueSet/$expand?url=urn:v", "", 200, "2: male female" + version},
		{"by the context of a profile of ours", "GET /ValueSet/$expand?context=https://hearken.example.org/fhir/StructureDefinition/cpr-decision%23Observation.component:reason.value%5Bx%5D&count=0", "", 200,
			"3:  from 0 count=0 version=https://hearken.example.org/fhir/CodeSystem/cpr-decision-reason|1.0.0"},
		{"by the context of what it is based on", "GET /ValueSet/$expand?context=https://hearken.example.org/fhir/StructureDefinition/cpr-decision%23Observation.status&count=0", "", 200,
			"8:  from 0 count=0 version=http://hl7.org/fhir/observation-status|4.0.1"},
		{"in a version that is loaded", get + "&system-version=" + gender + "|4.0.1&count=1", "", 200, "4: male from 0 count=1 system-version=" + gender + "|4.0.1" + version},
		{"in one that is not", get + "&force-system-version=" + gender + "|5.0.0", "", 400, "not-supported/not-evaluable"},
		{"in another than it says", "GET /ValueSet/mine/$expand?check-system-version=" + gender + "|5.0.0", "", 422, "processing/not-evaluable"},
		{"in the one it says", "GET /ValueSet/mine/$expand?check-system-version=" + gender + "|4.0.1", "", 200, "2: male female check-system-version=" + gender + "|4.0.1" + version},
		{"in no version", get + "&system-version=" + gender, "", 400, "value/parameter-value at http.system-version"},
		{"v3", "GET /ValueSet/$expand?url=http://terminology.hl7.org/ValueSet/v3-ActPriority&excludeNotForUI=true&count=1", "", 200, "15: A from 0 count=1 excludeNotForUI=true version=http://terminology.hl7.org/CodeSystem/v3-ActPriority|2018-08-12"},
		{"our guide's", "GET /ValueSet/$expand?url=https://hearken.example.org/fhir/ValueSet/wording-use", "", 200, "1: headline version=https://hearken.example.org/fhir/CodeSystem/wording-use|1.0.0"},

		{"none", "GET /ValueSet/$expand", "", 400, "required/parameter-choice"},
		{"an unknown one", "GET /ValueSet/$expand?url=urn:x", "", 404, "not-found/unknown-value-set"},
		{"units go on for ever", "GET /ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/ucum-units", "", 422, "too-costly/too-costly"},
		{"SNOMED CT is not loaded", "GET /ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/condition-code", "", 400, "not-supported/not-evaluable"},
		{"a negative page", get + "&count=-1&offset=x", "", 400, "invalid/parameter-value at http.offset"},
		{"a negative count", get + "&count=-1", "", 400, "value/parameter-value at http.count"},
		{"a direction", get + "&contextDirection=up", "", 400, "value/parameter-value at http.contextDirection"},
		{"at a date since when nothing was changed", get + "&date=2020-01-01&count=1", "", 200, "4: male from 0 count=1 date=2020-01-01" + version},
		{"on the day it was changed", get + "&date=2019-10-31", "", 422, "processing/not-evaluable at http.date"},
		{"at a time to come", get + "&date=9999&count=1", "", 422, "processing/not-evaluable at http.date"},
		{"at no date", get + "&date=soon", "", 400, "invalid/parameter-value at http.date"},
		{"a value set of no date, at a date", "GET /ValueSet/mine/$expand?date=2020-01-01", "", 422, "processing/not-evaluable at http.date"},
		{"an unknown parameter", get + "&max=3", "", 400, "invalid/unknown-parameter at http.max"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := s.send(row.line, row.body)
			got := ""
			if r.status == 200 {
				got = expanded(t, r.body)
				s.valid(r.body)
			} else {
				got = refused(t, r.body)
			}
			if r.status != row.status || got != row.want {
				t.Errorf("%s = %d %s, want %d %s", row.line, r.status, got, row.status, row.want)
			}
		})
	}
}

// valid stores what an operation answered with: the server takes no ValueSet that is not valid.
func (s *server) valid(valueSet []byte) {
	s.t.Helper()
	var members map[string]any
	if err := json.Unmarshal(valueSet, &members); err != nil {
		s.t.Fatal(err)
	}
	delete(members, "url") // FHIR's own cannot be written
	again, _ := json.Marshal(members)
	s.must(201, "POST /ValueSet", string(again))
}

func TestCodeSystemLookup(t *testing.T) {
	s := start(t, nil)
	const get = "GET /CodeSystem/$lookup?system="
	for _, row := range []operationRow{
		{"a code", get + gender + "&code=female", "", 200, "name=AdministrativeGender version=4.0.1 display=Female property(code=inactive value=false)"},
		{"a Coding", "POST /CodeSystem/$lookup", parametersOf(`{"name":"coding","valueCoding":{"system":"` + gender + `","code":"female"}}`), 200, "name=AdministrativeGender version=4.0.1 display=Female property(code=inactive value=false)"},
		{"a code as it is since a date", get + gender + "&code=female&date=2020-01-01", "", 200, "name=AdministrativeGender version=4.0.1 display=Female property(code=inactive value=false)"},
		{"a code on a date before", get + gender + "&code=female&date=2018-01-01", "", 422, "processing/not-evaluable at http.date"},
		{"a unit on a date: its grammar has none", get + "http://unitsofmeasure.org&code=mg&date=2020-01-01", "", 422, "processing/not-evaluable at http.date"},
		{"a unit", get + "http://unitsofmeasure.org&code=mg", "", 200, "name=UCUM display=mg"},
		{"with designations of our guide", get + "https://hearken.example.org/fhir/CodeSystem/wording-use&code=headline&property=definition", "", 200,
			"name=WordingUse version=1.0.0 display=Headline property(code=definition value=The one line shown to whoever answers the call; nothing else may be said in its place.)"},
		{"some properties", get + gender + "&code=female&property=url&property=code", "", 200, "name=AdministrativeGender version=4.0.1 display=Female property(code=url value=" + gender + ") property(code=code value=female)"},
		{"what is above and below", get + "http://terminology.hl7.org/CodeSystem/condition-clinical&code=recurrence&property=parent&property=child", "", 200,
			"name=ConditionClinicalStatusCodes version=4.0.1 display=Recurrence property(code=parent value=active description=Active)"},
		{"no code", get + gender + "&code=woman", "", 404, "not-found/unknown-code"},
		{"no system", get + "urn:x&code=a", "", 404, "not-found/unknown-code-system"},
		{"a system with no codes here", get + "http://snomed.info/sct&code=22298006", "", 404, "not-found/unknown-code-system"},
		{"no system at all", "GET /CodeSystem/$lookup?code=a", "", 400, "required/parameter-choice"},
		{"of an instance there is none", "GET /CodeSystem/x/$lookup?code=a", "", 404, "not-found/unknown-operation"},
	} {
		t.Run(row.name, func(t *testing.T) { s.operation(t, row) })
	}
}

func TestCodeSystemSubsumes(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /CodeSystem/mine", `{"resourceType":"CodeSystem","id":"mine","url":"urn:mine","status":"active","content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]},{"code":"c"}]}`)
	const get = "GET /CodeSystem/$subsumes?system=http://terminology.hl7.org/CodeSystem/condition-clinical&codeA="
	for _, row := range []operationRow{
		{"above", get + "active&codeB=relapse", "", 200, "outcome=subsumes"},
		{"below", get + "relapse&codeB=active", "", 200, "outcome=subsumed-by"},
		{"itself", get + "active&codeB=active", "", 200, "outcome=equivalent"},
		{"beside", get + "active&codeB=inactive", "", 200, "outcome=not-subsumed"},
		{"no code", get + "active&codeB=zz", "", 404, "not-found/unknown-code"},
		{"no second code", get + "active", "", 400, "required/parameter-choice"},
		{"an instance", "GET /CodeSystem/mine/$subsumes?codeA=a&codeB=b", "", 200, "outcome=subsumes"},
		{"an instance, of another system", "POST /CodeSystem/mine/$subsumes", parametersOf(`{"name":"codingA","valueCoding":{"system":"urn:x","code":"a"}}`, `{"name":"codingB","valueCoding":{"system":"urn:x","code":"b"}}`), 400, "invalid/parameter-choice"},
		{"Codings", "POST /CodeSystem/$subsumes", parametersOf(`{"name":"codingA","valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}`,
			`{"name":"codingB","valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"relapse"}}`), 200, "outcome=subsumes"},
		{"Codings of two systems", "POST /CodeSystem/$subsumes", parametersOf(`{"name":"codingA","valueCoding":{"system":"urn:x","code":"a"}}`, `{"name":"codingB","valueCoding":{"system":"urn:y","code":"b"}}`), 400, "invalid/parameter-choice"},
		{"SNOMED CT is not loaded", "GET /CodeSystem/$subsumes?system=http://snomed.info/sct&codeA=22298006&codeB=22298006", "", 404, "not-found/unknown-code-system"},
	} {
		t.Run(row.name, func(t *testing.T) { s.operation(t, row) })
	}
}

func TestConceptMapTranslate(t *testing.T) {
	s := start(t, nil)
	s.must(201, "PUT /ConceptMap/mine", `{"resourceType":"ConceptMap","id":"mine","url":"urn:map","status":"active","group":[{"source":"urn:s","target":"urn:t","element":[
		{"code":"a","target":[{"code":"x","display":"Ex","equivalence":"wider","dependsOn":[{"property":"urn:sex","system":"urn:g","value":"f"}],"product":[{"property":"urn:side","system":"urn:u","value":"left"}]},{"code":"y","equivalence":"equal"}]},
		{"code":"b","target":[{"equivalence":"unmatched"}]}],"unmapped":{"mode":"fixed","code":"other","display":"Other"}}]}`)
	const guide = "https://hearken.example.org/fhir/ConceptMap/cpr-decision-legacy"
	const mine = "GET /ConceptMap/mine/$translate?system=urn:s&code="
	for _, row := range []operationRow{
		{"by one of R4's maps", "GET /ConceptMap/$translate?url=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3&system=" + gender + "&code=female", "", 200,
			"result=true match(equivalence=equal concept=http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender|F|Female source=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3)"},
		{"the other way", "GET /ConceptMap/$translate?url=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3&reverse=true&system=http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender&code=F", "", 200,
			"result=true match(equivalence=equal concept=" + gender + "|female|Female source=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3)"},
		{"by our guide's", "GET /ConceptMap/$translate?url=" + guide + "&system=http://snomed.info/sct&code=143021000119109", "", 200,
			"result=true match(equivalence=wider concept=http://snomed.info/sct|450476008| source=" + guide + ")"},
		{"by whatever map there is", "GET /ConceptMap/$translate?targetsystem=http://terminology.hl7.org/CodeSystem/v2-0001&system=" + gender + "&code=female", "", 200,
			"result=true match(equivalence=equal concept=http://terminology.hl7.org/CodeSystem/v2-0001|F|Female source=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v2)"},
		{"by the maps between value sets", "GET /ConceptMap/$translate?source=" + genders + "&target=http://terminology.hl7.org/ValueSet/v2-0001&system=" + gender + "&code=female", "", 200,
			"result=true match(equivalence=equal concept=http://terminology.hl7.org/CodeSystem/v2-0001|F|Female source=http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v2)"},
		{"by none", "GET /ConceptMap/$translate?system=urn:x&code=female", "", 200, "result=false message=no concept map has a translation of the code"},
		{"an unknown map", "GET /ConceptMap/$translate?url=urn:x&system=urn:x&code=a", "", 404, "not-found/unknown-concept-map"},
		{"no system", "GET /ConceptMap/$translate?code=a", "", 400, "required/parameter-choice"},
		{"two targets", "GET /ConceptMap/$translate?code=a&system=b&target=c&targetsystem=d", "", 400, "invalid/parameter-choice"},
		{"an instance", mine + "a", "", 200, "result=true match(equivalence=equal concept=urn:t|y| source=urn:map)"},
		{"what depends on something", "POST /ConceptMap/mine/$translate?system=urn:s&code=a", parametersOf(`{"name":"dependency","part":[{"name":"element","valueUri":"urn:sex"},{"name":"concept","valueCodeableConcept":{"coding":[{"system":"urn:g","code":"f"}]}}]}`), 200,
			"result=true match(equivalence=wider concept=urn:t|x|Ex product(element=urn:side concept=urn:u|left|) source=urn:map) match(equivalence=equal concept=urn:t|y| source=urn:map)"},
		{"and is not so", "POST /ConceptMap/mine/$translate?system=urn:s&code=a", parametersOf(`{"name":"dependency","part":[{"name":"element","valueUri":"urn:sex"},{"name":"concept","valueCodeableConcept":{"coding":[{"system":"urn:g","code":"m"}]}}]}`), 200,
			"result=true match(equivalence=equal concept=urn:t|y| source=urn:map)"},
		{"no translation", mine + "b", "", 200, "result=false message=the concept maps say that the code has no translation match(equivalence=unmatched source=urn:map)"},
		{"one for all others", mine + "c", "", 200, "result=true match(equivalence=inexact concept=urn:t|other|Other source=urn:map)"},
		{"the other way, reversed", mine + "x&reverse=true&system=urn:t", "", 400, "invalid/repeated-parameter"},
		{"reversed", "GET /ConceptMap/mine/$translate?system=urn:t&code=y&reverse=true", "", 200, "result=true match(equivalence=equal concept=urn:s|a| source=urn:map)"},
		{"a CodeableConcept", "POST /ConceptMap/mine/$translate", parametersOf(`{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:z","code":"a"},{"system":"urn:s","code":"a"}]}}`), 200, "result=true match(equivalence=equal concept=urn:t|y| source=urn:map)"},
		{"a part with a value", "POST /ConceptMap/mine/$translate", parametersOf(`{"name":"dependency","valueString":"x"}`, `{"name":"coding","valueCoding":{"code":"a"}}`), 400, "invalid/parameter-value at Parameters.parameter[0]"},
		{"an unknown part", "POST /ConceptMap/mine/$translate", parametersOf(`{"name":"dependency","part":[{"name":"colour","valueUri":"x"}]}`, `{"name":"coding","valueCoding":{"code":"a"}}`), 400, "invalid/unknown-parameter at Parameters.parameter[0].part[0]"},
	} {
		t.Run(row.name, func(t *testing.T) { s.operation(t, row) })
	}
}

// Operations are entries of batches and transactions like everything else.
func TestOperations_InBundles(t *testing.T) {
	s := start(t, nil)
	for _, kind := range []string{"batch", "transaction"} {
		r := s.must(200, "POST /", `{"resourceType":"Bundle","type":"`+kind+`","entry":[
			{"request":{"method":"GET","url":"CodeSystem/$lookup?system=`+gender+`&code=female"}},
			{"resource":`+parametersOf(`{"name":"url","valueUri":"`+genders+`"}`, `{"name":"coding","valueCoding":{"system":"`+gender+`","code":"male"}}`)+`,"request":{"method":"POST","url":"ValueSet/$validate-code"}}]}`)
		var bundle struct {
			Entry []struct{ Resource json.RawMessage }
		}
		if err := json.Unmarshal(r.body, &bundle); err != nil || len(bundle.Entry) != 2 {
			t.Fatalf("%s = %s, %v", kind, r.body, err)
		}
		if got := answered(t, bundle.Entry[0].Resource); !strings.Contains(got, "display=Female") {
			t.Errorf("$lookup in a %s = %s", kind, got)
		}
		if got := answered(t, bundle.Entry[1].Resource); got != "result=true display=Male" {
			t.Errorf("$validate-code in a %s = %s, want result=true display=Male", kind, got)
		}
	}
}

// The TerminologyCapabilities is valid, and names what can be asked.
func TestTerminologyCapabilities(t *testing.T) {
	s := start(t, nil)
	r := s.must(200, "GET /metadata?mode=terminology", "")
	var c struct {
		ResourceType string
		CodeSystem   []struct {
			URI     string
			Version []struct{ Code string }
		}
		Expansion struct{ Parameter []struct{ Name string } }
	}
	if err := json.Unmarshal(r.body, &c); err != nil || c.ResourceType != "TerminologyCapabilities" {
		t.Fatalf("the answer is no TerminologyCapabilities: %v", err)
	}
	found := map[string]bool{}
	for _, one := range c.CodeSystem {
		found[one.URI] = len(one.Version) > 0
	}
	if withVersion, ok := found["http://unitsofmeasure.org"]; !found[gender] || !ok || withVersion {
		t.Errorf("%s and UCUM are not both among the %d code systems, the former with a version", gender, len(c.CodeSystem))
	}
	if _, ok := found["http://snomed.info/sct"]; ok {
		t.Error("SNOMED CT is among the code systems, and is not loaded")
	}
	var names []string
	for _, p := range c.Expansion.Parameter {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); !strings.Contains(got, "filter") || !strings.Contains(got, "date") {
		t.Errorf("the parameters of an expansion are %s, want filter and date among them", got)
	}
	s.must(201, "POST /TerminologyCapabilities", string(r.body))
	s.must(400, "GET /metadata?mode=other", "")
}
