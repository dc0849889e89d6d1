package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// WithDefinitions finds definitions that resources refer to by canonical, with or without "|version": the
// Questionnaire of a response. The node comes from a tree of the validator's set; the zero Node says that
// none is known, which is never an error.
func WithDefinitions(find func(canonical string) element.Node) Option {
	return func(o *options) { o.definitions = find }
}

// definition finds a definition by the canonical at a node: one that is contained, one in the Bundle round
// it, or one known outside.
func (v *Visit) definition(n element.Node) element.Node {
	canonical := n.Text()
	if id, ok := strings.CutPrefix(canonical, "#"); ok {
		return v.contained.find(n, id)
	}
	if v.validator.options.definitions == nil || canonical == "" {
		return element.Node{}
	}
	return v.validator.options.definitions(canonical)
}

// response is a QuestionnaireResponse that is being measured by its Questionnaire.
type response struct {
	*Visit
	form       *form
	answers    *answerIndex
	inProgress bool
}

// checkResponse is the rule of QuestionnaireResponse
// (https://hl7.org/fhir/R4/questionnaireresponse.html#notes): its items are those of the Questionnaire and in
// its order; those that are required and enabled are answered, those that are not enabled are not. A response
// that is in progress may lack answers. One whose Questionnaire is not known is left alone.
func checkResponse(v *Visit, n element.Node) {
	canonical := n.Child("questionnaire")
	found := v.definition(canonical)
	switch {
	case typeOf(found) == "Questionnaire":
		r := &response{v, v.form(found), newAnswerIndex(n), n.Child("status").Text() == "in-progress"}
		r.items(n, r.form.top)
	case v.validator.options.definitions == nil:
	case canonical.HasValue():
		v.Report(canonical, fhir.Information, fhir.CodeNotFound, DetailQuestionnaire, "the Questionnaire is not known, so the response was not measured by it")
	default:
		v.Report(n, fhir.Information, fhir.CodeInformational, DetailQuestionnaire, "the response names no Questionnaire to measure it by")
	}
}

// items checks the items right below a node (the response, a group, an answer) against those that may stand there.
func (r *response) items(parent element.Node, questions []*question) {
	given := r.sort(parent, questions)
	for _, q := range questions {
		items := given[q]
		enabled := r.enabled(q, parent)
		switch {
		case len(items) > 0 && enabled == fails:
			for _, item := range items {
				r.Report(item, fhir.SeverityError, fhir.CodeInvalid, DetailNotEnabled, "an item is answered that is not enabled")
			}
			continue
		case len(items) == 0 && q.required && enabled == holds:
			r.unanswered(parent)
		case len(items) > 1 && !q.repeats:
			r.Report(items[1], fhir.SeverityError, fhir.CodeInvalid, DetailAnswerCount, "an item that does not repeat is given more than once")
		}
		for _, item := range items {
			r.item(item, q)
		}
	}
}

// sort finds the question of each item, and reports items that are unknown, elsewhere or out of order. Items
// without answers and items are as good as not there.
func (r *response) sort(parent element.Node, questions []*question) map[*question][]element.Node {
	given, last := map[*question][]element.Node{}, -1
	at := make(map[string]*question, len(questions))
	for _, q := range questions {
		if at[q.link] == nil {
			at[q.link] = q
		}
	}
	for item := range responseItems(parent) {
		link := item.Child("linkId").Text()
		q := at[link]
		switch {
		case q != nil:
			if q.position < last {
				r.Report(item, fhir.SeverityError, fhir.CodeStructure, DetailItemPlace, "items are not in the order of the Questionnaire")
			}
			last = q.position
			if isAnswered(item) {
				given[q] = append(given[q], item)
			}
		case link == "":
		case r.form.byLink[link] != nil:
			r.Report(item, fhir.SeverityError, fhir.CodeStructure, DetailItemPlace, "the Questionnaire has an item of this linkId, but not here")
		default:
			r.reportWithin(item, fhir.SeverityError, fhir.CodeNotFound, DetailUnknownLink, "the Questionnaire has no item of this linkId")
		}
	}
	return given
}

func responseItems(parent element.Node) func(yield func(element.Node) bool) {
	return func(yield func(element.Node) bool) {
		for n := parent.FirstChild(); !n.IsZero(); n = n.NextSibling() {
			if n.Structure().Path == "QuestionnaireResponse.item" && !yield(n) {
				return
			}
		}
	}
}

func isAnswered(item element.Node) bool {
	return !item.Child("answer").IsZero() || !item.Child("item").IsZero()
}

func (r *response) unanswered(at element.Node) {
	severity := fhir.SeverityError
	if r.inProgress {
		severity = fhir.Warning
	}
	r.Report(at, severity, fhir.CodeRequired, DetailUnanswered, "a required item has no answer")
}

// item checks one item against its question.
func (r *response) item(item element.Node, q *question) {
	if text := item.Child("text"); text.HasValue() && text.Text() != q.text && text.Child("extension").IsZero() {
		r.Report(item, fhir.SeverityError, fhir.CodeInvalid, DetailItemText, "the text of an item is not that of the Questionnaire")
	}
	answers, inner := 0, !item.Child("item").IsZero()
	for c := item.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.Structure().Path == "QuestionnaireResponse.item.answer" {
			answers++
			r.answer(c, q)
			if answers == 2 && !q.repeats && q.kind != "group" {
				r.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailAnswerCount, "a question that does not repeat has more than one answer")
			}
		}
	}
	switch {
	case q.kind == "group":
		r.items(item, q.items)
	case inner:
		r.Report(item, fhir.SeverityError, fhir.CodeStructure, DetailItemPlace, "items below a question stand in its answers; below a text to show none may stand")
	case answers == 0 && q.required && q.kind != "display":
		r.unanswered(item)
	}
}

// answer checks one answer, and the items in it.
func (r *response) answer(answer element.Node, q *question) {
	value := answer.Child("value")
	name := typeOf(value)
	switch {
	case q.kind == "group" || q.kind == "display":
		r.Report(answer, fhir.SeverityError, fhir.CodeStructure, DetailAnswerType, "an item of the type %s takes no answer", q.kind)
		return
	case name == "":
	case !mayAnswer(q.kind, name):
		r.Report(value, fhir.SeverityError, fhir.CodeStructure, DetailAnswerType, "a question of the type %s takes no answer of the type %s", q.kind, name)
	default:
		r.option(value, q)
	}
	r.items(answer, q.items)
}
