package validation

import (
	"sort"

	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// answerIndex finds the items of a response by linkId, and whether they are in a part of it.
type answerIndex struct {
	byLink map[string][]element.Node // in document order
	span   map[element.Node]int      // of items and answers: tape position of the last item in it
}

func newAnswerIndex(response element.Node) *answerIndex {
	x := &answerIndex{map[string][]element.Node{}, map[element.Node]int{}}
	x.read(response)
	return x
}

// read enters the items below a node and gives the tape position of the last.
func (x *answerIndex) read(parent element.Node) (last int) {
	last = parent.Index()
	for n := parent.FirstChild(); !n.IsZero(); n = n.NextSibling() {
		switch n.Structure().Path {
		case "QuestionnaireResponse.item":
			link := n.Child("linkId").Text()
			x.byLink[link] = append(x.byLink[link], n)
			last = x.read(n)
		case "QuestionnaireResponse.item.answer":
			last = x.read(n)
		}
	}
	x.span[parent] = last
	return last
}

// nearest gives the items with a linkId that are nearest to a place: those in the innermost part of the
// response round it that has any
// (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen.question).
func (x *answerIndex) nearest(link string, place element.Node) []element.Node {
	items := x.byLink[link]
	for ; !place.IsZero() && len(items) > 0; place = place.Parent() {
		end, known := x.span[place]
		if !known {
			break
		}
		from := sort.Search(len(items), func(i int) bool { return items[i].Index() >= place.Index() })
		to := sort.Search(len(items), func(i int) bool { return items[i].Index() > end })
		if from < to {
			return items[from:to]
		}
	}
	return nil
}

// enabled says whether a question is, where it stands below a part of the response; unknown when that is told
// by an expression.
func (r *response) enabled(q *question, place element.Node) verdict {
	switch {
	case q.computed:
		return unknown
	case len(q.enable) == 0:
		return holds
	}
	result := truth(!q.any)
	for _, c := range q.enable {
		if met := truth(r.met(c, place)); q.any {
			result = either(result, met)
		} else {
			result = both(result, met)
		}
	}
	return result
}

// met reports whether a condition is: one answer at least compares with its value as the operator asks, and
// for "!=" none is the value. Without an answer only "exists" can be met.
func (r *response) met(c condition, place element.Node) bool {
	answered, met := false, false
	for _, item := range r.answers.nearest(c.question, place) {
		for answer := range item.ChildrenNamed(r.Set().NameID("answer")) {
			value := answer.Child("value")
			if value.IsZero() {
				continue
			}
			answered = true
			switch c.operator {
			case "=", "!=":
				met = met || sameAnswer(value, c.answer)
			default:
				met = met || r.compare(value, c)
			}
		}
	}
	switch c.operator {
	case "exists":
		return answered == (c.answer.Text() == "true")
	case "!=":
		return answered && !met
	}
	return met
}

// compare orders an answer and a value, by FHIRPath's rules; what they cannot order does not compare.
func (r *response) compare(value element.Node, c condition) bool {
	expression := r.validator.orders[c.operator]
	if expression == nil {
		return false
	}
	r.env.Variables = map[string]fhirpath.Collection{"answer": {fhirpath.Of(value)}, "limit": {fhirpath.Of(c.answer)}}
	defer func() { r.env.Variables = nil }()
	result, err := expression.Evaluate(&r.env, fhirpath.Of(value))
	if err != nil || len(result) != 1 {
		return false
	}
	is, ok := result[0].Boolean()
	return is && ok
}

// newOrders compiles the comparisons of enableWhen.
func (v *Validator) newOrders() map[string]*fhirpath.Expression {
	orders := map[string]*fhirpath.Expression{}
	for _, operator := range []string{"<", "<=", ">", ">="} {
		orders[operator] = fhirpath.MustCompile(v.set, "%answer "+operator+" %limit")
	}
	return orders
}
