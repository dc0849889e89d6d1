package interaction

import (
	"time"

	"hearken/fhir"
)

// restored is what every searchset of a restored store says besides, until an administrator has seen to it:
// an objection, a withdrawal or a plan may have been written that is not there any more. Nothing found is
// then no proof that there was nothing.
func (s *Server) restored() fhir.Outcome {
	after := s.Store.Capabilities().MissingAfter
	if after.IsZero() {
		return nil
	}
	return fhir.Outcome{{Severity: fhir.Warning, Code: fhir.CodeIncomplete, Detail: "changes-missing", Diagnostics: missing(after)}}
}

// Restored says in words what a restored store lacks, with a line end; "" for other stores.
func (s *Server) Restored() string {
	after := s.Store.Capabilities().MissingAfter
	if after.IsZero() {
		return ""
	}
	return missing(after) + "\n"
}

func missing(after time.Time) string {
	return "restored from a backup: changes after " + after.Format(time.RFC3339) + " are missing, withdrawals, objections and plans among them"
}
