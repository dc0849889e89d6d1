package interaction

import (
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/internal/conformance"
)

// withRules adds to the faults of a body that cannot be read as a resource those that the rules find in the rest of it.
func (s *Server) withRules(by *conformance.Definitions, fault error, c *Call, typ fhir.Type, profiles ...string) error {
	rest := c.format().Salvage(s.Definitions, typ, c.Body, s.Limits.Element)
	if rest == nil {
		return fault
	}
	_, broken := s.check(by, rest.Root(), profiles...)
	return together(fault, broken)
}

// together is one error with the errors of both, so that a client hears at once of all it has to mend. The
// first decides the status, unless it is a fault of ours: then the second is all there is to say. What the
// second says of a place where the first found a fault, or of what that stands in, is left out: whatever it
// missed there may have been meant. Either may be nil.
func together(first, second error) error {
	switch {
	case first == nil, second != nil && Status(first) >= http.StatusInternalServerError:
		return second
	case second == nil:
		return first
	}
	known := issuesOf(first)
	also := slices.DeleteFunc(slices.Clone(issuesOf(second)), func(issue fhir.Issue) bool {
		return weight(issue.Severity) > 0 || slices.ContainsFunc(issue.Elements(), func(at string) bool { return holdsFault(at, known) })
	})
	return &fhir.Error{Code: fhir.CodeOf(first), Issues: slices.Concat(known, also)}
}

// holdsFault reports whether one of the issues is at a location or below it.
func holdsFault(location string, issues fhir.Outcome) bool {
	for i := range issues {
		for _, at := range issues[i].Elements() {
			below, ok := strings.CutPrefix(at, location)
			if ok && (below == "" || below[0] == '.' || below[0] == '[' || below[0] == '/') {
				return true
			}
		}
	}
	return false
}

// faultsOf is the issues of an error of this package; nil for none.
func faultsOf(err error) fhir.Outcome {
	if err == nil {
		return nil
	}
	return issuesOf(err)
}

// refusal is one error with all the issues; nil when there are none.
func refusal(code fhir.IssueCode, issues fhir.Outcome) error {
	if len(issues) == 0 {
		return nil
	}
	return &fhir.Error{Code: code, Issues: issues}
}
