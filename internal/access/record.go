package access

import (
	"slices"

	"hearken/fhir"
)

// Sharing is what is recorded of the person's agreement or objection to their plan being shared. It is about
// confidentiality; it is not the legal basis of processing.
type Sharing uint8

// What may be recorded.
const (
	NotRecorded Sharing = iota
	Agreed              // by the person, by an attorney for them, or decided in their best interests
	Objected            // refused, or an agreement that was withdrawn
)

// Record is what is known of one patient that decides who may see what is theirs. It is read from their resources by
// whoever writes those.
type Record struct {
	Patient    fhir.ID
	Sharing    Sharing
	Waits      fhir.ID  // the Task of an objection that one person took back and no second confirmed: it stands; "" for none
	Restricted bool     // where the person lives or who they are must not become known: meta.security R or V
	Published  bool     // there is an approved plan
	Authors    []string // ODS codes of the organisations that wrote it
	Practices  []string // ODS codes of the registered practice
	Carers     []string // ODS codes of the organisations that care for the person now: the care home they live in, the ward they lie on
}

// relationships are the organisations that may see the record because of what they are to the person. An objection
// and a restriction leave the authors, who know what they wrote.
func (r *Record) relationships() []string {
	if r.closed() {
		return r.Authors
	}
	return slices.Concat(r.Authors, r.Practices, r.Carers)
}

// objected reports whether an objection counts: one that is recorded, and one that was taken back by one person alone.
func (r *Record) objected() bool { return r.Sharing == Objected || r.Waits != "" }

// closed reports whether the record is kept to its authors.
func (r *Record) closed() bool { return r.objected() || r.Restricted }
