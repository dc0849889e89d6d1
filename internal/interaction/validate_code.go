package interaction

import (
	"context"
	"strings"

	"hearken/fhir"
	"hearken/fhir/terminology"
)

// codes are what a validate-code asks about: a code with its system, a Coding, or the Codings of a CodeableConcept.
func codes(p parameters, system, version string) ([]terminology.Coding, error) {
	way, err := oneOf(p, "code", "coding", "codeableConcept")
	if err != nil {
		return nil, err
	}
	switch way {
	case "code":
		return []terminology.Coding{{System: system, Version: version, Code: p.text("code"), Display: p.text("display")}}, nil
	case "coding":
		return []terminology.Coding{terminology.ReadCoding(p.node("coding"))}, nil
	}
	var all []terminology.Coding
	for n := range p.node("codeableConcept").Children() {
		if n.Name() == "coding" {
			all = append(all, terminology.ReadCoding(n))
		}
	}
	if len(all) == 0 {
		return nil, fhir.Errorf(fhir.CodeRequired, "the CodeableConcept has no coding").Detailed(detailParameterChoice)
	}
	return all, nil
}

// finding is what was found of one Coding.
type finding struct {
	verdict  terminology.Verdict
	messages []string // why it is not valid though it is a member, or what is to be said of one that is
	invalid  bool
	display  string
}

// validated is the answer about several Codings: it is yes for the first that is valid, and neither yes nor
// no when none is and one of them could be.
func validated(all []finding, unknown func(terminology.Verdict) error) (Answer, error) {
	var messages []string
	for _, f := range all {
		if f.verdict.Answer == terminology.In && !f.invalid {
			return answerValidation(true, f.messages, f.display)
		}
	}
	display := ""
	for _, f := range all {
		switch f.verdict.Answer {
		case terminology.Unknown:
			return Answer{}, unknown(f.verdict)
		case terminology.In:
			display = f.display
		default:
			messages = append(messages, f.verdict.Message())
		}
		messages = append(messages, f.messages...)
	}
	return answerValidation(false, messages, display)
}

func answerValidation(result bool, messages []string, display string) (Answer, error) {
	return answered200(answerParameters(
		giveFlag("result", result),
		give("message", "valueString", strings.Join(messages, "; ")),
		give("display", "valueString", display),
	))
}

// examine completes the finding about a code that is a member: its display, and whether it may be used as such.
func (f *finding) examine(p parameters, system terminology.System, code string, hasDisplay terminology.Answer) {
	if f.verdict.Answer != terminology.In {
		return
	}
	if hasDisplay == terminology.NotIn {
		f.invalid = true
		f.messages = append(f.messages, "the display is not one the code has")
	}
	switch abstract := system.IsAbstract(code); {
	case abstract && !p.flag("abstract", true):
		f.invalid = true
		f.messages = append(f.messages, "the code is abstract: it is there to group others")
	case abstract && !p.has("abstract"):
		f.messages = append(f.messages, "the code is abstract: it is there to group others")
	}
	if system.IsInactive(code) {
		f.messages = append(f.messages, "the code is inactive")
	}
	if system.Err().Reason == terminology.UnknownVersion {
		f.messages = append(f.messages, "the code system is not loaded in the version of the code")
	}
}

// valueSetValidateCode answers ValueSet/$validate-code (https://hl7.org/fhir/R4/valueset-operation-validate-code.html):
// whether a code is in a value set, with the right display if one is given.
func (s *Server) valueSetValidateCode(ctx context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	asked, err := codes(p, p.text("system"), p.text("systemVersion"))
	if err != nil {
		return nil, err
	}
	if p.has("code") && !p.has("system") && !p.has("context") {
		return nil, fhir.Errorf(fhir.CodeRequired, "a code needs its system, or the context it stands in").Detailed(detailParameterChoice)
	}
	library, err := s.library()
	if err != nil {
		return nil, err
	}
	then, err := s.asOf(p)
	if err != nil {
		return nil, err
	}
	return s.onValueSet(ctx, r, p, func(set *terminology.ValueSet) (Answer, error) {
		if err := then.ofValueSet(set, p.has("valueSet")); err != nil {
			return Answer{}, err
		}
		var all []finding
		for _, c := range asked {
			var f finding
			if c.System == "" && p.has("context") {
				c.System, f.verdict = set.Find(c.Code)
			} else {
				f.verdict = set.Validate(c.System, c.Code)
			}
			f.display = set.Display(c.System, c.Code, p.text("displayLanguage"))
			hasDisplay := terminology.Unknown
			if c.Display != "" {
				hasDisplay = set.HasDisplay(c.System, c.Code, c.Display)
			}
			f.examine(p, library.System(c.System, c.Version), c.Code, hasDisplay)
			all = append(all, f)
		}
		return validated(all, unknownAnswer)
	})
}

// codeSystemValidateCode answers CodeSystem/$validate-code
// (https://hl7.org/fhir/R4/codesystem-operation-validate-code.html): whether a code system has a code, with
// the right display if one is given.
func (s *Server) codeSystemValidateCode(_ context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	url, version := p.text("url"), p.text("version")
	asked, err := codes(p, url, version)
	if err != nil {
		return nil, err
	}
	if url == "" {
		url = asked[0].System
	}
	if version == "" {
		version = asked[0].Version
	}
	then, err := s.asOf(p)
	if err != nil {
		return nil, err
	}
	return s.onCodeSystem(r, p, url, version, func(system terminology.System) (Answer, error) {
		if err := then.ofSystem(system, p.has("codeSystem")); err != nil {
			return Answer{}, err
		}
		var all []finding
		for _, c := range asked {
			if c.System != "" && c.System != system.URL() {
				all = append(all, finding{verdict: terminology.Verdict{Answer: terminology.In}, invalid: true, messages: []string{"the code is of another system"}})
				continue
			}
			f := finding{verdict: system.Validate(c.Code), display: system.Display(c.Code, p.text("displayLanguage"))}
			hasDisplay := terminology.Unknown
			if c.Display != "" {
				hasDisplay = system.HasDisplay(c.Code, c.Display)
			}
			f.examine(p, system, c.Code, hasDisplay)
			all = append(all, f)
		}
		return validated(all, codeKnown)
	})
}
