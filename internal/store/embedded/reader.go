package embedded

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/internal/store"
)

// reader is a store.Reader on one state: a published snapshot, or the tip for the writer.
type reader struct {
	ctx       context.Context
	store     *Store
	kv        pebble.Reader
	catalogue *catalogue
	commit    store.Commit
	fresh     *freshView // what the index does not have yet
	own       *freshView // of that, what the writer's transaction has written; nil for none
	idle      []*iterator
	dead      bool
}

func newReader(ctx context.Context, s *Store, kv pebble.Reader, commit store.Commit, fresh *freshView) *reader {
	return &reader{ctx: ctx, store: s, kv: kv, catalogue: s.catalogue.Load(), commit: commit, fresh: fresh}
}

var errDead = errors.New("store/embedded: a Reader is used after its View or Update has ended")

// close ends the reader's life.
func (r *reader) close() {
	r.dead = true
	for _, it := range r.idle {
		_ = it.Close()
	}
	r.idle = nil
}

// check is asked at the start of every read.
func (r *reader) check() error {
	if r.dead {
		return errDead
	}
	return r.ctx.Err()
}

// Commit is the number of this state.
func (r *reader) Commit() store.Commit { return r.commit }

// Get is the newest version of a resource.
func (r *reader) Get(key fhir.Key) (store.Record, error) {
	if err := r.check(); err != nil {
		return store.Record{}, err
	}
	identity, found, err := readIdentity(r.kv, r.catalogue, key)
	if err != nil {
		return store.Record{}, err
	}
	if !found || !identity.exists() {
		return store.Record{}, store.ErrNotFound
	}
	return readVersion(r.kv, r.catalogue, r.catalogue.types[key.Type], identity.d, identity.version)
}

// GetVersion is any version of a resource.
func (r *reader) GetVersion(key fhir.Key, version fhir.VersionID) (store.Record, error) {
	if err := r.check(); err != nil {
		return store.Record{}, err
	}
	identity, found, err := readIdentity(r.kv, r.catalogue, key)
	if err != nil {
		return store.Record{}, err
	}
	if !found || version == 0 || version > identity.version {
		return store.Record{}, store.ErrNotFound
	}
	return readVersion(r.kv, r.catalogue, r.catalogue.types[key.Type], identity.d, version)
}

// Count is how many resources of a type are current.
func (r *reader) Count(name fhir.Type) (int, error) {
	if err := r.check(); err != nil {
		return 0, err
	}
	t := r.catalogue.types[name]
	if t == 0 {
		return 0, nil
	}
	live, err := (&evaluator{reader: r}).live(t)
	if err != nil {
		return 0, err
	}
	return int(live.GetCardinality()), nil
}

// iterator gives an iterator over [lower, upper), a used one if there is one; done gives it back.
func (r *reader) iterator(lower, upper []byte) (it *iterator, err error) {
	if n := len(r.idle); n > 0 {
		it, r.idle = r.idle[n-1], r.idle[:n-1]
		it.SetBounds(lower, upper)
		return it, nil
	}
	return newIterator(r.kv, lower, upper)
}

func (r *reader) done(it *iterator) error {
	if err := it.Error(); err != nil {
		return errors.Join(err, it.Close())
	}
	if r.dead || len(r.idle) >= 8 {
		return it.Close()
	}
	r.idle = append(r.idle, it)
	return nil
}

// walk calls visit for every key in [lower, upper) until it returns false. Keys are dead afterwards.
func (r *reader) walk(lower, upper []byte, visit func(key []byte) bool) error {
	it, err := r.iterator(lower, upper)
	if err != nil {
		return err
	}
	steps := 0
	for valid := it.First(); valid && visit(it.Key()); valid = it.Next() {
		if steps++; steps%4096 == 0 && r.ctx.Err() != nil {
			return errors.Join(r.ctx.Err(), r.done(it))
		}
	}
	return r.done(it)
}

// walkPrefix is walk over all keys that begin with prefix.
func (r *reader) walkPrefix(prefix []byte, visit func(key []byte) bool) error {
	return r.walk(prefix, after(prefix), visit)
}

// forward is the forward record of a live document; nil for one that is deleted or absent.
func (r *reader) forward(t typeNumber, d document) (*forward, error) {
	return readForward(r.kv, r.catalogue, t, d)
}

func readForward(kv pebble.Reader, c *catalogue, t typeNumber, d document) (*forward, error) {
	value, found, err := getValue(kv, forwardKey(t, d))
	if err != nil || !found {
		return nil, err
	}
	return decodeForward(&c.names, t, d, value)
}
