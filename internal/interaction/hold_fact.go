package interaction

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/store"
)

// heldFact is a write of a fact about callers that lets somebody do more, as the error by which its Update
// stores nothing: by an ordinary write an administrator proposes it. A transaction, which is all or nothing,
// is refused for it.
type heldFact struct {
	key    fhir.Key
	before fhir.VersionID // that it takes the place of; 0 for none
	body   []byte
}

func (h *heldFact) Error() string { return h.Unwrap().Error() }

// Unwrap is the refusal of a transaction.
func (h *heldFact) Unwrap() error {
	return fhir.Errorf(fhir.CodeForbidden, "a %s that lets somebody do more waits for a second administrator, and a transaction does not wait: send it by itself, or in a batch", h.key.Type).
		Detailed(access.DetailSecondPerson)
}

// holdFact gives a *heldFact for a write that lets somebody do more.
func (tx *guardedTx) holdFact(p *store.Prepared) error {
	if p.Method == store.Delete || p.Key.Type != organizationType && !isFact(securityIn(p.Index), false) {
		return nil
	}
	held := heldFact{key: p.Key, body: p.Stamp(1, time.Time{})}
	after, err := tx.server.parse(held.body, p.Key.Type)
	if err != nil {
		return errUnreadable
	}
	var before access.Fact
	rec, n, err := tx.server.current(tx.tx, p.Key)
	if foreign(err) != nil {
		return err
	}
	if err == nil {
		before = tx.server.times().Fact(n)
	}
	held.before = rec.Version
	fact := tx.server.times().Fact(after)
	if p.Key.Type == organizationType && held.before == 0 { // nothing refers to it yet
		if len(fact.Bars) > 0 {
			return tx.caller.MayBar()
		}
		return nil
	}
	if !fact.Widens(&before, tx.server.Now()) {
		return nil
	}
	return &held
}

// hold keeps such a write as a Task until a second administrator confirms it, and answers 202 with where the Task is.
func (s *Server) hold(ctx context.Context, r *request, held *heldFact) (Answer, error) {
	var w waiting
	err := s.planeCommit(ctx, func(tx *labelling) error {
		in, err := s.made(held.body, held.key.Type)
		if err != nil {
			return err
		}
		err = s.checkTargets(tx, in.node, held.key)
		if isAgreement(resourceOf(held.key.Type, in.index)) {
			err = errors.Join(err, agreementFaults(in.node))
		}
		if err != nil {
			return err
		}
		r.asked, tx.by = ownersOf(held.key, in.index), guardOf(ctx) // it is told in their access log
		w, err = tx.await(waiting{what: access.WidensFact, about: held.key, held: held})
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: http.StatusAccepted, Location: r.Base + "/" + w.task.String(), Body: Outcome(stands([]waiting{w}))}, nil
}

// parts are how a write that waits is kept in its Task.
func (h *heldFact) parts() []taskPart {
	if h == nil {
		return nil
	}
	attachment := jsonWriter{[]byte{'{'}}
	attachment.text("contentType", element.JSON.MediaType())
	attachment.text("data", base64.StdEncoding.EncodeToString(h.body))
	attachment.close("}")
	parts := []taskPart{{partResource, "valueAttachment", attachment.json}}
	if h.before > 0 {
		parts = append(parts, taskPart{partVersion, "valueString", element.AppendString(nil, h.before.String())})
	}
	return parts
}

// take reads one of them, if it can be read.
func (h *heldFact) take(part string, value element.Node) (ok bool) {
	switch part {
	case partResource:
		var err error
		h.body, err = base64.StdEncoding.DecodeString(value.Child("data").Text())
		return err == nil
	case partVersion:
		h.before, ok = fhir.ParseVersionID(value.Text())
	}
	return ok
}

// put stores what two people have agreed on, if what it takes the place of is as it was when the first of them saw it.
func (h *heldFact) put(tx *labelling, key fhir.Key) (store.Record, error) {
	now, err := tx.Get(key)
	if foreign(err) != nil {
		return store.Record{}, err
	}
	if now.Version != h.before {
		return store.Record{}, changedMeanwhile(nil, "the resource is not what it was when the change was asked for")
	}
	in, err := tx.server.made(h.body, key.Type)
	if err != nil {
		return store.Record{}, err
	}
	if err := tx.server.checkTargets(tx, in.node, key); err != nil {
		return store.Record{}, err
	}
	method := store.Update
	if h.before == 0 {
		method = store.Create
	}
	return tx.Put(in.prepared(key, method))
}
