package embedded

import (
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"hearken/internal/audit"
	"hearken/internal/store"
)

// Verify goes over the log as of one moment.
func (l *auditLog) Verify(ctx context.Context, heads []audit.Head) (report audit.Report, err error) {
	if err := l.store.calls.begin(); err != nil {
		return report, err
	}
	defer l.store.calls.end()
	snapshot := l.store.db.NewSnapshot()
	report, err = verifyAudit(ctx, snapshot, &l.store.hash, heads, nil)
	return report, errors.Join(err, snapshot.Close())
}

// verifyAudit feeds a verification with all openings and rows, and holds the search keys against the rows.
// visit, if there is one, is shown every Record that can be read.
func verifyAudit(ctx context.Context, kv pebble.Reader, h *hasher, heads []audit.Head, visit func(audit.Place, *audit.Record) error) (audit.Report, error) {
	c := &auditChecking{Verification: audit.NewVerification(heads), kv: kv, hash: h, visit: visit}
	err := scan(kv, []byte{familyAudit, auditOpening}, func(key, value []byte) error {
		opening, err := decodeAuditOpening(key, value)
		if err != nil {
			c.Fault(audit.Place{Chain: opening.Chain}, "has an opening that cannot be read")
		}
		c.openings = append(c.openings, opening)
		return nil
	})
	rows := 0
	err = errors.Join(err, scan(kv, []byte{familyAudit, auditRow}, func(key, value []byte) error {
		if rows++; rows%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		return c.row(key, value)
	}))
	if err == nil {
		c.open(^uint32(0))
		err = c.strayKeys()
	}
	return c.Report(), err
}

// auditChecking is a verification of this engine's log.
type auditChecking struct {
	*audit.Verification
	kv       pebble.Reader
	hash     *hasher
	visit    func(audit.Place, *audit.Record) error
	openings []audit.Opening // that are still to come
	keys     int             // that the rows have
	prefixes []byte
}

// open takes the openings up to that of a chain.
func (c *auditChecking) open(chain uint32) {
	for len(c.openings) > 0 && c.openings[0].Chain <= chain {
		c.Opening(c.openings[0])
		c.openings = c.openings[1:]
	}
}

func (c *auditChecking) row(key, value []byte) error {
	row, err := decodeAuditRow(key, value)
	c.open(row.Chain)
	if err != nil {
		c.Fault(row.Place, "cannot be read")
		row.Sealed = nil
	}
	sealed := row.Sealed
	c.Row(row)
	if sealed == nil {
		return nil
	}
	record, err := audit.Open(sealed)
	if err != nil {
		return nil // said already
	}
	record.Time = time.UnixMilli(row.Time).UTC()
	if c.visit != nil {
		if err := c.visit(row.Place, &record); err != nil {
			return err
		}
	}
	return c.searchKeys(row.Place, &record)
}

// searchKeys wants the Record found by all that it is searched by.
func (c *auditChecking) searchKeys(at audit.Place, record *audit.Record) error {
	c.prefixes = appendAuditPrefixes(c.prefixes[:0], c.hash, record)
	for prefix := range auditPrefixes(c.prefixes) {
		c.keys++
		_, found, err := getValue(c.kv, appendAuditPlace(append([]byte(nil), prefix...), at))
		if err != nil {
			return err
		}
		if !found {
			c.Fault(at, "cannot be found by %s", auditSearched[prefix[1]])
		}
	}
	return nil
}

var auditSearched = map[byte]string{auditPatient: "its patient", auditAgent: "who did it", auditOrganisation: "its organisation"}

// strayKeys looks for search keys that no Record has.
func (c *auditChecking) strayKeys() error {
	have, stray := 0, audit.Place{}
	for _, part := range []byte{auditPatient, auditAgent, auditOrganisation} {
		err := scan(c.kv, []byte{familyAudit, part}, func(key, _ []byte) error {
			if len(key) != auditPrefixSize+auditPlaceSize {
				return store.ErrFormat
			}
			have++
			at := auditPlaceOf(key)
			if _, found, err := getValue(c.kv, auditRowKey(at)); err != nil || !found {
				stray = at
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if have > c.keys {
		c.Fault(stray, "there are %d search keys, and the records have %d", have, c.keys)
	}
	return nil
}

// audit checks the audit log: its chains, its search keys, and that what it says was written is there. Looks
// are recorded without a commit that is published, so that this is as of now.
func (c *checking) audit() (err error) {
	c.store.lock <- struct{}{} // no writer is between its batch and its catalogue
	snapshot, catalogue := c.store.db.NewSnapshot(), c.store.catalogue.Load()
	<-c.store.lock
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	report, err := verifyAudit(c.ctx, snapshot, &c.store.hash, nil, func(at audit.Place, record *audit.Record) error {
		for i := range record.Versions {
			v := &record.Versions[i]
			if !v.Written {
				continue
			}
			identity, _, err := readIdentity(snapshot, catalogue, v.Key)
			if err != nil {
				return err
			}
			if identity.version < v.Version {
				c.fault("audit log, chain %d, record %d: a version it says was written is absent", at.Chain, at.Sequence)
			}
		}
		return nil
	})
	c.report.Audit = report.Records
	for _, fault := range report.Faults {
		c.fault("audit log, %s", fault)
	}
	return err
}
