package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
)

func parse(t testing.TB, source string) *element.Tree {
	t.Helper()
	tree, outcome := element.Parse(r4.Definitions(), []byte(source), element.Limits{})
	if tree == nil {
		t.Fatalf("Parse(%.300s) = %+v, want a tree", source, outcome)
	}
	return tree
}

// told is what a test compares of an outcome: "severity code detail location".
func told(outcome fhir.Outcome) []string {
	var lines []string
	for _, issue := range outcome {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", issue.Severity, issue.Code, issue.Detail, strings.Join(issue.Expression, ",")))
	}
	return lines
}

// observation, condition and patient wrap the members that a row is about in a resource that is otherwise valid.
func observation(members string) string {
	return `{"resourceType":"Observation","status":"final","code":{"text":"a"},` + members + `}`
}

func patient(members string) string { return `{"resourceType":"Patient",` + members + `}` }

func bundle(entries string) string {
	return `{"resourceType":"Bundle","type":"collection","entry":[` + entries + `]}`
}

func TestValidate_OneFault(t *testing.T) {
	const xhtmlNamespace = `xmlns=\"http://www.w3.org/1999/xhtml\"`
	for _, row := range []struct{ name, source, want string }{
		// Cardinality.
		{"a required element", `{"resourceType":"Observation","code":{"text":"a"}}`, "error required missing-element Observation"},
		{"a required element of a backbone", patient(`"link":[{"type":"refer"}]`), "error required missing-element Patient.link[0]"},
		{"a required element of a datatype", patient(`"extension":[{"valueCode":"a"}]`), "error required missing-element Patient.extension[0]"},
		{"a required choice", `{"resourceType":"MedicationStatement","status":"active","subject":{"reference":"Patient/1"}}`, "error required missing-element MedicationStatement"},
		{"an element that may not be", patient(`"text":{"status":"generated","div":"<div ` + xhtmlNamespace + `>a</div>","_div":{"extension":[{"url":"http://a","valueCode":"b"}]}}`), "error structure too-many-elements Patient.text.div,Patient.text.div.extension[0]"},
		// Bindings.
		{"a code outside", patient(`"gender":"Male"`), "error code-invalid not-in-value-set Patient.gender"},
		{"a language", patient(`"language":"english language"`), "error code-invalid not-in-value-set Patient.language"},
		{"a media type", patient(`"photo":[{"contentType":"jpeg"}]`), "error code-invalid not-in-value-set Patient.photo[0].contentType"},
		{"a currency", `{"resourceType":"Account","status":"active","extension":[{"url":"http://a","valueMoney":{"value":1,"currency":"XYZ"}}]}`, "error code-invalid not-in-value-set Account.extension[0].value.ofType(Money).currency"},
		{"a concept of another system", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"http://a","code":"active"}]}}`, "error code-invalid not-in-value-set Condition.clinicalStatus"},
		{"a concept of no system", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"code":"active"}]}}`, "error code-invalid not-in-value-set Condition.clinicalStatus"},
		{"a concept with text only", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"text":"a"}}`, "error code-invalid no-code Condition.clinicalStatus"},
		{"a unit that UCUM does not know", `{"resourceType":"RiskEvidenceSynthesis","name":"A","status":"draft","population":{"reference":"EvidenceVariable/1"},"outcome":{"reference":"EvidenceVariable/1"},"riskEstimate":{"unitOfMeasure":{"coding":[{"system":"http://unitsofmeasure.org","code":"furlongs"}]}}}`, "error code-invalid not-in-value-set RiskEvidenceSynthesis.riskEstimate.unitOfMeasure"},
		{"an age that is not in time", patient(`"extension":[{"url":"http://a","valueAge":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}}]`), "warning code-invalid not-in-value-set Patient.extension[0].value.ofType(Age)"},
		// References.
		{"a relative reference to another type", observation(`"subject":{"reference":"Organization/1"}`), "error structure reference-target Observation.subject,Observation.subject.reference"},
		{"an absolute reference", observation(`"subject":{"reference":"https://a.example/fhir/Organization/1/_history/2"}`), "error structure reference-target Observation.subject,Observation.subject.reference"},
		{"a conditional reference", observation(`"subject":{"reference":"Organization?identifier=a|b"}`), "error structure reference-target Observation.subject,Observation.subject.reference"},
		{"a target the specification's own examples use", observation(`"performer":[{"reference":"Encounter/1"}]`), "warning structure reference-target Observation.performer[0],Observation.performer[0].reference"},
		{"a contained resource of another type", observation(`"contained":[{"resourceType":"Organization","id":"o","name":"a"}],"subject":{"reference":"#o"}`), "error structure reference-target Observation.subject,Observation.subject.reference"},
		{"a contained resource that refers to its container", patient(`"contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"hasMember":[{"reference":"#"}]}],"extension":[{"url":"http://a","valueReference":{"reference":"#o"}}]`), "error structure reference-target Patient.contained[0]/*Observation*/.hasMember[0],Patient.contained[0]/*Observation*/.hasMember[0].reference"},
		{"an entry of another type", bundle(`{"fullUrl":"` + urn + `1","resource":{"resourceType":"Organization","name":"a"}},{"fullUrl":"` + urn + `2","resource":` + observation(`"subject":{"reference":"`+urn+`1"}`) + `}`), "error structure reference-target Bundle.entry[1].resource/*Observation*/.subject,Bundle.entry[1].resource/*Observation*/.subject.reference"},
		{"a stated type", observation(`"subject":{"type":"Organization","display":"a"}`), "error structure reference-target Observation.subject,Observation.subject.type"},
		{"a stated type that is not the reference's", observation(`"subject":{"type":"Patient","reference":"Group/1"}`), "error structure reference-type-mismatch Observation.subject.type"},
		{"a reference with white space", observation(`"subject":{"reference":"Patient/a b"}`), "error value uri-form Observation.subject.reference"},
		// Canonicals.
		{"a canonical without its version", patient(`"meta":{"profile":["http://a|"]}`), "error value invalid-canonical Patient.meta.profile[0]"},
		{"a canonical that is relative", patient(`"meta":{"profile":["StructureDefinition/a"]}`), "warning value invalid-canonical Patient.meta.profile[0]"},
		{"a canonical of nothing contained", patient(`"meta":{"profile":["#a"]}`), "warning not-found invalid-canonical Patient.meta.profile[0]"},
		// Contained resources.
		{"contained without id", patient(`"contained":[{"resourceType":"Organization","name":"a"}]`), "error required contained-without-id Patient.contained[0]/*Organization*/"},
		{"contained with the id of another", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a"},{"resourceType":"Organization","id":"o","name":"b"}],"managingOrganization":{"reference":"#o"}`), "error duplicate duplicate-contained-id Patient.contained[1]/*Organization*/.id"},
		{"contained in contained", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a","contained":[{"resourceType":"Organization","id":"p","name":"a","partOf":{"reference":"#"}}]}],"managingOrganization":{"reference":"#o"}`), "error invariant constraint-dom-2 Patient"},
		{"contained and not referred to", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a"}]`), "error invariant constraint-dom-3 Patient"},
		{"contained with a version", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a","meta":{"versionId":"1"}}],"managingOrganization":{"reference":"#o"}`), "error invariant constraint-dom-4 Patient"},
		{"contained with a security label", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a","meta":{"security":[{"code":"a","system":"http://a"}]}}],"managingOrganization":{"reference":"#o"}`), "error invariant constraint-dom-5 Patient"},
		{"a reference to nothing contained", patient(`"managingOrganization":{"reference":"#o"}`), "error invariant constraint-ref-1 Patient.managingOrganization"},
		// Narratives.
		{"a script", patient(`"text":{"status":"generated","div":"<div ` + xhtmlNamespace + `>a<script>b</script></div>"}`), "error invariant constraint-txt-1 Patient.text.div"},
		{"an event", patient(`"text":{"status":"generated","div":"<div ` + xhtmlNamespace + ` onclick='a()'>a</div>"}`), "error invariant constraint-txt-1 Patient.text.div"},
		{"no namespace", patient(`"text":{"status":"generated","div":"<div>a</div>"}`), "error invariant constraint-txt-1 Patient.text.div"},
		{"an empty narrative", patient(`"text":{"status":"generated","div":"<div ` + xhtmlNamespace + `> </div>"}`), "warning invariant constraint-txt-2 Patient.text.div"},
		// Invariants.
		{"an element with an id alone", patient(`"name":[{"id":"a"}]`), "error invariant constraint-ele-1 Patient.name[0]"},
		{"a primitive with an id alone", patient(`"_birthDate":{"id":"a"}`), "error invariant constraint-ele-1 Patient.birthDate"},
		{"an extension with nothing", patient(`"extension":[{"url":"http://a"}]`), "error invariant constraint-ext-1 Patient.extension[0]"},
		{"an extension with both", patient(`"extension":[{"url":"http://a","valueCode":"a","extension":[{"url":"b","valueCode":"b"}]}]`), "error invariant constraint-ext-1 Patient.extension[0]"},
		{"an invariant of a backbone", patient(`"contact":[{"gender":"male"}]`), "error invariant constraint-pat-1 Patient.contact[0]"},
		{"an invariant of a datatype", patient(`"name":[{"family":"a","period":{"start":"2020","end":"2019"}}]`), "error invariant constraint-per-1 Patient.name[0].period"},
		{"an invariant of an element", `{"resourceType":"Organization","name":"a","telecom":[{"system":"phone","value":"1","use":"home"}]}`, "error invariant constraint-org-3 Organization.telecom[0]"},
		{"an invariant of a resource", observation(`"valueString":"a","dataAbsentReason":{"text":"b"}`), "error invariant constraint-obs-6 Observation"},
		{"an invariant of an entry", bundle(`{"fullUrl":"http://a.example/Patient/1/_history/1","resource":{"resourceType":"Patient","id":"1"}}`), "error invariant constraint-bdl-8 Bundle.entry[0]"},
		{"a profile of a datatype", observation(`"referenceRange":[{"low":{"value":1,"comparator":">"}}]`), "error invariant constraint-sqty-1 Observation.referenceRange[0].low"},
		{"an invariant that only warns", `{"resourceType":"ValueSet","status":"draft","name":"a b"}`, "warning invariant constraint-vsd-0 ValueSet"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := told(validation.New(r4.Definitions()).Validate(parse(t, row.source)))
			if diff := cmp.Diff([]string{row.want}, got); diff != "" {
				t.Errorf("Validate(%s) (-want +got):\n%s", row.source, diff)
			}
		})
	}
}

func TestValidate_NoFault(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for _, row := range []struct{ name, source string }{
		{"the least there can be", `{"resourceType":"Patient"}`},
		{"a required element with an extension for a value", `{"resourceType":"Observation","_status":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"code":{"text":"a"}}`},
		{"languages", patient(`"language":"en-GB","communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"zh-Hant-TW"}]}}]`)},
		{"media types", `{"resourceType":"Binary","contentType":"application/fhir+json; fhirVersion=4.0; charset=\"a;b\""}`},
		{"a concept with one coding that is right", `{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"http://a","code":"x"},{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}}`},
		{"references that tell no type", observation(`"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000005"},"performer":[{"identifier":{"value":"a"}},{"reference":"http://a.example/b"}]`)},
		{"a stated type by its canonical", observation(`"subject":{"type":"http://hl7.org/fhir/StructureDefinition/Patient","reference":"Patient/1"}`)},
		{"a stated logical type", observation(`"subject":{"type":"http://a.example/Thing"}`)},
		{"a reference to the container", patient(`"contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"subject":{"reference":"#"}}]`)},
		{"contained resources that refer to each other", patient(`"contained":[{"resourceType":"Organization","id":"o","name":"a","partOf":{"reference":"#p"}},{"resourceType":"Organization","id":"p","name":"a"}],"managingOrganization":{"reference":"#o"}`)},
		{"a canonical with version and fragment", patient(`"meta":{"profile":["http://a.example/b|1.0#c","` + urn + `6"]}`)},
		{"a quantity without unit", observation(`"valueQuantity":{"value":1}`)},
	} {
		if got := told(validator.Validate(parse(t, row.source))); got != nil {
			t.Errorf("%s: Validate(%s) = %q, want nothing", row.name, row.source, got)
		}
	}
}

func TestValidate_Position(t *testing.T) {
	outcome := validation.New(r4.Definitions()).Validate(parse(t, "{\"resourceType\":\"Patient\",\n  \"gender\": \"x\"}"))
	if len(outcome) != 1 || outcome[0].Line != 2 || outcome[0].Column != 13 {
		t.Errorf("Validate = %+v, want one issue at 2:13", outcome)
	}
}

func TestValidate_TellsNoValues(t *testing.T) {
	const secret = "9434765919"
	validator := validation.New(r4.Definitions())
	for _, source := range []string{
		patient(`"gender":"` + secret + `"`),
		patient(`"language":"` + secret + `"`),
		patient(`"managingOrganization":{"reference":"Patient/` + secret + `"}`),
		patient(`"managingOrganization":{"reference":"#` + secret + `"}`),
		patient(`"meta":{"profile":["` + secret + `|"]}`),
		patient(`"contained":[{"resourceType":"Organization","id":"` + secret + `","name":"` + secret + `"}]`),
		patient(`"text":{"status":"generated","div":"<div><p` + secret + `>` + secret + `</p` + secret + `></div>"}`),
		patient(`"maritalStatus":{"id":"` + secret + `"}`),
		bundle(`{"fullUrl":"` + secret + `","resource":{"resourceType":"Patient"}}`),
	} {
		outcome := validator.Validate(parse(t, source))
		if len(outcome) == 0 || strings.Contains(fmt.Sprintf("%+v", outcome), secret) {
			t.Errorf("Validate(%s) = %+v, want an issue that does not repeat what was sent", source, outcome)
		}
	}
}

func TestValidate_TooMany(t *testing.T) {
	validator := validation.New(r4.Definitions())
	errors := patient(`"name":[` + strings.Repeat(`{"id":"a"},`, 999) + `{"family":"a"}]`)
	outcome := validator.Validate(parse(t, errors))
	if len(outcome) != 201 || outcome[200].Detail != validation.DetailTooManyIssues || !outcome.Failed() {
		t.Errorf("Validate of 999 errors = %d issues, want 200 and one that says there are more", len(outcome))
	}
	warnings := patient(`"meta":{"profile":[` + strings.Repeat(`"a",`, 999) + `"a"]},"gender":"x"`)
	outcome = validator.Validate(parse(t, warnings))
	if len(outcome) != 102 || outcome[101].Detail != validation.DetailNotInValueSet {
		t.Errorf("Validate of 1,000 warnings and an error = %d issues, want 100, one that says there are more, and the error", len(outcome))
	}
}

func TestOptions(t *testing.T) {
	set := r4.Definitions()
	source := patient(`"managingOrganization":{"reference":"Patient/1"}`)
	rule := func(visit *validation.Visit, n element.Node) {
		visit.Report(n, fhir.Warning, fhir.CodeBusinessRule, "mine", "%s was seen", n.Structure().Name)
	}
	for _, row := range []struct {
		name   string
		option validation.Option
		want   []string
	}{
		{"best practice", validation.WithBestPractice(), []string{
			"warning invariant constraint-dom-6 Patient", "error structure reference-target Patient.managingOrganization,Patient.managingOrganization.reference"}},
		{"references", validation.WithReferenceTargets(fhir.Warning), []string{"warning structure reference-target Patient.managingOrganization,Patient.managingOrganization.reference"}},
		{"a rule of a type", validation.At("Reference", rule), []string{
			"warning business-rule mine Patient.managingOrganization", "error structure reference-target Patient.managingOrganization,Patient.managingOrganization.reference"}},
		{"a rule of all resources", validation.At("DomainResource", rule), []string{
			"warning business-rule mine Patient", "error structure reference-target Patient.managingOrganization,Patient.managingOrganization.reference"}},
	} {
		if diff := cmp.Diff(row.want, told(validation.New(set, row.option).Validate(parse(t, source)))); diff != "" {
			t.Errorf("%s: Validate (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestNew_InvariantThatDoesNotCompile(t *testing.T) {
	facts := r4.Facts()
	for i := range facts.Structures {
		if s := &facts.Structures[i]; s.Type == "Patient" && !s.Constraint {
			root := &s.Elements[0]
			root.Constraints = append(root.Constraints[:len(root.Constraints):len(root.Constraints)],
				definition.Constraint{Key: "bad-1", Error: true, Expression: "name.frobnicate("})
		}
	}
	set, err := definition.NewSet(facts)
	if err != nil {
		t.Fatal(err)
	}
	validator := validation.New(set)
	if len(validator.Unsupported()) != 1 {
		t.Fatalf("Unsupported() = %v, want one", validator.Unsupported())
	}
	tree, _ := element.Parse(set, []byte(`{"resourceType":"Patient"}`), element.Limits{})
	want := []string{"warning not-supported invariant-not-evaluated Patient"}
	if diff := cmp.Diff(want, told(validator.Validate(tree))); diff != "" {
		t.Errorf("Validate (-want +got):\n%s", diff)
	}
}
