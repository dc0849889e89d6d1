package embedded

import (
	"context"
	"errors"
	"time"

	"hearken/fhir"
	"hearken/internal/store"
)

// backfillChunk is how many documents are indexed anew under one lock.
const backfillChunk = 200

// startBackfill builds, in the background, the index of parameters that are new to documents of old. Writers
// maintain it from the moment the store is open, so only documents written before need to be gone over.
func (s *Store) startBackfill() {
	jobs := map[typeNumber][]*parameter{}
	for t, parameters := range s.catalogue.Load().ofType {
		for _, p := range parameters {
			if p.since.Load() == notYet {
				jobs[t] = append(jobs[t], p)
			}
		}
	}
	if len(jobs) == 0 {
		return
	}
	if s.options.Extract == nil {
		s.options.Logger.Warn("new search parameters stay without index: there is nothing to extract them with")
		return
	}
	s.work.start(func(ctx context.Context) {
		for t, parameters := range jobs {
			err := s.backfill(ctx, t, parameters)
			if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
				s.options.Logger.Error("building an index failed; it goes on at the next start", "cause", err)
			}
		}
	})
}

// backfill goes over all live documents of a type from where it stopped. The cursor commits with the chunk.
func (s *Store) backfill(ctx context.Context, t typeNumber, parameters []*parameter) error {
	next, err := s.backfillCursor(parameters)
	for err == nil && ctx.Err() == nil {
		var made []remade
		if made, err = s.extractChunk(ctx, t, next); err != nil {
			break
		}
		last := len(made) < backfillChunk
		if !last {
			next = made[len(made)-1].d + 1
		}
		var commit store.Commit
		if commit, err = s.commitChunk(ctx, t, parameters, made, next, last); last && err == nil {
			for _, p := range parameters {
				p.since.Store(uint64(commit))
			}
			return nil
		}
		if errors.Is(err, store.ErrFull) {
			err = sleep(ctx, s.options.SpacePoll)
		}
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// backfillCursor is the document to go on with: the first of those of the parameters that are built together.
func (s *Store) backfillCursor(parameters []*parameter) (document, error) {
	var first document
	for i, p := range parameters {
		value, found, err := getValue(s.db, backfillKey(p.number))
		if err != nil {
			return 0, err
		}
		var d document
		if found && len(value) == 4 {
			d = document(order.Uint32(value))
		}
		if i == 0 || d < first {
			first = d
		}
	}
	return first, nil
}

// remade is a document's index extracted anew from one version.
type remade struct {
	d       document
	version fhir.VersionID
	draft   *draft
}

// extractChunk indexes the next documents from their bodies, on the published state and outside the lock. A body
// that can no longer be read keeps the index it has.
func (s *Store) extractChunk(ctx context.Context, t typeNumber, from document) (made []remade, err error) {
	err = s.readState(ctx, func(r *reader) error {
		var list []document
		err := r.walk(forwardKey(t, from), after(forwardPrefix(t)), func(key []byte) bool {
			list = append(list, lastDocument(key))
			return len(list) < backfillChunk
		})
		for _, d := range list {
			if err != nil {
				return err
			}
			var m remade
			if m, err = s.extract(r, t, d); err == nil {
				made = append(made, m)
			}
		}
		return err
	})
	return made, err
}

func (s *Store) extract(r *reader, t typeNumber, d document) (remade, error) {
	record, err := r.newest(t, d)
	if err != nil {
		return remade{}, err
	}
	m := remade{d: d, version: record.Version}
	index, err := s.options.Extract(record.Key, record.Body)
	if err != nil {
		s.options.Logger.Error("a stored resource cannot be indexed anew", "resource", record.Key.String(), "cause", err)
		return m, nil
	}
	m.draft, err = newDraft(r.catalogue, &s.hash, t, index)
	return m, err
}

// commitChunk writes the index of those documents that nobody has written since, and the cursor; with last
// the parameters are ready from this commit on.
func (s *Store) commitChunk(
	ctx context.Context, t typeNumber, parameters []*parameter, made []remade, next document, last bool,
) (commit store.Commit, err error) {
	err = s.Update(ctx, func(w store.Tx) error {
		tx := w.(*transaction)
		commit = tx.commit
		for _, m := range made {
			if err := tx.reindex(t, m); err != nil {
				return err
			}
		}
		for _, p := range parameters {
			if err := tx.noteProgress(p, next, last); err != nil {
				return err
			}
		}
		return nil
	})
	return commit, err
}

func (tx *transaction) noteProgress(p *parameter, next document, last bool) error {
	if !last {
		return tx.set(backfillKey(p.number), order.AppendUint32(nil, uint32(next)))
	}
	ready := storedParameter{number: p.number, t: p.t, state: stateReady, identity: p.Identity, code: p.Code}
	return errors.Join(tx.batch.Delete(backfillKey(p.number), nil), tx.set(parameterMetaKey(p.number), ready.encode()))
}

// reindex replaces a document's index, but not its version.
func (tx *transaction) reindex(t typeNumber, m remade) error {
	if m.draft == nil {
		return nil
	}
	before, found, err := getValue(tx.store.db, forwardKey(t, m.d))
	if err != nil || !found {
		return err
	}
	f, err := decodeForward(&tx.catalogue.names, t, m.d, before)
	if err != nil || f.version != m.version {
		return err
	}
	now := &forward{t: t, d: m.d, version: f.version, commit: f.commit, lastUpdated: f.lastUpdated, id: f.id}
	next := m.draft
	if access := tx.catalogue.accessParameter(t); access != nil && access.readyIn(tx.commit) {
		label, err := f.label(tx.catalogue) // no body tells it
		if err != nil {
			return err
		}
		next = tx.withLabel(next, t, label)
	}
	return tx.writeForward(now, next, before)
}
