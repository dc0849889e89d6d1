package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what Verify found.
type Report struct {
	Chains  int
	Records int // with their contents
	Purged  int // without
	// PurgedBefore is what the recorded purges say they purged up to; zero when none is recorded.
	PurgedBefore time.Time
	Head         Head
	Heads        int     // how many heads kept elsewhere it was held against
	Proven       Place   // the newest of those that the Log goes through: everything up to there is as it was then
	Faults       []Fault // in the order they were found; at most MaxFaults
	More         int     // faults that are not listed
}

// MaxFaults is how many faults a Report lists.
const MaxFaults = 100

// Fault is one thing that is wrong with a Log. It names places, never what was recorded.
type Fault struct {
	Place
	Words string
}

// String is the fault with its place.
func (f Fault) String() string {
	if f.Sequence == 0 {
		return fmt.Sprintf("chain %d: %s", f.Chain, f.Words)
	}
	return fmt.Sprintf("chain %d, record %d: %s", f.Chain, f.Sequence, f.Words)
}

// Limits says, for a person, what a Report without faults does not prove.
func (r *Report) Limits() []string {
	if r.Heads == 0 {
		return []string{
			"Without a head that was kept elsewhere it cannot be found out whether the newest records were cut off, whether the " +
				"whole directory was put back to an older state, or whether somebody who knows this program did all hashes anew.",
		}
	}
	if r.Proven.Before(r.Head.Place) {
		return []string{fmt.Sprintf("Records newer than the newest head given (chain %d, record %d) could have been cut off or done "+
			"anew by somebody who knows this program.", r.Proven.Chain, r.Proven.Sequence)}
	}
	return nil
}

// Row is a Record as a Log has it stored. Sealed is nil where the contents were purged; then Contents is their hash.
type Row struct {
	Place
	Time     int64
	Link     Hash
	Sealed   []byte
	Contents Hash
}

// Verification goes over a Log. An engine calls Opening and Row for everything there is, chain by chain, in order,
// then Report.
type Verification struct {
	report Report
	heads  []Head
	found  []bool // by head: there is a Record in its place
	last   Row    // what stands before the next Record
	opened bool   // a chain
	before int64  // what purges said they purged ends here
	purged Row    // the newest without contents
}

// NewVerification begins one that is to be held against heads kept elsewhere.
func NewVerification(heads []Head) *Verification {
	return &Verification{heads: slices.Clone(heads), found: make([]bool, len(heads)), report: Report{Heads: len(heads)}}
}

// Fault notes what an engine found itself.
func (v *Verification) Fault(at Place, format string, args ...any) {
	if len(v.report.Faults) < MaxFaults {
		v.report.Faults = append(v.report.Faults, Fault{at, fmt.Sprintf(format, args...)})
		return
	}
	v.report.More++
}

// Opening takes the beginning of the next chain.
func (v *Verification) Opening(o Opening) {
	at := Place{Chain: o.Chain}
	v.endChain()
	switch want := v.last.Chain + 1; {
	case o.Chain < want:
		v.Fault(at, "stands after chain %d", v.last.Chain)
	case o.Chain > want:
		v.Fault(at, "is the next one after chain %d: those between are missing", v.last.Chain)
	case o.Previous != v.last.Place && o.Previous.Before(v.last.Place):
		v.Fault(at, "says that the one before ended with record %d, and it has %d", o.Previous.Sequence, v.last.Sequence)
	case o.Previous != v.last.Place:
		v.Fault(v.last.Place, "is the last of its chain, which the next one says went on to record %d: records were cut off", o.Previous.Sequence)
	case o.Hash != v.last.Link:
		v.Fault(at, "names another hash of the record before it")
	}
	v.report.Chains++
	v.opened = true
	v.last = Row{Place: at, Time: max(o.Time, v.last.Time), Link: o.Link()}
}

// endChain is asked when no more Records of a chain come: it was begun together with its first.
func (v *Verification) endChain() {
	if v.opened && v.last.Sequence == 0 {
		v.Fault(v.last.Place, "was begun and has no record")
	}
}

// Row takes the next Record.
func (v *Verification) Row(r Row) {
	if r.Sealed != nil {
		r.Contents = ContentsHash(r.Sealed)
	}
	switch {
	case !v.opened || r.Chain != v.last.Chain:
		v.Fault(r.Place, "stands in a chain that was never begun")
		v.opened, v.last.Place = true, Place{Chain: r.Chain, Sequence: r.Sequence - 1}
	case r.Sequence != v.last.Sequence+1:
		v.Fault(r.Place, "is the next one after record %d: those between are missing", v.last.Sequence)
	case Link(v.last.Link, r.Place, r.Time, r.Contents) != r.Link:
		v.Fault(r.Place, "is not what was recorded, or not in its place")
	case r.Time < v.last.Time:
		v.Fault(r.Place, "has a time before that of the record before it")
	}
	v.contents(&r)
	v.holdAgainstHeads(&r)
	r.Sealed = nil // it may be dead when the next one comes
	v.last = r
	v.report.Head = Head{r.Place, time.UnixMilli(r.Time).UTC(), r.Link}
}

func (v *Verification) contents(r *Row) {
	if r.Sealed == nil {
		v.report.Purged++
		if r.Time >= v.purged.Time {
			v.purged = *r
		}
		return
	}
	v.report.Records++
	record, err := Open(r.Sealed)
	if err != nil {
		v.Fault(r.Place, "cannot be read")
	}
	if before, ok := purgedBefore(&record); ok {
		v.before = max(v.before, before)
	}
}

func (v *Verification) holdAgainstHeads(r *Row) {
	for i := range v.heads {
		h := &v.heads[i]
		if h.Place != r.Place {
			continue
		}
		v.found[i] = true
		switch {
		case h.Hash != r.Link:
			v.Fault(r.Place, "is not what the head kept elsewhere is of: records up to here were changed, or done anew")
		case v.report.Proven.Before(h.Place):
			v.report.Proven = h.Place
		}
	}
}

// Report ends the verification.
func (v *Verification) Report() Report {
	v.endChain()
	for i, h := range v.heads {
		if !v.found[i] {
			v.Fault(h.Place, "is what a head kept elsewhere is of, and is not there: records were cut off, or the store was put back to an older state")
		}
	}
	if v.report.Purged > 0 && v.purged.Time >= v.before {
		v.Fault(v.purged.Place, "is without its contents, and no purge that is recorded says that it took them")
	}
	if v.before > 0 {
		v.report.PurgedBefore = time.UnixMilli(v.before).UTC()
	}
	return v.report
}

// The interactions that are not FHIR's.
const (
	InteractionOperation = "operation" // AuditEvent's own code for it
	InteractionLogin     = "login"
	InteractionPurge     = "purge"
)

const purgeQuery = "before="

// PurgeRecord is the Record of a purge of what is older than before.
func PurgeRecord(before time.Time, by Agent) *Record {
	return &Record{Interaction: InteractionPurge, Action: Delete, Outcome: Success, Agent: by,
		Query: purgeQuery + before.UTC().Format(time.RFC3339Nano)}
}

// purgedBefore reads what PurgeRecord wrote.
func purgedBefore(r *Record) (before int64, ok bool) {
	text, is := strings.CutPrefix(r.Query, purgeQuery)
	if r.Interaction != InteractionPurge || !is {
		return 0, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.UnixMilli(), err == nil
}
