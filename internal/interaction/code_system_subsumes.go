package interaction

import (
	"context"
	"hearken/fhir"
	"hearken/fhir/terminology"
)

// subsumes answers CodeSystem/$subsumes (https://hl7.org/fhir/R4/codesystem-operation-subsumes.html): whether
// one code is above another in the hierarchy of their system.
func (s *Server) subsumes(_ context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	a, err := subsumesCode(p, "codeA", "codingA")
	if err != nil {
		return nil, err
	}
	b, err := subsumesCode(p, "codeB", "codingB")
	if err != nil {
		return nil, err
	}
	if a.System != b.System {
		return nil, fhir.Errorf(fhir.CodeInvalid, "the codes are of two systems").Detailed(detailParameterChoice)
	}
	if r.shape == atInstanceOperation {
		if err := noneOf(p, "system", "version"); err != nil {
			return nil, err
		}
	}
	return s.onCodeSystem(r, p, a.System, a.Version, func(system terminology.System) (Answer, error) {
		if a.System != "" && a.System != system.URL() {
			return Answer{}, fhir.Errorf(fhir.CodeInvalid, "the codes are not of this code system").Detailed(detailParameterChoice)
		}
		outcome, verdict := system.Subsumes(a.Code, b.Code)
		if err := codeKnown(verdict); err != nil {
			return Answer{}, err
		}
		return answered200(answerParameters(give("outcome", "valueCode", outcome)))
	})
}

func subsumesCode(p parameters, code, coding string) (terminology.Coding, error) {
	way, err := oneOf(p, code, coding)
	if err != nil {
		return terminology.Coding{}, err
	}
	if way == coding {
		return terminology.ReadCoding(p.node(coding)), nil
	}
	return terminology.Coding{System: p.text("system"), Version: p.text("version"), Code: p.text(code)}, nil
}
