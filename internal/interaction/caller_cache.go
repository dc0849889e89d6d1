package interaction

import (
	"slices"
	"strings"
	"sync"

	"hearken/fhir"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// What is kept of callers at most, in each of two generations.
const (
	maxCallers     = 4096
	maxCallerBytes = 8 << 20
	maxOneCaller   = 64 << 10 // of one: who has more, such as thousands of grants, is looked up each time
)

// maxUnseen is how many commits are looked through for facts. After more, whatever was found before does not count.
const maxUnseen = 64

// callerCache keeps the facts about callers who work by a staff list. What it gives is what a look-up on the
// very state that is read would find: it goes by the change log of that state, and not by what writers tell.
// So a fact counts for whatever is read after its commit, whoever wrote it: an interaction, an import,
// another server on the same store. And of an older state that somebody still reads, or the tip in an Update,
// it says what stands there.
//
// Kept is nobody of whom nothing is known: those could be any number, and would come to push out those who
// work. Patients and proxies are not, since what decides about them lies all over their records: of these it
// is kept which types need not be looked through.
type callerCache struct {
	mu      sync.Mutex
	seen    store.Commit               // up to where the change log was looked through
	floor   store.Commit               // before which it was not
	written map[fhir.Type]store.Commit // the last commit from floor to seen that wrote something of a type

	young, old map[callerKey]callerEntry // the young become old when they are many, and the old are dropped unless somebody asked for them
	bytes      int                       // of the young
	ending     endings                   // of what is asked for patients and proxies
}

// callerKey is all of a Principal that a look-up of these facts reads.
type callerKey struct {
	issuer, name       string // name is the subject, or the client where there is no user
	role, organisation string
	user               bool
}

func keyOf(p *smart.Principal) callerKey {
	key := callerKey{issuer: p.Issuer, name: p.Subject, role: p.RoleID, organisation: p.OrganisationID, user: p.User}
	if !p.User {
		key.name = p.ClientID
	}
	return key
}

// clone is a key that shares no bytes with a token.
func (k callerKey) clone() callerKey {
	k.issuer, k.name, k.role, k.organisation = strings.Clone(k.issuer), strings.Clone(k.name), strings.Clone(k.role), strings.Clone(k.organisation)
	return k
}

func (k callerKey) bytes() int {
	return len(k.issuer) + len(k.name) + len(k.role) + len(k.organisation)
}

type callerEntry struct {
	facts workFacts
	of    store.Commit // the state they were found on
	bytes int
}

// workFacts gives the facts about a caller on the state that is read: those kept, or those it looks up.
// Within an Update, whose own writes are in no log yet, it keeps nothing.
func (c *Callers) workFacts(rd store.Reader, p *smart.Principal) (workFacts, error) {
	key := keyOf(p)
	at, err := c.kept.moment(rd)
	if err != nil {
		return workFacts{}, err
	}
	if found, ok := c.kept.get(key, at); ok {
		return found, nil
	}
	w := working{Server: c.Server, rd: rd, principal: p}
	if err := w.find(); err != nil {
		return workFacts{}, err
	}
	if !at.tip && len(w.found.entries) > 0 {
		c.kept.put(key, w.found, at.commit)
	}
	return w.found, nil
}

// moment is a state, with what of its change log was not looked through before.
type moment struct {
	commit store.Commit
	tip    bool // it is that of an Update, which may come to nothing: what it has written is not noted
	unread bool // and there is too much of it
	log    []store.Change
}

// moment looks through the changes up to the state that is read.
func (c *callerCache) moment(rd store.Reader) (moment, error) {
	at := moment{commit: rd.Commit()}
	_, at.tip = rd.(store.Tx)
	c.mu.Lock()
	seen := c.seen
	c.mu.Unlock()
	switch {
	case at.commit <= seen:
		return at, nil
	case at.commit-seen > maxUnseen:
		at.unread = true
	default:
		var err error
		if at.log, err = rd.Changes(seen, maxUnseen); err != nil {
			return at, err
		}
	}
	if !at.tip {
		c.note(&at)
	}
	return at, nil
}

// note takes over what the log says.
func (c *callerCache) note(at *moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written == nil {
		c.written = map[fhir.Type]store.Commit{}
	}
	for i := range at.log {
		t := at.log[i].Key.Type
		c.written[t] = max(c.written[t], at.log[i].Commit)
	}
	if at.unread {
		c.floor = max(c.floor, at.commit)
	}
	c.seen = max(c.seen, at.commit)
}

// get gives what was found of somebody on a state on which the same would be found at the moment.
func (c *callerCache) get(key callerKey, at moment) (workFacts, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, young := c.young[key]
	if !young {
		var old bool
		if e, old = c.old[key]; !old {
			return workFacts{}, false
		}
	}
	switch {
	case !c.unchanged(e.facts.types, e.of, c.seen):
		c.drop(key) // for good: it holds what is no longer so
		return workFacts{}, false
	case !young:
		delete(c.old, key)
		c.insert(key, e)
	}
	if at.unread || !c.unchanged(e.facts.types, e.of, at.commit) {
		return workFacts{}, false
	}
	return e.facts, !slices.ContainsFunc(at.log, func(change store.Change) bool { return slices.Contains(e.facts.types, change.Key.Type) })
}

// unchanged reports whether, by the log as far as it was looked through, what is found of some types is the
// same on two states.
func (c *callerCache) unchanged(types []fhir.Type, one, other store.Commit) bool {
	first := min(one, other)
	return first >= c.floor && !slices.ContainsFunc(types, func(t fhir.Type) bool { return c.written[t] > first })
}

// put keeps what was found on a state, unless the state is over already.
func (c *callerCache) put(key callerKey, found workFacts, of store.Commit) {
	e := callerEntry{facts: found, of: of, bytes: 256 + 2*key.bytes() + found.bytes()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.bytes > maxOneCaller || !c.unchanged(found.types, of, c.seen) {
		return
	}
	c.drop(key)
	c.insert(key.clone(), e)
}

func (c *callerCache) insert(key callerKey, e callerEntry) {
	if c.young == nil || len(c.young) >= maxCallers || c.bytes+e.bytes > maxCallerBytes {
		c.young, c.old, c.bytes = map[callerKey]callerEntry{}, c.young, 0
	}
	c.young[key] = e
	c.bytes += e.bytes
}

func (c *callerCache) drop(key callerKey) {
	if e, ok := c.young[key]; ok {
		c.bytes -= e.bytes
		delete(c.young, key)
	}
	delete(c.old, key)
}
