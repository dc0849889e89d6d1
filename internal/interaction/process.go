package interaction

import (
	"context"
	"strings"

	"hearken/fhir"
)

// process answers POST [base]: the Bundle's type says whether it is a batch or a transaction
// (https://hl7.org/fhir/R4/http.html#transaction). Other Bundles are not for processing: they are stored by POST to
// [base]/Bundle. Only so many are worked on at once; the rest wait.
func (s *Server) process(ctx context.Context, r *request) (Answer, error) {
	select {
	case s.admission <- struct{}{}:
		defer func() { <-s.admission }()
	case <-ctx.Done():
		return Answer{}, fhir.Errorf(fhir.CodeThrottled, "too many Bundles are being processed; try again later").Detailed("busy")
	}
	root, err := s.parse(r.Body, "Bundle")
	if err != nil {
		return s.processFaulty(ctx, r, err)
	}
	switch kind := root.Child("type").Text(); kind {
	case "transaction":
		return s.transaction(ctx, r, root)
	case "batch":
		return s.batch(ctx, r)
	default:
		return Answer{}, s.wrongKind(kind)
	}
}

// processFaulty goes on with a batch whose faults all lie inside the resources of entries: the others are independent of
// them.
func (s *Server) processFaulty(ctx context.Context, r *request, fault error) (Answer, error) {
	for _, issue := range issuesOf(fault) {
		if len(issue.Expression) == 0 || !inEntryResource(issue.Expression[0]) {
			return Answer{}, fault
		}
	}
	if envelope, err := readEnvelope(r.Body); err != nil || envelope.Type != "batch" {
		return Answer{}, fault
	}
	return s.batch(ctx, r)
}

// inEntryResource reports whether a location is in a resource of the Bundle, not in the Bundle itself.
func inEntryResource(location string) bool {
	rest, ok := strings.CutPrefix(location, "Bundle.entry[")
	_, rest, found := strings.Cut(rest, "]")
	return ok && found && strings.HasPrefix(rest, ".resource.")
}

func (s *Server) wrongKind(kind string) error {
	list := s.Definitions.CodeList("http://hl7.org/fhir/ValueSet/bundle-type")
	switch {
	case kind == "":
		return fhir.Errorf(fhir.CodeRequired, "a Bundle to be processed must have a type").At("Bundle.type").Detailed("bundle-type")
	case list == nil || !list.HasCode(kind):
		return fhir.Errorf(fhir.CodeInvalid, "the Bundle's type is not one that FHIR knows").At("Bundle.type").Detailed("bundle-type")
	}
	return fhir.Errorf(fhir.CodeInvalid, "a Bundle of type %s cannot be processed, only batch and transaction; POST it to [base]/Bundle to store it",
		kind).At("Bundle.type").Detailed("bundle-type")
}
