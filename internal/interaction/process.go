package interaction

import (
	"context"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
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
	root, err := s.parseSent(r.Body, r.format(), "Bundle")
	if err != nil {
		return s.processFaulty(ctx, r, err)
	}
	switch kind := root.Child("type").Text(); kind {
	case "transaction":
		return s.transaction(ctx, r, root)
	case "batch":
		return s.batch(ctx, r, root.Tree().Source(), nil)
	default:
		return Answer{}, s.wrongKind(kind)
	}
}

// processFaulty goes on with a batch whose faults all lie inside the resources of entries: the others are
// independent of them.
func (s *Server) processFaulty(ctx context.Context, r *request, fault error) (Answer, error) {
	body, faulty, rest := r.Body, map[int]fhir.Outcome(nil), inEntryResources(issuesOf(fault))
	if r.format() == element.XML {
		body, faulty = s.withoutFaulty(r.Body, issuesOf(fault))
		rest = body != nil
	}
	if rest {
		if envelope, err := readEnvelope(body); err == nil && envelope.Type == "batch" {
			return s.batch(ctx, r, body, faulty)
		}
	}
	by, err := s.definitions(ctx)
	if err != nil {
		return Answer{}, err
	}
	return Answer{}, s.withRules(by, fault, &r.Call, "Bundle")
}

// withoutFaulty is a Bundle in XML, as JSON, without the resources of the entries that have faults, and these
// faults by entry: a resource that cannot be read in XML cannot be written as JSON either. nil when there are
// faults elsewhere.
func (s *Server) withoutFaulty(body []byte, issues fhir.Outcome) ([]byte, map[int]fhir.Outcome) {
	faulty := map[int]fhir.Outcome{}
	for _, issue := range issues {
		if len(issue.Expression) == 0 {
			return nil, nil
		}
		i, ok := entryPosition(issue.Expression[0])
		if !ok {
			return nil, nil
		}
		faulty[i] = append(faulty[i], issue)
	}
	tree, _ := element.ParseXMLBundle(s.Definitions, body, s.Limits.Element, func(entry int) bool { return faulty[entry] != nil })
	if tree == nil {
		return nil, nil
	}
	return tree.Source(), faulty
}

// inEntryResources reports whether all the issues are in resources of the Bundle, none in the Bundle itself.
func inEntryResources(issues fhir.Outcome) bool {
	for _, issue := range issues {
		if len(issue.Expression) == 0 || !inEntryResource(issue.Expression[0]) {
			return false
		}
	}
	return true
}

func inEntryResource(location string) bool {
	rest, ok := strings.CutPrefix(location, "Bundle.entry[")
	_, rest, found := strings.Cut(rest, "]")
	return ok && found && strings.HasPrefix(rest, ".resource/*")
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
