package validation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/fhirtest"
)

func questionnaire(items string) string {
	return `{"resourceType":"Questionnaire","url":"http://a.example/q","status":"draft","item":[` + items + `]}`
}

// item is a question with a linkId; more are members after its type.
func item(link, kind, more string) string {
	return fmt.Sprintf(`{"linkId":%q,"type":%q%s}`, link, kind, more)
}

func when(question, operator, answer string) string {
	return fmt.Sprintf(`,"enableWhen":[{"question":%q,"operator":%q,%s}]`, question, operator, answer)
}

func TestValidate_Questionnaire(t *testing.T) {
	const at = "business-rule enable-when Questionnaire.item"
	yes := `"answerBoolean":true`
	testRules(t, []rule{
		{"a question before", questionnaire(item("a", "boolean", "") + "," + item("b", "string", when("a", "=", yes))), ""},
		{"a question in a group before", questionnaire(item("g", "group", `,"item":[`+item("a", "boolean", "")+`]`) + "," + item("b", "string", when("a", "=", yes))), ""},
		{"the question round it", questionnaire(item("a", "boolean", `,"item":[`+item("b", "string", when("a", "=", yes))+`]`)), ""},
		{"no such question", questionnaire(item("b", "string", when("a", "=", yes))), "error " + at + "[0]"},
		{"itself", questionnaire(item("b", "boolean", when("b", "=", yes))), "error " + at + "[0]"},
		{"a question inside", questionnaire(item("g", "group", when("a", "=", yes)+`,"item":[`+item("a", "boolean", "")+`]`)), "error " + at + "[0]"},
		{"a question after", questionnaire(item("b", "string", when("a", "=", yes)) + "," + item("a", "boolean", "")), "warning " + at + "[0]"},
		{"a group", questionnaire(item("g", "group", `,"item":[`+item("a", "boolean", "")+`]`) + "," + item("b", "string", when("g", "exists", yes))), "warning " + at + "[1]"},
		{"a value the question does not take", questionnaire(item("a", "integer", "") + "," + item("b", "string", when("a", "=", yes))), "warning " + at + "[1]"},
		{"two conditions and no behaviour", questionnaire(item("a", "boolean", "") + "," + item("b", "string", `,"enableWhen":[{"question":"a","operator":"=",`+yes+`},{"question":"a","operator":"exists",`+yes+`}]`)), "error invariant constraint-que-12 Questionnaire.item[1]"},
		{"a linkId twice", questionnaire(item("a", "string", "") + "," + item("a", "string", "")), "error invariant constraint-que-2 Questionnaire"},
		{"an initial value of another type", questionnaire(item("a", "integer", `,"initial":[{"valueString":"1"}]`)), "error invalid answer-type Questionnaire.item[0].initial[0].value.ofType(string)"},
		{"an option of another type", questionnaire(item("a", "date", `,"answerOption":[{"valueInteger":1}]`)), "error invalid answer-type Questionnaire.item[0].answerOption[0].value.ofType(integer)"},
		{"two options selected", questionnaire(item("a", "choice", `,"answerOption":[{"valueString":"a","initialSelected":true},{"valueString":"b","initialSelected":true}]`)), "error invalid answer-count Questionnaire.item[0].answerOption[1]"},
	})
}

// respond is a response to what the row's Questionnaire is, which is contained.
func respond(status, form, items string) string {
	form = strings.Replace(strings.Replace(form, `"url":"http://a.example/q",`, "", 1), `{"resourceType":"Questionnaire",`, `{"resourceType":"Questionnaire","id":"q",`, 1)
	return fmt.Sprintf(`{"resourceType":"QuestionnaireResponse","status":%q,"questionnaire":"#q","contained":[%s],"item":[%s]}`, status, form, items)
}

func given(link, answer string) string {
	return fmt.Sprintf(`{"linkId":%q,"answer":[{%s}]}`, link, answer)
}

func TestValidate_Response(t *testing.T) {
	const at = "QuestionnaireResponse.item"
	one := func(kind, more, answer string) string {
		return respond("completed", questionnaire(item("a", kind, more)), given("a", answer))
	}
	options := `,"answerOption":[{"valueCoding":{"system":"http://a","code":"x"}},{"valueString":"y"}]`
	two := questionnaire(item("a", "boolean", "") + "," + item("b", "string", `,"required":true`+when("a", "=", `"answerBoolean":true`)))
	group := questionnaire(item("g", "group", `,"repeats":true,"item":[`+item("a", "integer", "")+","+item("b", "string", `,"required":true`+when("a", ">", `"answerInteger":5`))+`]`))
	members := func(items ...string) string {
		return fmt.Sprintf(`{"linkId":"g","item":[%s]}`, strings.Join(items, ","))
	}
	testRules(t, []rule{
		{"every type", respond("completed", questionnaire(item("a", "decimal", "")+","+item("b", "url", "")+","+item("c", "quantity", "")+","+item("d", "text", "")), given("a", `"valueDecimal":1.0`)+","+given("b", `"valueUri":"http://a"`)+","+given("c", `"valueQuantity":{"value":1}`)+","+given("d", `"valueString":"a"`)), ""},
		{"a wrong type", one("integer", "", `"valueString":"1"`), "error structure answer-type " + at + "[0].answer[0].value.ofType(string)"},
		{"an unknown linkId", respond("completed", questionnaire(item("a", "string", "")), given("b", `"valueString":"a"`)), "error not-found unknown-link-id QuestionnaireResponse,QuestionnaireResponse.item[0]"},
		{"an item elsewhere", respond("completed", group, given("a", `"valueInteger":1`)), "error structure item-place " + at + "[0]"},
		{"another order", respond("completed", questionnaire(item("a", "string", "")+","+item("b", "string", "")), given("b", `"valueString":"a"`)+","+given("a", `"valueString":"a"`)), "error structure item-place " + at + "[1]"},
		{"an answer to a group", respond("completed", group, given("g", `"valueInteger":1`)), "error structure answer-type " + at + "[0].answer[0]"},
		{"an answer to a text", one("display", `,"text":"t"`, `"valueString":"a"`), "error structure answer-type " + at + "[0].answer[0]"},
		{"items below a question", respond("completed", questionnaire(item("a", "string", `,"item":[`+item("b", "string", "")+`]`)), `{"linkId":"a","item":[`+given("b", `"valueString":"a"`)+`]}`), "error structure item-place " + at + "[0]"},
		{"items in an answer", respond("completed", questionnaire(item("a", "string", `,"item":[`+item("b", "string", "")+`]`)), `{"linkId":"a","answer":[{"valueString":"a","item":[`+given("b", `"valueString":"a"`)+`]}]}`), ""},
		{"two answers", respond("completed", questionnaire(item("a", "string", "")), `{"linkId":"a","answer":[{"valueString":"a"},{"valueString":"b"}]}`), "error invalid answer-count " + at + "[0].answer[1]"},
		{"two answers to what repeats", respond("completed", questionnaire(item("a", "string", `,"repeats":true`)), `{"linkId":"a","answer":[{"valueString":"a"},{"valueString":"b"}]}`), ""},
		{"an item twice", respond("completed", questionnaire(item("a", "string", "")), given("a", `"valueString":"a"`)+","+given("a", `"valueString":"a"`)), "error invalid answer-count " + at + "[1]"},
		{"another text", respond("completed", questionnaire(item("a", "string", `,"text":"b"`)), `{"linkId":"a","text":"c","answer":[{"valueString":"a"}]}`), "error invalid item-text " + at + "[0]"},
		{"too long", one("string", `,"maxLength":2`, `"valueString":"äöü"`), "error invalid answer-length " + at + "[0].answer[0].value.ofType(string)"},
		{"an option", one("choice", options, `"valueCoding":{"system":"http://a","code":"x","display":"X"}`), ""},
		{"an option that is text", one("choice", options, `"valueString":"y"`), ""},
		{"no option", one("choice", options, `"valueCoding":{"system":"http://a","code":"z"}`), "error code-invalid answer-option " + at + "[0].answer[0].value.ofType(Coding)"},
		{"any text for an open choice", one("open-choice", options, `"valueString":"z"`), ""},
		{"no option of an open choice", one("open-choice", options, `"valueCoding":{"code":"x"}`), "error code-invalid answer-option " + at + "[0].answer[0].value.ofType(Coding)"},
		{"required and there", respond("completed", two, given("a", `"valueBoolean":true`)+","+given("b", `"valueString":"a"`)), ""},
		{"required and not there", respond("completed", two, given("a", `"valueBoolean":true`)), "error required unanswered QuestionnaireResponse"},
		{"required and empty", respond("completed", two, given("a", `"valueBoolean":true`)+`,{"linkId":"b"}`), "error required unanswered QuestionnaireResponse"},
		{"in progress", respond("in-progress", two, given("a", `"valueBoolean":true`)), "warning required unanswered QuestionnaireResponse"},
		{"not enabled and not there", respond("completed", two, given("a", `"valueBoolean":false`)), ""},
		{"not enabled and there", respond("completed", two, given("a", `"valueBoolean":false`)+","+given("b", `"valueString":"a"`)), "error invalid not-enabled " + at + "[1]"},
		{"each group by its own answers", respond("completed", group, members(given("a", `"valueInteger":6`), given("b", `"valueString":"a"`))+","+members(given("a", `"valueInteger":5`))), ""},
		{"a group that lacks one", respond("completed", group, members(given("a", `"valueInteger":1`))+","+members(given("a", `"valueInteger":7`))), "error required unanswered " + at + "[1]"},
		{"a group that has one too many", respond("completed", group, members(given("a", `"valueInteger":1`), given("b", `"valueString":"a"`))+","+members(given("a", `"valueInteger":7`), given("b", `"valueString":"a"`))), "error invalid not-enabled " + at + "[0].item[1]"},
		{"an expression that says what is enabled", respond("completed", questionnaire(item("a", "boolean", "")+","+item("b", "string", `,"required":true,"extension":[{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression","valueExpression":{"language":"text/fhirpath","expression":"false"}}]`)), given("a", `"valueBoolean":true`)), ""},
	})
}

// TestValidate_EnableWhen asks whether one question is enabled by the answers to another: a required item
// that is missing is a fault just then.
func TestValidate_EnableWhen(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for _, row := range []struct {
		name, kind, operator, value, answers string
		enabled                              bool
	}{
		{"exists", "string", "exists", `"answerBoolean":true`, `{"valueString":"a"}`, true},
		{"does not exist", "string", "exists", `"answerBoolean":false`, `{"valueString":"a"}`, false},
		{"equals", "string", "=", `"answerString":"a"`, `{"valueString":"a"}`, true},
		{"equals one of two", "string", "=", `"answerString":"a"`, `{"valueString":"b"},{"valueString":"a"}`, true},
		{"a code by system and code", "choice", "=", `"answerCoding":{"system":"http://a","code":"b"}`, `{"valueCoding":{"system":"http://a","code":"b","display":"B"}}`, true},
		{"a code of another system", "choice", "=", `"answerCoding":{"system":"http://a","code":"b"}`, `{"valueCoding":{"system":"http://c","code":"b"}}`, false},
		{"is not", "string", "!=", `"answerString":"a"`, `{"valueString":"b"}`, true},
		{"is not, but is", "string", "!=", `"answerString":"a"`, `{"valueString":"b"},{"valueString":"a"}`, false},
		{"more", "decimal", ">", `"answerDecimal":1.5`, `{"valueDecimal":1.50}`, false},
		{"as much or more", "decimal", ">=", `"answerDecimal":1.5`, `{"valueDecimal":1.50}`, true},
		{"earlier", "date", "<", `"answerDate":"2020-03"`, `{"valueDate":"2020-02"}`, true},
		{"not to be told", "date", "<", `"answerDate":"2020-03-10"`, `{"valueDate":"2020-03"}`, false},
		{"in another unit", "quantity", "<=", `"answerQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}`, `{"valueQuantity":{"value":900,"system":"http://unitsofmeasure.org","code":"g"}}`, true},
	} {
		form := questionnaire(item("a", row.kind, `,"repeats":true`) + "," + item("b", "string", `,"required":true`+when("a", row.operator, row.value)))
		outcome := validator.Validate(parse(t, respond("completed", form, `{"linkId":"a","answer":[`+row.answers+`]}`)))
		if got := len(outcome) == 1 && outcome[0].Detail == validation.DetailUnanswered; got != row.enabled || len(outcome) > 1 {
			t.Errorf("%s: %q, want the second question enabled = %t", row.name, told(outcome), row.enabled)
		}
	}
}

// TestValidate_WithDefinitions measures a response by a Questionnaire that is elsewhere.
func TestValidate_WithDefinitions(t *testing.T) {
	form := parse(t, questionnaire(item("a", "choice", `,"required":true,"answerValueSet":"http://hl7.org/fhir/ValueSet/administrative-gender"`))).Root()
	find := func(canonical string) element.Node {
		if canonical == "http://a.example/q|1" {
			return form
		}
		return element.Node{}
	}
	validator := validation.New(r4.Definitions(), validation.WithDefinitions(find), validation.WithTerminology(published))
	for _, row := range []rule{
		{"answered", `"questionnaire":"http://a.example/q|1","item":[` + given("a", `"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}`) + `]`, ""},
		{"not in the value set", `"questionnaire":"http://a.example/q|1","item":[` + given("a", `"valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"man"}`) + `]`, "error code-invalid answer-option QuestionnaireResponse.item[0].answer[0].value.ofType(Coding)\nwarning code-invalid unknown-code QuestionnaireResponse.item[0].answer[0].value.ofType(Coding).code"},
		{"not answered", `"questionnaire":"http://a.example/q|1"`, "error required unanswered QuestionnaireResponse"},
		{"an unknown one", `"questionnaire":"http://a.example/q|2"`, "information not-found questionnaire QuestionnaireResponse.questionnaire"},
		{"none", `"language":"en"`, "information informational questionnaire QuestionnaireResponse"},
	} {
		var want []string
		if row.want != "" {
			want = strings.Split(row.want, "\n")
		}
		source := `{"resourceType":"QuestionnaireResponse","status":"completed",` + row.source + `}`
		if diff := cmp.Diff(want, told(validator.Validate(parse(t, source)))); diff != "" {
			t.Errorf("%s: Validate(%s) (-want +got):\n%s", row.name, source, diff)
		}
	}
}

func TestValidate_HostileQuestionnaireIsLinear(t *testing.T) {
	validator := validation.New(r4.Definitions())
	for _, row := range []struct {
		name   string
		source func(n int) string
	}{
		{"each depends on the first", func(n int) string {
			return questionnaire(repeated(n, func(i int) string { return item(fmt.Sprint(i), "boolean", when("0", "=", `"answerBoolean":true`)) }))
		}},
		{"answers that depend on one another", func(n int) string {
			form := repeated(n, func(i int) string {
				return item(fmt.Sprint(i), "boolean", when(fmt.Sprint(max(i-1, 0)), "=", `"answerBoolean":true`))
			})
			return respond("completed", questionnaire(form), repeated(n, func(i int) string { return given(fmt.Sprint(i), `"valueBoolean":true`) }))
		}},
		{"groups that each look outside", func(n int) string {
			form := item("a", "boolean", "") + "," + item("g", "group", `,"repeats":true,"item":[`+item("b", "boolean", when("a", "=", `"answerBoolean":true`))+`]`)
			return respond("completed", questionnaire(form), given("a", `"valueBoolean":true`)+","+repeated(n, func(int) string { return `{"linkId":"g","item":[` + given("b", `"valueBoolean":true`) + `]}` }))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			fhirtest.Linear(t, 60, 300, func(n int) func() {
				tree := parse(t, row.source(n))
				return func() { validator.Validate(tree) }
			})
		})
	}
}
