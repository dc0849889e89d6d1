package interaction

import (
	"hearken/fhir"
	"hearken/internal/store"
)

// Why racing conditional creates never make twins
//
// A conditional create (or a conditional update that finds nothing) searches, and creates when nothing matched. Between
// the two another writer may create the very resource, and a store need not notice: its contract re-checks at commit
// what Get read and what claims were answered, nothing else. So whoever creates must own claims: one for
// the canonical text of the criteria and one for each identifier in them (criteria.go). A claim holds the id of
// the resource that is to be created, chosen before.
//
// Say A and B race with criteria that overlap, so that they have a claim K in common, and both searched before either
// committed. To commit, each must still own K, so K has moved from the first to the second, and it can only have moved
// by the rules below. Say B finds that A owns K, on behalf of a:
//
//   - a is there, from a commit newer than what B's search saw: B runs again, and its search now finds a, or rightly
//     does not.
//   - a is there or deleted, and as old as what B's search saw, which did not give it: a does not match B's criteria. The
//     criteria overlap but the resources do not: B moves K to its own resource and creates it, as it would have done
//     had it come alone and after A.
//   - a is not there: A is still at work, or died. B runs again, so that its search comes after the claim it saw.
//     If a still owns K and is still not there after some runs, B moves K, and runs once more: it creates only what
//     it owned before it searched. For K may have come to a from a third, whose resource B's search was too early
//     to see, by a run of A's that failed. B's Get of a is checked at commit, and so is A's ownership of K: of the
//     two, one can commit; the other runs again, and finds what the first created. An orphaned claim therefore
//     costs its next finder some milliseconds, once. (On an engine whose claims become visible with the commit, such
//     as the embedded one, there are none.)
//   - K was moved by a third writer between B's look and B's move: Reclaim says so, and B looks again.
//
// So whichever commits second has searched a state in which the first had committed: from the first's commit, when a
// owned K, each move of K was to what was not there yet, and it came to the second either before its search, or from
// what its search had seen, which took K after a was there. Claims are taken in one
// order by everybody, so that those who share several meet at the first. Writers without criteria (a plain
// POST or PUT) make no claims: what they do can be put in order after the conditional create whose search did
// not see it. And a match found by search always wins over a claim.

// settling is one conditional creation that is being decided.
type settling struct {
	proposed fhir.Key            // what will be created if nothing matches
	method   store.Method        // by which
	orphans  map[fhir.Key]int    // owners that were not there, and in which run of the Update that was first seen
	own      func(fhir.Key) bool // what this very Update has written; nil for nothing
	again    int                 // how often the Update has been run before
	patience int                 // for how many runs an owner that is not there is waited for
}

func (s *Server) newSettling(proposed fhir.Key, method store.Method) settling {
	target := settling{proposed: proposed, method: method, orphans: map[fhir.Key]int{}, patience: patience}
	if s.impatient {
		target.patience = 0
	}
	return target
}

// patience is for how many runs a writer waits for another that has claimed and not created.
const patience = 6

// maxLooks bounds how often a claim may move away while it is being taken.
const maxLooks = 64

// settle decides a conditional creation inside an Update: the record the criteria match, or the zero Record when
// the proposed resource may be created; then all its claims are owned.
func (c *criteria) settle(tx store.Tx, s settling) (store.Record, error) {
	if g, ok := tx.(*guardedTx); ok {
		if err := g.mayAsk(c.where); err != nil {
			return store.Record{}, err
		}
	}
	seen := tx.Commit() // before the search: what is newer than this the search may have missed
	found, err := c.find(tx)
	if err != nil || found.Version != 0 {
		return found, err
	}
	if err := c.matchesHidden(tx, s.method); err != nil {
		return store.Record{}, err
	}
	anew := false
	for _, claim := range c.claims {
		orphaned, err := s.take(tx, claim, seen)
		if err != nil {
			return store.Record{}, err
		}
		anew = anew || orphaned
	}
	if anew {
		return store.Record{}, errAgain
	}
	return store.Record{}, nil
}

// take makes the proposed resource own a claim; orphaned when it was taken from a resource that is not there, so that
// what was searched before does not count.
func (s *settling) take(tx store.Tx, c claim, seen store.Commit) (orphaned bool, err error) {
	for range maxLooks {
		owner, fresh, err := tx.Claim(c.space, c.value, s.proposed)
		if err != nil || fresh || owner == s.proposed {
			return false, err
		}
		if orphaned, err = s.mayTake(tx, owner, seen); err != nil {
			return false, err
		}
		moved, err := tx.Reclaim(c.space, c.value, owner, s.proposed)
		if err != nil || moved {
			return orphaned, err
		}
	}
	return false, errAgain
}

// mayTake decides whether a claim may be taken from its owner, and whether that is not there; errAgain when this run
// cannot tell.
func (s *settling) mayTake(tx store.Tx, owner fhir.Key, seen store.Commit) (orphaned bool, err error) {
	if s.own != nil && s.own(owner) {
		return false, nil // the search has seen it
	}
	rec, err := currentOf(unguarded(tx), owner)
	switch {
	case err != nil:
		return false, err
	case rec.Commit > seen:
		return false, errAgain
	case rec.Version != 0:
		return false, nil
	}
	first, known := s.orphans[owner]
	if !known {
		s.orphans[owner], first = s.again, s.again
	}
	if s.again < first+s.patience {
		return false, errAgain
	}
	return true, nil
}
