package interaction

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/fhir/terminology"
)

// asOf is the time that a terminology operation is asked about, as the question whether a definition that was
// last changed on a date was then what it is today; nil where no date was said. "If a date is provided, it
// means that the server should use the value set / code system definitions as they were on the given date, or
// return an error if this is not possible" (https://hl7.org/fhir/R4/valueset-operation-expand.html).
// Definitions are not kept as they were, so that it is possible when none was changed since.
type asOf func(changed string) bool

// How far a date may be ahead of the clock and still mean now: a day begins earlier elsewhere.
const aheadOfTime = 24 * time.Hour

// asOf reads the parameter date. A date that now is in is now.
func (s *Server) asOf(p parameters) (asOf, error) {
	text := p.text("date")
	if text == "" {
		return nil, nil
	}
	parser := s.Parser
	if parser == nil {
		parser = new(search.Parser)
	}
	asked, ok := parser.Period(text)
	now := s.Now()
	switch {
	case !ok:
		return nil, fhir.Errorf(fhir.CodeValue, "parameter %q is a date, with or without a time", "date").Detailed(detailParameterValue).At("http.date")
	case asked.Low > now.Add(aheadOfTime).UnixMicro():
		return nil, fhir.Errorf(fhir.CodeProcessing, "the date is still to come: it is not known what definitions will be").Detailed(detailNotEvaluable).At("http.date")
	case asked.High > now.UnixMicro():
		return nil, nil
	}
	return func(changed string) bool {
		was, ok := parser.Period(changed)
		return ok && was.High <= asked.Low
	}, nil
}

// ofValueSet is the error where what a value set was then is not known; sent, where it came with the call.
func (a asOf) ofValueSet(set *terminology.ValueSet, sent bool) error {
	if a == nil || set.Err().Reason != 0 {
		return nil
	}
	return notAsOf(set.AsOf(a, sent))
}

// ofSystem is ofValueSet of a code system.
func (a asOf) ofSystem(system terminology.System, sent bool) error {
	if a == nil {
		return nil
	}
	return notAsOf(system.AsOf(a, sent))
}

func notAsOf(v terminology.Verdict) error {
	if v.Reason == 0 {
		return nil
	}
	return fhir.Errorf(fhir.CodeProcessing, "%s", v.Message()).Detailed(detailNotEvaluable).At("http.date")
}
