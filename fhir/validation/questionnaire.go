package validation

import (
	"hearken/fhir"
	"hearken/fhir/element"
)

// form is a Questionnaire as its rules and those of its responses see it
// (https://hl7.org/fhir/R4/questionnaire.html): its items, by linkId and in a row.
type form struct {
	resource element.Node
	top      []*question
	all      []*question // each before those in it
	byLink   map[string]*question
}

// question is one item: a question, a group of items or a text to show.
type question struct {
	node     element.Node
	link     string
	kind     string // Questionnaire.item.type
	text     string
	required bool
	repeats  bool
	enable   []condition
	any      bool // one condition is enough
	computed bool // whether it is enabled is told by an expression
	items    []*question
	position int // in form.all
	last     int // position of the last item in it
}

// condition is one Questionnaire.item.enableWhen.
type condition struct {
	node     element.Node
	question string
	operator string
	answer   element.Node
}

func newForm(resource element.Node) *form {
	f := &form{resource: resource, byLink: map[string]*question{}}
	f.top = f.items(resource)
	return f
}

// items reads the items right below a node.
func (f *form) items(parent element.Node) (found []*question) {
	for n := parent.FirstChild(); !n.IsZero(); n = n.NextSibling() {
		if n.Structure().Path != "Questionnaire.item" {
			continue
		}
		q := f.item(n)
		found = append(found, q)
		q.items = f.items(n)
		q.last = len(f.all) - 1
	}
	return found
}

func (f *form) item(n element.Node) *question {
	q := &question{node: n, position: len(f.all)}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.Name() {
		case "linkId":
			q.link = c.Text()
		case "type":
			q.kind = c.Text()
		case "text":
			q.text = c.Text()
		case "required":
			q.required = c.Text() == "true"
		case "repeats":
			q.repeats = c.Text() == "true"
		case "enableBehavior":
			q.any = c.Text() == "any"
		case "enableWhen":
			q.enable = append(q.enable, condition{c, c.Child("question").Text(), c.Child("operator").Text(), c.Child("answer")})
		case "extension":
			q.computed = q.computed || c.Child("url").Text() == enableExpression
		}
	}
	f.all = append(f.all, q)
	if q.link != "" && f.byLink[q.link] == nil {
		f.byLink[q.link] = q
	}
	return q
}

// enableExpression is the extension by which an expression says whether an item is enabled.
const enableExpression = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"

// within reports whether another item is in this one.
func (q *question) within(other *question) bool {
	return other.position > q.position && other.position <= q.last
}

// checkQuestionnaire is the rule of Questionnaires beyond their invariants
// (https://hl7.org/fhir/R4/questionnaire.html#enableWhen): what an item depends on is there and comes before
// it, and the values it is given are of its type.
func checkQuestionnaire(v *Visit, n element.Node) {
	f := v.form(n)
	for _, q := range f.all {
		for _, c := range q.enable {
			v.condition(f, q, c)
		}
		v.itemValues(q)
	}
}

// condition checks where an enableWhen points to.
func (v *Visit) condition(f *form, q *question, c condition) {
	target := f.byLink[c.question]
	report := func(severity fhir.Severity, words string) {
		v.Report(q.node, severity, fhir.CodeBusinessRule, DetailEnableWhen, "%s", words)
	}
	switch {
	case c.question == "": // a missing element, or one with an extension in place of its value
	case target == nil:
		report(fhir.SeverityError, "enableWhen names a question that is not in the Questionnaire")
	case target == q:
		report(fhir.SeverityError, "enableWhen names the item it stands in")
	case q.within(target):
		report(fhir.SeverityError, "enableWhen names a question inside the item it stands in")
	case target.position > q.last:
		report(fhir.Warning, "enableWhen names a question that comes after the item it stands in")
	case target.kind == "group" || target.kind == "display":
		report(fhir.Warning, "enableWhen names an item that takes no answer")
	case c.operator != "exists" && !mayAnswer(target.kind, typeOf(c.answer)):
		report(fhir.Warning, "enableWhen compares with a value of a type that the question does not take")
	}
}

// answerTypes are the types of the answers to a type of question (https://hl7.org/fhir/R4/valueset-item-type.html).
var answerTypes = map[string][]string{
	"boolean": {"boolean"}, "decimal": {"decimal"}, "integer": {"integer"}, "date": {"date"}, "dateTime": {"dateTime"}, "time": {"time"},
	"string": {"string"}, "text": {"string"}, "url": {"uri"}, "attachment": {"Attachment"}, "reference": {"Reference"}, "quantity": {"Quantity"},
	"choice":      {"Coding", "date", "time", "integer", "string", "Reference"}, // whatever answerOption may have
	"open-choice": {"Coding", "date", "time", "integer", "string", "Reference"},
}

// mayAnswer reports whether a value of a type may answer a type of question; a type of question that is not
// FHIR's, or no value, is not judged here.
func mayAnswer(kind, name string) bool {
	types := answerTypes[kind]
	if types == nil || name == "" {
		return true
	}
	for _, one := range types {
		if one == name {
			return true
		}
	}
	return false
}

// itemValues checks the values an item begins with or offers.
func (v *Visit) itemValues(q *question) {
	selected := 0
	for c := q.node.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		name := c.Structure().Path
		if name != "Questionnaire.item.initial" && name != "Questionnaire.item.answerOption" {
			continue
		}
		if value := c.Child("value"); !mayAnswer(q.kind, typeOf(value)) {
			v.Report(value, fhir.SeverityError, fhir.CodeInvalid, DetailAnswerType, "an item of the type %s takes no value of the type %s", q.kind, typeOf(value))
		}
		if c.Child("initialSelected").Text() == "true" {
			if selected++; selected == 2 && !q.repeats {
				v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailAnswerCount, "only one answer may be selected at first for an item that does not repeat")
			}
		}
	}
}

// form reads a Questionnaire once.
func (v *Visit) form(n element.Node) *form {
	f := v.learnt.forms[n]
	if f == nil {
		f = newForm(n)
		if v.learnt.forms == nil {
			v.learnt.forms = map[element.Node]*form{}
		}
		v.learnt.forms[n] = f
	}
	return f
}
