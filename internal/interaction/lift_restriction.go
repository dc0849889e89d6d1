package interaction

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// liftRestriction answers POST [base]/Patient/[id]/$lift-restriction, an operation of our own
// (profiles/package/OperationDefinition-lift-restriction.json): an administrator, or a privacy officer of an
// organisation that wrote the record, asks that it be restricted no longer. It is until an administrator
// confirms that, who is somebody else: see confirmSharing. Neither is shown anything of the record. Who asks
// for what waits already is answered as the first who did.
func (s *Server) liftRestriction(ctx context.Context, r *request) (Answer, error) {
	g := guardOf(ctx)
	if g == nil {
		return Answer{}, fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: nobody can be told from another").Detailed("no-login")
	}
	if err := g.coversAll(patientType, smart.Update); err != nil {
		return Answer{}, err
	}
	p, err := s.parameters(r)
	if err != nil {
		return Answer{}, err
	}
	words := strings.TrimSpace(p.text("words"))
	if !isSentence(words) {
		return Answer{}, fhir.Errorf(fhir.CodeBusinessRule, "say in a sentence how it is known that the restriction need not be").At("http.words").Detailed(detailParameterValue)
	}
	var waits waiting
	err = s.planeCommit(ctx, func(tx *labelling) (err error) {
		waits, err = s.askToLift(tx, g, r.key, words)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusAccepted, Body: Outcome(stands([]waiting{waits}))}, nil
}

// askToLift is its Update.
func (s *Server) askToLift(tx *labelling, g *guard, patient fhir.Key, words string) (waiting, error) {
	label, err := tx.Label(patient)
	if foreign(err) != nil {
		return waiting{}, err
	}
	if refused := g.caller.MayLift(label); refused != nil {
		return waiting{}, refused
	}
	_, n, err := s.current(tx, patient)
	if err != nil {
		return waiting{}, absent(err, "unknown-resource")
	}
	codes := restricting(n)
	if len(codes) == 0 {
		return waiting{}, fhir.Errorf(fhir.CodeConflict, "the record is not restricted").Detailed("not-restricted")
	}
	all, err := s.waitingOf(tx, patient)
	if err != nil {
		return waiting{}, err
	}
	for _, w := range all {
		if w.what == access.EndsRestriction && w.waits(s.Now()) && slices.Equal(w.codes, codes) {
			return w, nil
		}
	}
	tx.by = g
	return tx.await(waiting{what: access.EndsRestriction, about: patient, codes: codes, words: words})
}

// restrictions are the labels of a Patient that make the record a restricted one.
func restrictions(n element.Node) (found []element.Node) {
	for label := range n.Child("meta").Children() {
		if label.Name() == "security" && access.Restricting(access.SecurityLabel{System: label.Child("system").Text(), Code: label.Child("code").Text()}) {
			found = append(found, label)
		}
	}
	return found
}

func restricting(n element.Node) (codes []string) {
	for _, label := range restrictions(n) {
		codes = append(codes, label.Child("code").Text())
	}
	return codes
}

// lift writes the Patient with the labels that two people agreed to take away lowered to normal, and
// otherwise as it is. One that was restricted anew since, or otherwise, is another than they agreed on.
func (l *labelling) lift(patient fhir.Key, codes []string) error {
	rec, n, err := l.server.current(l, patient)
	if err != nil {
		return absent(err, access.DetailNothingWaits)
	}
	if !slices.Equal(restricting(n), codes) {
		return changedMeanwhile(nil, "the labels of the Patient are not what they were when it was asked")
	}
	body := slices.Clone(rec.Body)
	for _, label := range slices.Backward(restrictions(n)) {
		start, end := label.Span()
		body = slices.Replace(body, start, end, []byte(`{"system":"`+access.ConfidentialitySystem+`","code":"N"}`)...)
	}
	_, err = l.putMade(patient, store.Update, body)
	return err
}
