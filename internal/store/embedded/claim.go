package embedded

import (
	"fmt"

	"hearken/fhir"
	"hearken/internal/store"
)

// Claim gives value in space to proposed, unless it is another's already.
func (tx *transaction) Claim(space, value string, proposed fhir.Key) (owner fhir.Key, fresh bool, err error) {
	key, owner, err := tx.claim(space, value)
	if err != nil || !owner.IsZero() {
		return owner, false, err
	}
	return proposed, true, tx.setClaim(key, proposed)
}

// Reclaim moves a claim from owner to proposed; false when owner does not have it.
func (tx *transaction) Reclaim(space, value string, owner, proposed fhir.Key) (bool, error) {
	key, current, err := tx.claim(space, value)
	if err != nil || current != owner || owner.IsZero() {
		return false, err
	}
	return true, tx.setClaim(key, proposed)
}

// claim is a claim's key and its owner, zero when it is free.
func (tx *transaction) claim(space, value string) (key string, owner fhir.Key, err error) {
	if len(space) > 255 {
		return "", owner, fmt.Errorf("store/embedded: the name of a claim space is longer than 255 bytes")
	}
	key = string(claimKey(&tx.store.hash, space, value))
	if owner, ok := tx.claims[key]; ok {
		return key, owner, nil
	}
	stored, found, err := getValue(tx.store.db, []byte(key))
	if err != nil || !found {
		return key, owner, err
	}
	if len(stored) < 2 {
		return key, owner, store.ErrFormat
	}
	return key, fhir.Key{Type: tx.catalogue.names[stored[0]], ID: fhir.ID(stored[1:])}, nil
}

func (tx *transaction) setClaim(key string, owner fhir.Key) error {
	t, err := tx.typeNumber(owner.Type)
	if err != nil {
		return err
	}
	tx.claims[key] = owner
	return tx.set([]byte(key), append([]byte{byte(t)}, owner.ID...))
}
