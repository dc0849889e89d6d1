package interaction

import (
	"context"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/conformance"
)

// definitions are those in force now. An interaction asks once: it is judged by one consistent set of them, whatever is
// written meanwhile.
func (s *Server) definitions(ctx context.Context) (*conformance.Definitions, error) {
	if s.Conformance == nil {
		return &conformance.Definitions{}, nil
	}
	return s.Conformance.Current(ctx)
}

// guides is what the server was started with; nil for nothing.
func (s *Server) guides() *conformance.Guides {
	if s.Conformance == nil {
		return nil
	}
	return s.Conformance.Guides()
}

// Judge is what a write of a resource of any type would be told for its content alone, by the profiles named
// besides: nil when there is nothing to say. mediaType says what the body is in, "" for JSON. The error is
// the store's.
func (s *Server) Judge(ctx context.Context, body []byte, mediaType string, profiles ...string) (fhir.Outcome, error) {
	by, err := s.definitions(ctx)
	if err != nil {
		return nil, err
	}
	_, issues, err := s.admit(by, &request{Call: Call{Body: body, MediaType: mediaType}}, "", profiles...)
	if err != nil {
		return issuesOf(err), nil
	}
	return issues, nil
}

// judge is everything that is wrong with a resource or to be remarked on, by the definitions, the profiles
// named besides, and the rules at the door.
func (s *Server) judge(by *conformance.Definitions, root element.Node, profiles ...string) fhir.Outcome {
	issues := by.Validate(root.Tree(), profiles...)
	issues = append(issues, checkNHSNumbers(root, s.Policy.SyntheticNHSNumbersOnly)...)
	issues = append(issues, checkWithholding(s.times(), root)...)
	if conformance.IsLive(fhir.Type(root.Structure().Name)) {
		written := conformance.Change{Key: fhir.Key{Type: fhir.Type(root.Structure().Name), ID: fhir.ID(root.Child("id").Text())}, Node: root}
		kept, found := by.With(written).Check(root, issues)
		issues = slices.Concat(kept, found)
	}
	return issues
}

// check is judge for a write. Faults are 422, all at once; what remains are remarks.
func (s *Server) check(by *conformance.Definitions, root element.Node, profiles ...string) (fhir.Outcome, error) {
	return checked(s.judge(by, root, profiles...))
}

// checked makes an error of issues that have one; errors come first, each sort in the order it was found.
func checked(issues fhir.Outcome) (fhir.Outcome, error) {
	if issues.Failed() {
		slices.SortStableFunc(issues, func(a, b fhir.Issue) int { return weight(a.Severity) - weight(b.Severity) })
		return nil, &fhir.Error{Code: codeOf(issues), Issues: issues}
	}
	return issues, nil
}

// codeOf is the code of a refusal for its issues: that of a conflict when there is nothing else.
func codeOf(issues fhir.Outcome) fhir.IssueCode {
	for _, issue := range issues {
		if weight(issue.Severity) == 0 && issue.Code != fhir.CodeConflict {
			return fhir.CodeProcessing
		}
	}
	return fhir.CodeConflict
}

// weight orders severities: what made a resource be refused is told before what is only remarked.
func weight(s fhir.Severity) int {
	if s == fhir.Fatal || s == fhir.SeverityError {
		return 0
	}
	return 1
}
