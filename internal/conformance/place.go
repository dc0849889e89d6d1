package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/internal/store"
)

// place finds the key that a definition is stored under: its own id where that is free, else one that nobody else
// would choose. It is the same at every start, as long as what had the id has it.
func (s *seeding) place(r *igpackage.Resource) (fhir.Key, error) {
	own := fhir.Key{Type: r.Type, ID: r.ID}
	if r.ID.Valid() && own != nobody(r.Type) && s.placed[own] == nil {
		free, err := s.isFree(own, r.URL)
		if err != nil || free {
			return own, err
		}
	}
	return fhir.Key{Type: r.Type, ID: digestID(r)}, nil
}

// stand finds where the definitions are stored as they are. refused is the error when one of them is not.
// What an earlier start stored besides stays: there is no room to delete it.
func (s *seeding) stand(g *Guides, from store.Reader, refused error) error {
	return g.each(func(r *igpackage.Resource) error {
		for _, id := range []fhir.ID{r.ID, digestID(r)} {
			key := fhir.Key{Type: r.Type, ID: id}
			if !id.Valid() || s.placed[key] != nil {
				continue
			}
			stored, err := from.Get(key)
			if err == nil && isStored(r, &stored) {
				s.placed[key] = r
				return nil
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return refused
	})
}

// isStored reports whether a record is a definition as it is.
func isStored(r *igpackage.Resource, stored *store.Record) bool {
	return !stored.Deleted() && bytes.Equal(stored.Body, element.Stamp(r.Node, stored.Key.ID, stored.Version, stored.LastUpdated))
}

// isFree reports whether the server may store the definition of a canonical under key: nothing is there, or what the
// server stored, or the same definition, which a client brought before.
func (s *seeding) isFree(key fhir.Key, url string) (bool, error) {
	stored, err := s.tx.Get(key)
	if errors.Is(err, store.ErrNotFound) || err == nil && stored.Deleted() {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	var definition struct{ URL string }
	if json.Unmarshal(stored.Body, &definition) == nil && definition.URL == url {
		return true, nil
	}
	return s.tx.Reclaim(claimSpace, key.String(), key, key)
}

// How long an id may be, and how much of a digest is enough to tell those of one server apart.
const (
	maxID       = 64
	digestBytes = 6
)

// digestID is an id with a digest of the canonical behind it: "languages-5f1c02a9be31".
func digestID(r *igpackage.Resource) fhir.ID {
	name := string(r.ID)
	if !r.ID.Valid() {
		name = strings.Map(idCharacter, r.URL[strings.LastIndexByte(r.URL, '/')+1:])
	}
	sum := sha256.Sum256([]byte(r.URL + "|" + r.Version))
	tail := "-" + hex.EncodeToString(sum[:digestBytes])
	return fhir.ID(name[:min(len(name), maxID-len(tail))] + tail)
}

// idCharacter keeps what may stand in an id.
func idCharacter(c rune) rune {
	if c < 0x80 && fhir.ID(string(c)).Valid() {
		return c
	}
	return '-'
}
