package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"hearken/fhir"
)

// Report is what Check found: how much there is, and what is wrong with it. Faults name documents by type
// and number, never by content.
type Report struct {
	Resources int // with at least one version
	Versions  int
	Postings  int
	Audit     int // records of the audit log, with their contents
	Faults    []string
}

// maxFaults is how many faults a report lists.
const maxFaults = 100

// Check goes over the whole store as of one moment and compares its families with each other: identities with
// versions, the logs with versions, every index key with the forward records, in both directions, and the
// audit log with its chains, its search keys and what it says was written. With Extract the forward records
// are compared with the bodies too. Errors are those of reading; what is wrong is in the report.
func (s *Store) Check(ctx context.Context) (report Report, err error) {
	if err := s.calls.begin(); err != nil {
		return report, err
	}
	defer s.calls.end()
	_ = s.index(ctx) // what cannot be indexed now is checked as it was
	err = s.readIndexed(ctx, func(r *reader) error {
		c := checking{reader: r, report: &report}
		return errors.Join(c.identities(), c.logs(), c.index(), c.audit(), ctx.Err())
	})
	return report, err
}

// checking is one Check under way.
type checking struct {
	*reader
	report   *Report
	forwards int // live documents by I
}

func (c *checking) fault(format string, args ...any) {
	if len(c.report.Faults) < maxFaults {
		c.report.Faults = append(c.report.Faults, fmt.Sprintf(format, args...))
	}
}

// identities checks that every resource has all its versions, and a forward record exactly while it is live.
func (c *checking) identities() error {
	numbers := map[document]bool{}
	return scan(c.kv, []byte{familyIdentity}, func(key, value []byte) error {
		t := typeNumber(key[1])
		identity, err := decodeIdentity(value)
		if err != nil {
			return err
		}
		if numbers[identity.d] {
			c.fault("%s %d: two resources have this number", c.catalogue.names[t], identity.d)
		}
		numbers[identity.d] = true
		if err := c.versions(t, identity, fhir.ID(key[2:])); err != nil {
			return err
		}
		return c.forwardOf(t, identity)
	})
}

func (c *checking) versions(t typeNumber, identity identityRecord, id fhir.ID) error {
	next := identity.version
	err := scan(c.kv, versionPrefix(t, identity.d), func(key, value []byte) error {
		if len(key) > 14 {
			return nil // a body apart
		}
		record, apart, err := decodeVersion(c.catalogue.names[t], key, value)
		if err != nil {
			return err
		}
		if record.Version != next || record.Key.ID != id {
			c.fault("%s %d: version %d stands where %d should", c.catalogue.names[t], identity.d, record.Version, next)
		}
		if record.Version == identity.version && (record.Commit != identity.commit || record.Deleted() != identity.deleted) {
			c.fault("%s %d: identity and version %d disagree", c.catalogue.names[t], identity.d, record.Version)
		}
		if apart {
			if _, err := readVersion(c.kv, c.catalogue, t, identity.d, record.Version); err != nil {
				c.fault("%s %d: version %d has no body", c.catalogue.names[t], identity.d, record.Version)
			}
		}
		next = record.Version - 1
		c.report.Versions++
		return nil
	})
	if next != 0 {
		c.fault("%s %d: versions up to %d are absent", c.catalogue.names[t], identity.d, next)
	}
	if identity.exists() {
		c.report.Resources++
	}
	return err
}

func (c *checking) forwardOf(t typeNumber, identity identityRecord) error {
	f, err := c.reader.forward(t, identity.d)
	if err != nil {
		return err
	}
	switch {
	case identity.live() && f == nil:
		c.fault("%s %d: there is no forward record", c.catalogue.names[t], identity.d)
	case !identity.live() && f != nil:
		c.fault("%s %d: a forward record of what is not there", c.catalogue.names[t], identity.d)
	case f != nil && f.version != identity.version:
		c.fault("%s %d: the forward record is of version %d", c.catalogue.names[t], identity.d, f.version)
	}
	if f == nil {
		return nil
	}
	c.forwards++
	return c.sameAsBody(f)
}

// sameAsBody extracts the index anew from the body.
func (c *checking) sameAsBody(f *forward) error {
	extract := c.store.options.Extract
	if extract == nil {
		return nil
	}
	for _, p := range c.catalogue.ofType[f.t] {
		if !p.readyIn(c.commit) {
			return nil // not gone over yet
		}
	}
	record, err := c.newest(f.t, f.d)
	if err != nil {
		return err
	}
	index, err := extract(record.Key, record.Body)
	if err != nil {
		c.fault("%s %d: the body cannot be indexed", c.catalogue.names[f.t], f.d)
		return nil
	}
	blank := &forward{t: f.t, d: f.d, version: f.version, commit: f.commit, lastUpdated: f.lastUpdated, id: f.id}
	label, err := f.label(c.catalogue) // says what no body says
	if err != nil {
		return err
	}
	again, err := c.forwardOfIndex(blank, labelled(index, c.catalogue.accessParameter(f.t), label))
	if err == nil && !sameEntries(c.catalogue.registered, f, again) {
		c.fault("%s %d: the forward record is not what the body says", c.catalogue.names[f.t], f.d)
	}
	return err
}

// sameEntries compares two records' entries of registered parameters, and their targets.
func sameEntries(registered map[parameterNumber]bool, a, b *forward) bool {
	left, right := registeredEntries(registered, a), registeredEntries(registered, b)
	return bytes.Equal(left, right) && bytes.Equal(a.compartments, b.compartments) && bytes.Equal(a.targetBytes, b.targetBytes)
}

func registeredEntries(registered map[parameterNumber]bool, f *forward) (kept []byte) {
	r := decoder{rest: f.entries}
	for len(r.rest) > 0 {
		start := r.rest
		number := parameterNumber(r.uvarint())
		r.span()
		if registered[number] {
			kept = append(kept, start[:len(start)-len(r.rest)]...)
		}
	}
	return kept
}

// logs checks that log, histories and versions are one to one.
func (c *checking) logs() error {
	lines, places := 0, 0
	err := scan(c.kv, []byte{familyLog}, func(key, value []byte) error {
		line, err := decodeLogLine(&c.catalogue.names, key, value)
		if err != nil {
			return err
		}
		lines++
		record, err := readVersion(c.kv, c.catalogue, line.t, line.d, line.Version)
		if err != nil || record.Commit != line.Commit {
			c.fault("commit %d: version %d of %s %d is absent", line.Commit, line.Version, line.Key.Type, line.d)
		}
		if _, found, err := getValue(c.kv, historyKey(line.t, line.Commit, line.n)); err != nil || !found {
			c.fault("commit %d: line %d is not in the history of its type", line.Commit, line.n)
		}
		return nil
	})
	err = errors.Join(err, scan(c.kv, []byte{familyHistory}, func(_, _ []byte) error { places++; return nil }))
	if lines != c.report.Versions || places != lines {
		c.fault("%d versions, %d lines in the log, %d in the histories", c.report.Versions, lines, places)
	}
	return err
}

// index checks that every posting of every forward record is there, and that there are no others.
func (c *checking) index() error {
	want := map[byte]int{}
	forwards := 0
	fresh, err := c.stale(want)
	if err != nil {
		return err
	}
	err = scan(c.kv, []byte{familyForward}, func(key, value []byte) error {
		f, err := decodeForward(&c.catalogue.names, typeNumber(key[1]), lastDocument(key), bytes.Clone(value))
		if err != nil {
			return err
		}
		forwards++
		if fresh[f.d] {
			return nil
		}
		return c.postings(f, want)
	})
	if forwards != c.forwards {
		c.fault("%d forward records, %d live resources", forwards, c.forwards)
	}
	for _, family := range []byte{familyEquality, familyOrdered, familySort, familyReference, familyCompartment} {
		n := 0
		var last []byte
		err = errors.Join(err, c.walkPrefix([]byte{family}, func(key []byte) bool {
			if n++; bytes.Compare(last, key) >= 0 {
				c.fault("family %c is not in the order of its keys", family)
			}
			last = append(last[:0], key...)
			return true
		}))
		if n != want[family] {
			c.fault("family %c has %d keys, the forward records say %d", family, n, want[family])
		}
		c.report.Postings += n
	}
	return err
}

// postings checks the keys of one document as of the commit of the index: those of what is fresh are not in it yet.
func (c *checking) postings(f *forward, want map[byte]int) error {
	keys, err := c.store.keysOfForward(c.catalogue, f)
	if err != nil {
		return err
	}
	return c.indexed(f.t, f.d, &keys, want)
}

func (c *checking) indexed(t typeNumber, d document, keys *keyList, want map[byte]int) (err error) {
	keys.all(func(p posting) bool {
		var value []byte
		var found bool
		if value, found, err = c.value(p.key); err != nil {
			return false
		}
		want[p.key[0]]++
		if !found || !bytes.Equal(value, p.value()) {
			c.fault("%s %d: a key of family %c is absent or has another value", c.catalogue.names[t], d, p.key[0])
		}
		return true
	})
	return err
}

// stale checks the keys of what is fresh, as they were.
func (c *checking) stale(want map[byte]int) (fresh map[document]bool, err error) {
	fresh = map[document]bool{}
	c.fresh.entries(c.fresh.first, func(e *freshEntry) {
		if fresh[e.d] || err != nil {
			return
		}
		fresh[e.d] = true
		var keys keyList
		if keys, err = c.store.before(c.kv, c.catalogue, e); err == nil {
			err = c.indexed(e.t, e.d, &keys, want)
		}
	})
	return fresh, err
}

// value is that of a key, as an iterator shows it.
func (c *checking) value(key []byte) (value []byte, found bool, err error) {
	it, err := c.iterator(key, append(bytes.Clone(key), 0))
	if err != nil {
		return nil, false, err
	}
	if found = it.First(); found {
		value = bytes.Clone(it.Value())
	}
	return value, found, c.done(it)
}
