package interaction

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
	"hearken/profiles"
)

// detailReviewed is the detail of a review that has been closed before.
const detailReviewed = "already-closed"

// resolveBreakGlass answers POST [base]/Task/[id]/$break-glass-resolve, an operation of our own: who broke
// the glass, for whom and why, told to a privacy officer of their organisation. That it was told is part of
// the Task from then on, in the same commit.
func (s *Server) resolveBreakGlass(ctx context.Context, r *request) (Answer, error) {
	v := review{server: s, guard: guardOf(ctx), task: r.key}
	if err := s.planeCommit(ctx, func(tx *labelling) error {
		if err := v.load(tx); err != nil {
			return err
		}
		v.output("resolved", map[string]any{"valueReference": json.RawMessage(named(v.guard.person()))})
		if v.body["status"] == "requested" {
			v.body["status"] = "in-progress"
		}
		return v.put(tx)
	}); err != nil {
		return Answer{}, err
	}
	grant := v.grant
	who := grant.Child("identifier")
	all := []given{give("issuer", "valueUri", who.Child("system").Text()), give("subject", "valueString", who.Child("value").Text()),
		give("from", "valueInstant", who.Child("period").Child("start").Text()), give("until", "valueInstant", who.Child("period").Child("end").Text()),
		give("reason", "valueCode", careplan.GrantSays(grant, "reason").Text()), give("words", "valueString", careplan.GrantSays(grant, "words").Text())}
	if reference := grant.Child("subject"); !reference.IsZero() {
		all = append(all, given{name: "patient", kind: "valueReference", json: reference.Source()})
	}
	if asked := careplan.GrantSays(grant, "asked"); !asked.IsZero() {
		all = append(all, given{name: "asked", kind: "valueIdentifier", json: asked.Source()})
	}
	return Answer{Status: http.StatusOK, Body: answerParameters(all...)}, nil
}

// closeBreakGlass answers POST [base]/Task/[id]/$break-glass-close, an operation of our own: a privacy
// officer of the organisation, never the one who broke the glass, says what came of looking into it. It is
// said once.
func (s *Server) closeBreakGlass(ctx context.Context, r *request) (Answer, error) {
	v := review{server: s, guard: guardOf(ctx), task: r.key}
	p, err := s.parameters(r)
	if err != nil {
		return Answer{}, err
	}
	outcome, words := p.text("outcome"), strings.TrimSpace(p.text("words"))
	if !slices.Contains(guideCodes(breakGlassOutcomes), outcome) {
		return Answer{}, fhir.Errorf(fhir.CodeInvalidCode, "the outcome is %s", oneOfGuide(breakGlassOutcomes)).At("http.outcome").Detailed(detailParameterValue)
	}
	err = s.planeCommit(ctx, func(tx *labelling) error {
		if err := v.load(tx); err != nil {
			return err
		}
		if v.body["status"] == "completed" {
			return fhir.Errorf(fhir.CodeConflict, "this has been closed before").Detailed(detailReviewed)
		}
		v.output("outcome", map[string]any{"valueCodeableConcept": json.RawMessage(coded(breakGlassOutcomes, outcome))})
		v.output("closed-by", map[string]any{"valueReference": json.RawMessage(named(v.guard.person()))})
		if words != "" {
			v.output("words", map[string]any{"valueString": words})
		}
		v.body["status"] = "completed"
		return v.put(tx)
	})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusOK, Body: v.stored.Body, Version: v.stored.Version, LastModified: v.stored.LastUpdated, Location: versionURL(r.Base, v.stored), Shown: []store.Record{v.stored}}, nil
}

// review is one look of a privacy officer at work.
type review struct {
	server *Server
	guard  *guard
	task   fhir.Key
	body   map[string]any
	grant  element.Node
	stored store.Record
}

// load reads the Task and the grant it is about, and refuses who may not look: as not there, for who does not
// see the Task.
func (v *review) load(tx *labelling) error {
	if v.guard == nil {
		return fhir.Errorf(fhir.CodeNotSupported, "nobody logs in to this server: nobody can be told from another").Detailed("no-login")
	}
	if err := v.guard.coversAll(taskType, smart.Update); err != nil {
		return err
	}
	seen := guardedReader{guard: v.guard, inner: tx}
	if _, err := seen.get(v.task, smart.Read); err != nil {
		return absent(err, "unknown-resource")
	}
	rec, n, err := v.server.current(tx, v.task)
	if err != nil {
		return absent(err, "unknown-resource")
	}
	if !isReview(n) {
		return absent(store.ErrNotFound, "unknown-resource")
	}
	grant := fhir.ParseReference(n.Child("focus").Child("reference").Text(), v.server.Definitions.IsResource).Key
	if _, v.grant, err = v.server.current(tx, grant); err != nil {
		return err
	}
	who, me := v.grant.Child("identifier"), v.guard.person()
	own := who.Child("system").Text() == me.issuer && who.Child("value").Text() == me.subject
	if err := v.guard.caller.MayReview(careplan.ODSCode(n.Child("owner").Child("identifier")), own); err != nil {
		return err
	}
	v.body, err = editable(rec.Body)
	return err
}

// isReview reports whether a Task is the review of a grant, made by this server.
func isReview(n element.Node) bool {
	return careplan.CodingOf(n.Child("code"), careplan.TaskSystem) == careplan.TaskBreakGlass
}

// output adds what came of looking.
func (v *review) output(kind string, value map[string]any) {
	value["type"] = json.RawMessage(coded(careplan.TaskSystem, kind))
	all, _ := v.body["output"].([]any)
	v.body["output"] = append(all, value)
}

func (v *review) put(tx *labelling) (err error) {
	v.body["lastModified"] = v.server.Now().UTC().Format(time.RFC3339)
	v.stored, err = tx.putEdited(v.task, v.body)
	return err
}

// ours is the canonical of an operation of our guide.
func ours(name string) string { return profiles.Base + "/OperationDefinition/" + name }
