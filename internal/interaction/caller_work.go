package interaction

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// workFacts are what staff lists, agreements and grants say of one caller, as they are written: what of it is
// in force is for the clock of each request to say (describe). They share no bytes with the resources they
// were read from.
type workFacts struct {
	entries    []access.StaffEntry
	agreements []access.Agreement
	grants     []access.Grant   // break-glass
	contacts   []access.Contact // that have not ended
	barred     bool             // their organisation is not active, as an Organization with its code says
	types      []fhir.Type      // those that were searched: until something of them is written, fact or not, the same would be found
}

// working is one look-up of them.
type working struct {
	*Server
	rd        store.Reader
	principal *smart.Principal
	found     workFacts
}

// Search notes what is searched. No condition here leads to resources of another type.
func (w *working) Search(q *query.Query) (store.Page, error) {
	for _, t := range q.Types {
		if !slices.Contains(w.found.types, t) {
			w.found.types = append(w.found.types, t)
		}
	}
	return w.rd.Search(q)
}

// find looks up the entries of the organisation the caller acts for, or all, the agreements of that
// organisation, and the grants of those who have a role.
func (w *working) find() error {
	if err := w.staff(); err != nil {
		return err
	}
	organisation, known := w.found.organisation()
	if known {
		if err := w.agreements(organisation); err != nil {
			return err
		}
		if err := w.barred(organisation); err != nil {
			return err
		}
	}
	if known || !w.principal.User {
		return w.grants()
	}
	return nil
}

func (w *working) staff() error {
	times, p := w.times(), w.principal
	return w.eachFact(w, staffType, w.named(staffType), func(_ store.Record, n element.Node) {
		e := times.StaffEntry(n)
		if e.Organisation != "" && (p.OrganisationID == "" || p.OrganisationID == e.Organisation) && e.Role.Software() == !p.User {
			e.Organisation = strings.Clone(e.Organisation)
			w.found.entries = append(w.found.entries, e)
		}
	})
}

func (w *working) agreements(organisation string) error {
	times, where := w.times(), w.hasToken(agreementType, "identifier", careplan.ODSOrganisationSystem, organisation)
	return w.eachFact(w, agreementType, where, func(_ store.Record, n element.Node) {
		a := times.Agreement(n)
		a.Organisation = strings.Clone(a.Organisation)
		w.found.agreements = append(w.found.agreements, a)
	})
}

// barred finds out whether an Organization with a code is not active. All of them count: one more, which is
// active, is no way round it.
func (w *working) barred(organisation string) error {
	inactive := query.Match{Parameter: w.Registry.Parameter(organizationType, "active"), Test: query.TokenTest{Code: "false", AnySystem: true}}
	where := query.And{w.hasToken(organizationType, "identifier", careplan.ODSOrganisationSystem, organisation), inactive}
	page, err := w.Search(&query.Query{Types: []fhir.Type{organizationType}, Where: where, Count: 1, Total: query.TotalNone})
	w.found.barred = err == nil && len(page.Matches) > 0
	return err
}

func (w *working) grants() error {
	times := w.times()
	var by []person // of each contact
	err := w.eachFact(w, grantType, w.named(grantType), func(_ store.Record, n element.Node) {
		switch kind, grant := times.Grant(n); kind {
		case careplan.GrantBreakGlass:
			grant.Patient, grant.Reason = fhir.ID(strings.Clone(string(grant.Patient))), strings.Clone(grant.Reason)
			w.found.grants = append(w.found.grants, grant)
		case careplan.GrantContact:
			if contact, issuer, client := times.Contact(n); !contact.Ended {
				w.found.contacts = append(w.found.contacts, ownContact(&contact))
				by = append(by, person{issuer: strings.Clone(issuer), subject: strings.Clone(client)})
			}
		}
	})
	for i := range by {
		if err == nil && by[i].subject != "" {
			w.found.contacts[i].System, err = w.system(by[i], by[:i], w.found.contacts)
		}
	}
	return err
}

// ownContact is a contact that shares no bytes with the resource it was read from.
func ownContact(k *access.Contact) access.Contact {
	own := *k
	own.Patients, own.Organisation = nil, strings.Clone(k.Organisation)
	for _, id := range k.Patients {
		own.Patients = append(own.Patients, fhir.ID(strings.Clone(string(id))))
	}
	return own
}

// system is what staff lists say of a dispatch system, which was looked up already if it told of one of the
// contacts before.
func (w *working) system(by person, before []person, contacts []access.Contact) (entries []access.StaffEntry, err error) {
	if i := slices.Index(before, by); i >= 0 {
		return contacts[i].System, nil
	}
	times := w.times()
	err = w.eachFact(w, staffType, w.namedBy(staffType, by), func(_ store.Record, n element.Node) {
		if e := times.StaffEntry(n); e.Role == access.Dispatch {
			e.Organisation = strings.Clone(e.Organisation)
			entries = append(entries, e)
		}
	})
	return entries, err
}

// named is the condition of being about the caller.
func (w *working) named(t fhir.Type) query.Expr {
	key := keyOf(w.principal)
	return w.namedBy(t, person{key.issuer, key.name, key.role})
}

// organisation is the one that all entries are of; known is false for one who is on no list, or on several
// when the token does not say for whom they act.
func (f *workFacts) organisation() (code string, known bool) {
	for i := range f.entries {
		if f.entries[i].Organisation != f.entries[0].Organisation {
			return "", false
		}
	}
	if len(f.entries) == 0 {
		return "", false
	}
	return f.entries[0].Organisation, true
}

// describe says what these facts make of a caller now.
func (f *workFacts) describe(c *access.Caller, user bool) {
	if !user {
		c.Role = access.System
	}
	agreements := f.agreements
	if f.barred {
		agreements = access.Suspended(agreements)
	}
	if _, known := f.organisation(); known {
		entry := f.entries[0]
		for _, e := range f.entries[1:] {
			if e.Standing(c.Now) > entry.Standing(c.Now) {
				entry = e
			}
		}
		c.Work(entry, agreements)
	}
	if c.Role == 0 {
		return
	}
	c.Grants = slices.Clone(f.grants)
	for i := range f.contacts {
		if k := &f.contacts[i]; c.InContact(k, agreements) {
			c.Contacts = append(c.Contacts, k.Patients...)
		}
	}
}

// bytes is how much memory they take, about.
func (f *workFacts) bytes() int {
	const entry, agreement, grant, contact = 112, 160, 80, 160 // with the organisation's code, the roles and purposes, and what codes there are
	n := len(f.entries)*entry + len(f.agreements)*agreement + len(f.grants)*grant + len(f.contacts)*contact
	for i := range f.entries {
		n += len(f.entries[i].Organisation)
	}
	for i := range f.agreements {
		n += len(f.agreements[i].Organisation) + len(f.agreements[i].Roles) + len(f.agreements[i].Purposes)
	}
	for i := range f.grants {
		n += len(f.grants[i].Patient) + len(f.grants[i].Reason)
	}
	for i := range f.contacts {
		k := &f.contacts[i]
		n += len(k.Organisation) + len(k.System)*entry + len(k.Patients)*64
	}
	return n
}
