package interaction

import (
	"context"
	"net/http"
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/conformance"
	"hearken/internal/store"
)

// validate answers POST [base]/[type]/$validate and GET and POST [base]/[type]/[id]/$validate
// (https://hl7.org/fhir/R4/resource-operation-validate.html): what the server would say of a resource if it
// were written, by the very code that a write runs through. The resource is the body, or the parameter
// "resource" of a Parameters body; without one, at an instance, the stored version.
//
// The mode says what is looked at besides the content. None and "profile": the content alone. "create" (of a
// type) and "update" (of an instance): what else would refuse the write, now: the id, referential integrity,
// definitions that come with the server. "delete" (of an instance): whether it is there and may be deleted;
// the content does not matter. Profiles named by "profile", as many as are given, are looked at as if
// meta.profile named them; mode "profile" needs one.
//
// The answer is 200 with an OperationOutcome of one issue at least, whether the resource is valid or not, and
// also where it is no FHIR: elements that nobody knows, another type than the URL's. A 4xx says that nothing
// could be looked at: a body that is no JSON or XML at all, that is too large, or Parameters that the
// operation does not take. That is how HAPI and the specification draw the line.
func (s *Server) validate(ctx context.Context, r *request) (Answer, error) {
	v, err := s.readValidation(r)
	if err != nil {
		return Answer{}, err
	}
	by, err := s.definitions(ctx)
	if err != nil {
		return Answer{}, err
	}
	issues, err := v.examine(ctx, by)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusOK, Body: Outcome(issues)}, nil
}

// The modes of $validate (https://hl7.org/fhir/R4/valueset-resource-validation-mode.html).
const (
	modeCreate  = "create"
	modeUpdate  = "update"
	modeDelete  = "delete"
	modeProfile = "profile"
)

// validation is one $validate at work.
type validation struct {
	server   *Server
	request  *request // its body is the resource alone; none for what is stored
	before   []byte   // what stood before the resource in the text that was sent
	mode     string
	profiles []string
}

func (s *Server) readValidation(r *request) (*validation, error) {
	sent, subject, before, err := subjectOf(r)
	if err != nil {
		return nil, err
	}
	given, err := s.parameters(sent)
	if err != nil {
		return nil, err
	}
	v := &validation{server: s, request: subject, before: before, mode: given.text("mode"), profiles: given.texts("profile")}
	fault := func(code fhir.IssueCode, format string, args ...any) (*validation, error) {
		return nil, fhir.Errorf(code, format, args...).At("http.mode").Detailed(detailParameterValue)
	}
	atInstance := r.shape == atInstanceOperation
	switch v.mode {
	case "":
	case modeProfile:
		if len(v.profiles) == 0 {
			return fault(fhir.CodeRequired, "mode profile needs the parameter profile")
		}
	case modeCreate:
		if atInstance {
			return fault(fhir.CodeInvalid, "mode create is for a type, not for what is there already")
		}
	case modeUpdate, modeDelete:
		if !atInstance {
			return fault(fhir.CodeInvalid, "mode %s is for one resource: [base]/[type]/[id]/$validate", v.mode)
		}
	default:
		return fault(fhir.CodeInvalid, "mode is one of create, update, delete and profile")
	}
	if len(subject.Body) == 0 && !atInstance {
		return nil, fhir.Errorf(fhir.CodeRequired, "a resource is expected, as the body or as the parameter resource").Detailed("no-body")
	}
	return v, nil
}

// examine finds what is to be said. The error is that nothing could be looked at.
func (v *validation) examine(ctx context.Context, by *conformance.Definitions) (fhir.Outcome, error) {
	if v.mode == modeDelete {
		return v.onStore(ctx, v.deletable)
	}
	if len(v.request.Body) == 0 {
		if err := v.server.view(ctx, v.readStored); err != nil {
			return nil, err
		}
	}
	root, issues, err := v.server.admit(by, v.request, v.request.key.Type, v.profiles...)
	if err != nil {
		if isUnreadable(err) {
			return nil, err
		}
		return moved(issuesOf(err), v.before), nil
	}
	issues = moved(issues, v.before)
	if !by.Validates() {
		issues = append(issues, fhir.Issue{Severity: fhir.Information, Code: fhir.CodeInformational, Detail: "validation-off",
			Diagnostics: "this server is set to judge by structure alone"})
	}
	if v.mode == modeCreate || v.mode == modeUpdate {
		more, err := v.onStore(ctx, func(rd store.Reader) error { return v.writable(rd, root) })
		return slices.Concat(moved(more, v.before), issues), err
	}
	return issues, nil
}

// isUnreadable reports whether a body could not be looked into at all: it is no JSON or XML, or past a limit.
func isUnreadable(err error) bool {
	return Status(err) >= http.StatusInternalServerError || slices.ContainsFunc(issuesOf(err), func(i fhir.Issue) bool { return i.Severity == fhir.Fatal })
}

// onStore runs a check on the current state as the caller sees it: what it refuses are issues.
func (v *validation) onStore(ctx context.Context, check func(store.Reader) error) (fhir.Outcome, error) {
	err := v.server.view(ctx, check)
	if err == nil {
		return nil, nil
	}
	if err = store.AsFHIR("validate", err); Status(err) >= http.StatusInternalServerError {
		return nil, err
	}
	return issuesOf(err), nil
}

// readStored makes the stored version the body.
func (v *validation) readStored(rd store.Reader) error {
	rec, err := rd.Get(v.request.key)
	switch {
	case err != nil:
		return absent(err, "unknown-resource")
	case rec.Deleted():
		return fhir.Errorf(fhir.CodeDeleted, "the resource was deleted").Detailed("deleted")
	}
	v.request.Body, v.request.MediaType = rec.Body, element.JSON.FHIRMediaTypes()[0]
	return nil
}

// writable is what would refuse a write for the state of the store.
func (v *validation) writable(rd store.Reader, root element.Node) error {
	key := v.request.key
	if _, err := checked(checkComplete(root)); err != nil {
		return err
	}
	if v.mode == modeUpdate {
		if !key.ID.Valid() {
			return invalidID()
		}
		if err := sameID(&incoming{node: root}, key.ID); err != nil {
			return err
		}
		current, err := currentOf(rd, key)
		if err == nil {
			err = checkWrite(&v.request.Call, current)
		}
		if err != nil {
			return err
		}
	}
	if guides := v.server.guides(); guides != nil {
		if err := guides.Refuse(key, root.Child("url").Text()); err != nil {
			return err
		}
	}
	return v.server.checkTargets(rd, root, key)
}

// deletable is what would refuse a deletion. Deleting what is not there is no fault, but not what was meant.
func (v *validation) deletable(rd store.Reader) error {
	key := v.request.key
	current, err := currentOf(rd, key)
	if err != nil {
		return err
	}
	if current.Version == 0 || current.Deleted() {
		return fhir.Errorf(fhir.CodeNotFound, "there is nothing to delete").Detailed("unknown-resource")
	}
	if err := checkWrite(&v.request.Call, current); err != nil {
		return err
	}
	if guides := v.server.guides(); guides != nil {
		if err := guides.Refuse(key, ""); err != nil {
			return err
		}
	}
	return v.server.checkUnreferenced(rd, []fhir.Key{key})
}
