package interaction

import (
	"hearken/fhir"
	"hearken/internal/store"
)

// Why racing conditional creates never make twins
//
// A conditional create (or a conditional update that finds nothing) searches, and creates when nothing matched. Between
// the two another writer may create the very resource, and a store need not notice: its contract re-checks
// what Get read and serialises Claims, nothing else. So whoever creates must first own claims: one for the
// canonical text of the criteria and one for each identifier in them (criteria.go). The claim holds the id of the
// resource that is to be created, chosen before.
//
// Say A and B race with overlapping criteria, so that they have a claim K in common, and both searched before
// either committed. Claims are serialised, so one of them, A, owns K first, on behalf of its resource a. B is then told
// "a, not fresh" and looks at a:
//
//   - a is there, from a commit newer than B's search saw: B starts again, and its search now finds a or rightly does
//     not. (Get is version-checked at commit, so a cannot change under B's decision either.)
//   - a is there, as old as what the search saw, and the search did not give it: a does not match B's criteria. Then
//     A's and B's criteria overlap, but their resources do not: B moves K to its own resource and creates it. That is
//     what would have happened had B come alone.
//   - a was deleted: B moves K likewise.
//   - a is not there: A is still at work, or died. B starts again, so that its search comes after the claim it saw
//     (K may have had an earlier owner that B's search was too old to see). If a is still the owner and still
//     not there, B creates its resource under the id a. If A is alive, two writers now store one id for the first time;
//     the version check at commit lets one through and runs the other again, whose search then sees the first. If A is
//     dead, nobody minds. So an orphaned claim is not an obstacle but a name for what is to be created. (On an engine
//     whose claims commit with the writes, such as the embedded one, this case cannot arise.)
//   - K was moved by a third writer between B's look and B's move: Reclaim says so, and B looks again.
//
// In each case what B does is what it would have done had A and B come one after the other. When A runs again after
// B took its id, A finds the id occupied and chooses a new one, so that it never overwrites.
// Claims are taken in one order by everybody, so that those who share several meet at the first. Writers without
// criteria (a plain POST or PUT) make no claims: whatever they do can be put in order after the conditional create, whose
// search did not see it; and a match found by search always wins over a claim.
//
// One residue: a conditional update whose body has an id cannot take an orphan's id. It waits for the orphan's writer
// and takes the claim over when that stays away for many runs; on an engine with visible orphans a writer that slept for
// so long could still make a twin.

// settling is one conditional creation that is being decided.
type settling struct {
	proposed fhir.Key            // what will be created, unless the claims say otherwise
	fixed    bool                // the client chose the id: it cannot be exchanged
	newID    func() fhir.ID      //
	own      func(fhir.Key) bool // what this very Update has written; nil for nothing
	again    int                 // how often the Update has been run before
	orphans  map[claim]fhir.Key  // owners that were not there in an earlier run; kept over runs
}

// settled is how it was decided.
type settled struct {
	matched bool         // there is a resource: record
	record  store.Record //
	key     fhir.Key     // otherwise: what to create
}

// maxLooks bounds how often claims may move while one is being taken.
const maxLooks = 64

// settle decides a conditional creation inside an Update: what the criteria match, or under which key to
// create it, with all claims owned.
func (c *criteria) settle(tx store.Tx, s settling) (settled, error) {
	seen := tx.Commit() // before the search: what is newer than this the search may have missed
	found, err := c.find(tx)
	if err != nil {
		return settled{}, err
	}
	if found.Version != 0 {
		return settled{matched: true, record: found}, nil
	}
	key, err := s.free(tx)
	if err != nil {
		return settled{}, err
	}
	for look := 0; look < maxLooks; look++ {
		next, err := c.own(tx, s, key, seen)
		if err != nil {
			return settled{}, err
		}
		if next == key {
			return settled{key: key}, nil
		}
		key = next // an orphan's id: every claim must say so
	}
	return settled{}, errAgain
}

// free is the proposed key, or a new one when another writer has taken that.
func (s *settling) free(tx store.Tx) (fhir.Key, error) {
	current, err := currentOf(tx, s.proposed)
	if err != nil || current.Version == 0 || s.fixed {
		return s.proposed, err
	}
	return fhir.Key{Type: s.proposed.Type, ID: s.newID()}, nil
}

// own takes every claim for key. It answers key when all are owned, or the key of a resource that another
// writer is about to create and that must be created instead.
func (c *criteria) own(tx store.Tx, s settling, key fhir.Key, seen store.Commit) (fhir.Key, error) {
	for _, claim := range c.claims {
		for look := 0; ; look++ {
			owner, fresh, err := tx.Claim(claim.space, claim.value, key)
			if err != nil {
				return key, err
			}
			if fresh || owner == key {
				break
			}
			orphan, err := s.yields(tx, claim, owner, seen)
			if err != nil {
				return key, err
			}
			if orphan && !s.fixed {
				return owner, nil
			}
			moved, err := tx.Reclaim(claim.space, claim.value, owner, key)
			if err != nil {
				return key, err
			}
			if moved {
				break
			}
			if look == maxLooks {
				return key, errAgain
			}
		}
	}
	return key, nil
}

// yields looks at the owner of a claim: orphan when it is not there, otherwise it may be taken from because it is
// deleted or does not match. errAgain when the search was too early to say.
func (s *settling) yields(tx store.Tx, c claim, owner fhir.Key, seen store.Commit) (orphan bool, err error) {
	rec, err := currentOf(tx, owner)
	switch {
	case err != nil:
		return false, err
	case rec.Version == 0:
		known := s.orphans[c] == owner
		s.orphans[c] = owner
		if !known || s.fixed && s.again < maxAgain/2 {
			return false, errAgain
		}
		return true, nil
	case s.own != nil && s.own(owner):
		return false, nil
	case rec.Commit > seen:
		return false, errAgain
	}
	return false, nil
}
