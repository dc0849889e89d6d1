package interaction

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// checkFact refuses a fact that says nothing: an agreement that binds nobody would lock an organisation out,
// or let it in for ever. It looks at what is about to be stored, whoever stores it, in whichever way.
func (l *labelling) checkFact(rec store.Record, resource access.Resource) error {
	if !isAgreement(resource) {
		return nil
	}
	node, err := l.parse(rec)
	if err != nil {
		return err
	}
	return agreementFaults(node)
}

func isAgreement(resource access.Resource) bool {
	return resource.Fact && resource.Type == agreementType
}

// agreementFaults is what is wrong with an agreement.
func agreementFaults(node element.Node) error {
	issues := careplan.CheckAgreement(node)
	for i := range issues {
		issues[i].Line, issues[i].Column = 0, 0 // they are those of what is stored
	}
	return refusal(fhir.CodeBusinessRule, issues)
}

// agreementNotices answers GET [base]/Contract/$agreement-notices, an operation of our own
// (profiles/package/OperationDefinition-agreement-notices.json): the agreements that end within 30, 7 or 1
// days, soonest first, for administrators. One that another takes the place of is listed, too: it ends.
func (s *Server) agreementNotices(_ context.Context, r *request) (reading, error) {
	if _, err := s.parameters(r); err != nil {
		return nil, err
	}
	if r.guard != nil {
		if err := r.guard.caller.MayKeepAgreements(); err != nil {
			return nil, err
		}
	}
	now := s.Now()
	return func(_ context.Context, rd store.Reader) (Answer, error) {
		type notice struct {
			until time.Time
			given given
		}
		var all []notice
		err := s.eachFact(rd, agreementType, query.Const(true), func(rec store.Record, n element.Node) {
			a := s.times().Agreement(n)
			if days := a.Notice(now); days > 0 && !now.Before(a.From) {
				all = append(all, notice{a.Until, giveNotice(rec.Key, &a, days)})
			}
		})
		if err != nil {
			return Answer{}, err
		}
		slices.SortStableFunc(all, func(a, b notice) int { return a.until.Compare(b.until) })
		out := make([]given, len(all))
		for i := range all {
			out[i] = all[i].given
		}
		return Answer{Status: http.StatusOK, Body: answerParameters(out...)}, nil
	}, nil
}

func giveNotice(key fhir.Key, a *access.Agreement, days int) given {
	within := "within a day"
	if days > 1 {
		within = fmt.Sprintf("within %d days", days)
	}
	words := fmt.Sprintf("The agreement of organisation %s ends %s, on %s. From then on its clinicians have emergency access only, and its other staff none.",
		a.Organisation, within, a.Until.UTC().Format("2 January 2006, 15:04 MST"))
	return giveParts("notice", give("organisation", "valueString", a.Organisation), given{name: "agreement", kind: "valueReference", json: refersTo(key)},
		giveNumber("days", days), give("until", "valueInstant", a.Until.UTC().Format(time.RFC3339)), give("words", "valueString", words))
}
