package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/store"
)

// claimSpace has a claim for each key that the server has stored a definition under: the key's own while the definition
// is there, that of nobody when it was deleted again. Its name is stored: never change it.
const claimSpace = "definition"

// nobody is who has the claim of a definition that is no longer brought.
func nobody(typ fhir.Type) fhir.Key { return fhir.Key{Type: typ, ID: "-"} }

// Seed stores the definitions of the guides, as far as they are not stored as they are, deletes those of an
// earlier start that are not among them, and remembers their keys for Refuse. It is called once, before
// anybody reads or writes. A store that takes no writes is enough when all of them are stored as they are: a
// server whose disk is full starts again. The error is the store's, or that a definition cannot be indexed.
func (g *Guides) Seed(ctx context.Context, s store.Store, x *search.Extractor) error {
	var there []fhir.Key
	err := s.View(ctx, func(r store.Reader) (err error) {
		there, err = definitionsIn(r)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the definitions: %w", err)
	}
	var run seeding
	err = s.Update(ctx, func(tx store.Tx) error {
		run = seeding{tx: tx, extractor: x, placed: map[fhir.Key]*igpackage.Resource{}}
		return run.all(g, there)
	})
	if refused := err; errors.Is(err, store.ErrFull) {
		err = s.View(ctx, func(r store.Reader) error {
			run.placed = map[fhir.Key]*igpackage.Resource{}
			return run.stand(g, r, refused)
		})
	}
	if err != nil {
		return fmt.Errorf("storing the definitions: %w", err)
	}
	for key := range run.placed {
		g.keys[key] = true
	}
	return nil
}

// definitionsIn lists the resources of the types that guides have.
func definitionsIn(r store.Reader) ([]fhir.Key, error) {
	var keys []fhir.Key
	for _, typ := range Types {
		err := eachOf(r, typ, func(rec store.Record) error {
			keys = append(keys, rec.Key)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// pageSize is how many definitions are read at once.
const pageSize = 500

// eachOf visits every current resource of a type.
func eachOf(r store.Reader, typ fhir.Type, visit func(store.Record) error) error {
	q := query.Query{Types: []fhir.Type{typ}, Count: pageSize, Total: query.TotalNone}
	for {
		page, err := r.Search(&q)
		if err != nil {
			return err
		}
		for _, rec := range page.Matches {
			if err := visit(rec); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// seeding is one run of Seed's Update.
type seeding struct {
	tx        store.Tx
	extractor *search.Extractor
	placed    map[fhir.Key]*igpackage.Resource
}

func (s *seeding) all(g *Guides, there []fhir.Key) error {
	if err := g.each(s.one); err != nil {
		return err
	}
	for _, key := range there {
		if s.placed[key] != nil {
			continue
		}
		ours, err := s.tx.Reclaim(claimSpace, key.String(), key, nobody(key.Type))
		if err == nil && ours {
			_, err = s.tx.Put(store.Prepared{Key: key, Method: store.Delete})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// each visits the definitions that the guides bring, each canonical and version once.
func (g *Guides) each(visit func(*igpackage.Resource) error) error {
	seen := map[string]bool{}
	for _, pack := range g.library.Packages() {
		for i := range pack.Resources {
			r := &pack.Resources[i]
			if name := string(r.Type) + r.URL + "|" + r.Version; slices.Contains(Types, r.Type) && !seen[name] {
				seen[name] = true
				if err := visit(r); err != nil {
					return fmt.Errorf("%s: %w", r.File, err)
				}
			}
		}
	}
	return nil
}

// one stores a definition, unless it is there as it is.
func (s *seeding) one(r *igpackage.Resource) error {
	key, err := s.place(r)
	if err != nil {
		return err
	}
	s.placed[key] = r
	if err := s.claim(key); err != nil {
		return err
	}
	stored, err := s.tx.Get(key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && isStored(r, &stored) {
		return nil
	}
	p := store.Prepared{Key: key, Method: store.Update, Stamp: func(version fhir.VersionID, at time.Time) []byte {
		return element.Stamp(r.Node, key.ID, version, at)
	}}
	if p.Index, err = s.extractor.Index(r.Node); err != nil {
		return err
	}
	p.Label = access.Label(access.Resource{Type: key.Type})
	_, err = s.tx.Put(p)
	return err
}

// claim notes that the server stores what is under key.
func (s *seeding) claim(key fhir.Key) error {
	owner, _, err := s.tx.Claim(claimSpace, key.String(), key)
	if err == nil && owner != key {
		_, err = s.tx.Reclaim(claimSpace, key.String(), owner, key)
	}
	return err
}
