package access

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Affiliation is to which organisation something belongs that a record may name as its author, practice or
// home: a role, a team, the organisation itself.
type Affiliation struct {
	Named bool   // it names one
	Code  string // its ODS code; "" for one that is not found, and may come to be any
}

// Widens reports whether a record that names what belongs so now may be shown to another organisation than before.
func (a Affiliation) Widens(before Affiliation) bool {
	return a.Named && (a.Code == "" || a.Code != before.Code)
}

// Affiliating is a write that says to which organisation something belongs. What is made under an id of this
// server's is no such write: no record names it yet.
type Affiliating struct {
	ID            fhir.ID
	Before, After Affiliation
	Exists        bool          // it is there; else its writer chose the id, by which a record may name it already
	Label         []query.Token // of what is there
}

// Affiliates reports whether a write waits for a second administrator, or is refused, for what it says of an
// organisation. It is decided without a look at any record, and so tells nothing of one. What an
// administrator writes waits where a record might open to another organisation by it. Nobody else opens one
// so: a client makes what belongs to its own organisation, under an id of its own that begins with the
// organisation's code (RA1-…), and what is in no record and belongs to another is not its to write. The error
// is CodeForbidden.
func (c *Caller) Affiliates(d *Decision, w *Affiliating) (waits bool, err error) {
	if d.has(BasisAdmin) {
		return w.After.Widens(w.Before), nil
	}
	partner := d.has(BasisPartner)
	switch {
	case partner && !d.MayWrite(w.Label) && w.Before.Code != "" && w.Before.Code != c.Organisation:
		return false, adminOnly("this belongs to another organisation, whose it is to write")
	case !w.After.Widens(w.Before):
		return false, nil
	case partner && !w.Exists && w.After.Code == c.Organisation && strings.HasPrefix(string(w.ID), c.Organisation+"-"):
		return false, nil
	}
	return false, adminOnly("records that name this, now or before it is made, would open to the organisation that it is to belong to, which administrators alone bring about: " +
		"make another by POST, or as a client under an id that begins with its organisation's ODS code and a hyphen, and name that")
}
