package embedded

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// register loads the catalogue and gives numbers to types and parameters that have none. A parameter that is new
// while there are documents of its type starts building; numbers whose parameter is not among those given, because
// it changed or went, are dropped with all their keys.
func (s *Store) register(parameters []*query.Parameter) error {
	r := registration{store: s, batch: s.db.NewBatch(), catalogue: newCatalogue()}
	defer r.batch.Close()
	if err := r.load(); err != nil {
		return err
	}
	for _, p := range parameters {
		if err := r.add(p); err != nil {
			return err
		}
	}
	if err := r.drop(); err != nil {
		return err
	}
	s.catalogue.Store(r.catalogue)
	if r.batch.Empty() {
		return nil
	}
	return r.batch.Commit(pebble.Sync)
}

type registration struct {
	store     *Store
	batch     *pebble.Batch
	catalogue *catalogue
	stored    []storedParameter // not dropped, not yet taken up by a parameter given
	last      parameterNumber
}

// load reads the types and the parameter numbers in use.
func (r *registration) load() error {
	err := scan(r.store.db, metaKey(metaType), func(key, value []byte) error {
		if len(value) != 1 || value[0] == 0 {
			return store.ErrFormat
		}
		r.catalogue.addType(fhir.Type(key[len(metaKey(metaType)):]), typeNumber(value[0]))
		return nil
	})
	if err != nil {
		return err
	}
	r.last = firstParameter - 1
	return scan(r.store.db, metaKey(metaParameter), func(key, value []byte) error {
		p, err := decodeStoredParameter(key, value)
		r.last = max(r.last, p.number)
		if err == nil && p.state != stateDropped {
			r.stored = append(r.stored, p)
		}
		return err
	})
}

// add gives a parameter its old number, or a new one.
func (r *registration) add(p *query.Parameter) error {
	t, err := r.typeNumber(p.Base)
	if err != nil || p.Intrinsic != query.NotIntrinsic {
		return err
	}
	if twin := r.catalogue.identities[identity{p.Base, p.Identity}]; twin != nil {
		r.catalogue.parameters[p] = twin
		r.catalogue.codes[typeCode{t, p.Code}] = twin
		return nil
	}
	entry := &parameter{Parameter: p, t: t}
	at := slices.IndexFunc(r.stored, func(old storedParameter) bool { return old.t == t && old.identity == p.Identity })
	if at >= 0 {
		entry.number = r.stored[at].number
		if r.stored[at].state == stateBuilding {
			entry.since.Store(notYet)
		}
		r.stored = slices.Delete(r.stored, at, at+1)
	} else if err := r.addNew(entry); err != nil {
		return err
	}
	r.catalogue.addParameter(entry)
	return nil
}

func (r *registration) addNew(p *parameter) error {
	if r.last == 1<<16-1 {
		return fmt.Errorf("%w: parameter numbers are used up", store.ErrFormat)
	}
	r.last++
	p.number = r.last
	_, old, err := firstKey(r.store.db, forwardPrefix(p.t))
	if err != nil {
		return err
	}
	stored := storedParameter{number: p.number, t: p.t, state: stateReady, identity: p.Identity, code: p.Code}
	if old {
		stored.state = stateBuilding
		p.since.Store(notYet)
	}
	return r.batch.Set(parameterMetaKey(p.number), stored.encode(), nil)
}

func (r *registration) typeNumber(name fhir.Type) (typeNumber, error) {
	if t := r.catalogue.types[name]; t != 0 {
		return t, nil
	}
	t, err := r.catalogue.nextType()
	if err != nil {
		return 0, err
	}
	r.catalogue.addType(name, t)
	return t, r.batch.Set(typeMetaKey(name), []byte{byte(t)}, nil)
}

// drop gives up the numbers no parameter took up.
func (r *registration) drop() error {
	for _, p := range r.stored {
		p.state = stateDropped
		errs := []error{
			r.batch.Set(parameterMetaKey(p.number), p.encode(), nil),
			r.batch.Delete(backfillKey(p.number), nil),
		}
		for _, family := range []byte{familyEquality, familyOrdered, familySort, familyName, familyReference} {
			prefix := parameterPrefix(family, p.t, p.number)
			errs = append(errs, r.batch.DeleteRange(prefix, after(prefix), nil))
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}
