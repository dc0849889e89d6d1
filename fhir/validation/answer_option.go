package validation

import (
	"strconv"
	"unicode/utf8"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/terminology"
)

// option checks that an answer is one the question offers
// (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.answerOption), and no longer
// than it may be. To an open choice any string is an answer too.
func (r *response) option(value element.Node, q *question) {
	if most, err := strconv.Atoi(q.node.Child("maxLength").Text()); err == nil && utf8.RuneCountInString(value.Text()) > most {
		r.Report(value, fhir.SeverityError, fhir.CodeInvalid, DetailAnswerLength, "an answer may have %d characters at most", most)
	}
	if typeOf(value) == "string" && q.kind == "open-choice" {
		return
	}
	offered := false
	for option := range q.node.ChildrenNamed(q.node.Tree().Set().NameID("answerOption")) {
		offered = true
		if sameAnswer(option.Child("value"), value) {
			return
		}
	}
	if offered {
		r.Report(value, fhir.SeverityError, fhir.CodeInvalidCode, DetailAnswerOption, "an answer is none of those the question offers")
		return
	}
	if set := q.node.Child("answerValueSet"); set.HasValue() && typeOf(value) == "Coding" {
		r.valueSetOption(value, set)
	}
}

// valueSetOption checks an answer against a value set, when that is known.
func (r *response) valueSetOption(value, canonical element.Node) {
	if verdict := r.answerSet(canonical, terminology.ReadCoding(value)); verdict.Answer == terminology.NotIn {
		r.Report(value, fhir.SeverityError, fhir.CodeInvalidCode, DetailAnswerOption, "an answer is not in the value set of the question: %s", verdict.Message())
	}
}

func (r *response) answerSet(canonical element.Node, coding terminology.Coding) terminology.Verdict {
	library := r.validator.options.terminology
	if library == nil {
		return terminology.Verdict{}
	}
	if found := r.definition(canonical); typeOf(found) == "ValueSet" {
		set := terminology.ReadValueSet(found)
		return library.Compile(&set).Validate(coding.System, coding.Code)
	}
	return library.Validate(canonical.Text(), coding.System, coding.Code)
}

// sameAnswer reports whether two values are the same answer: codes by system and code, whatever they are called.
func sameAnswer(a, b element.Node) bool {
	if typeOf(a) != typeOf(b) {
		return false
	}
	switch typeOf(a) {
	case "Coding":
		return a.Child("system").Text() == b.Child("system").Text() && a.Child("code").Text() == b.Child("code").Text()
	case "Reference":
		return a.Child("reference").Text() == b.Child("reference").Text()
	}
	return fhirpath.Equal(fhirpath.Of(a), fhirpath.Of(b))
}
