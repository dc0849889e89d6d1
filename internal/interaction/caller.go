package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan/stafflist"
	"hearken/internal/smart"
	"hearken/internal/store"
)

// Callers looks up what is known of callers: the facts that the admin plane keeps in the store.
type Callers struct {
	Server *Server
	// Administrators are the first administrators, by issuer and subject: those who are there before any list.
	Administrators func(issuer, subject string) bool

	kept callerCache
}

// Caller is a Login.Caller. Who is on no list, and no patient, is nobody.
func (c *Callers) Caller(rd store.Reader, p *smart.Principal) (access.Caller, error) {
	caller, person, err := c.lookUp(rd, p)
	if err == nil && person {
		l := lookup{Callers: c, rd: rd, principal: p, caller: &caller}
		err = l.ended()
	}
	return caller, err
}

// Still is a Login.Still. Of what was withheld from a person it does not ask again what has ended: that stays
// so, and each resource says itself what of it ends when.
func (c *Callers) Still(rd store.Reader, p *smart.Principal, then *access.Caller) (bool, error) {
	now, _, err := c.lookUp(rd, p)
	now.Ended = then.Ended
	return now.Same(then), err
}

// lookUp is Caller but for what has ended; person is a patient or who acts for one.
func (c *Callers) lookUp(rd store.Reader, p *smart.Principal) (caller access.Caller, person bool, err error) {
	caller = access.Caller{Now: c.Server.Now(), Purpose: claimed(p.Purposes)}
	if c.Administrators != nil && c.Administrators(p.Issuer, p.Subject) {
		caller.Role, caller.Purpose = access.Administrator, access.Oversight
		return caller, false, nil
	}
	l := lookup{Callers: c, rd: rd, principal: p, caller: &caller}
	if person, err = l.person(); person {
		return caller, person, err
	}
	found, err := c.workFacts(rd, p)
	if err == nil {
		found.describe(&caller, p.User)
	}
	return caller, false, err
}

// claimed is OtherUse when the token claims purposes of which none is care or oversight.
func claimed(purposes []string) access.Purpose {
	for _, p := range purposes {
		if slices.Contains([]string{"TREAT", "ETREAT", "CAREMGT", "PATRQT", "HOPERAT", "BTG"}, p) {
			return access.Unstated
		}
	}
	if len(purposes) > 0 {
		return access.OtherUse
	}
	return access.Unstated
}

// lookup is one Caller at work.
type lookup struct {
	*Callers
	rd        store.Reader
	principal *smart.Principal
	caller    *access.Caller
}

// The types facts about callers are kept in.
const (
	staffType     fhir.Type = "PractitionerRole"
	agreementType fhir.Type = "Contract"
	grantType     fhir.Type = "Basic"
	proxyType     fhir.Type = "RelatedPerson"
)

// person finds out whether the caller is a patient or acts for one: by the NHS number they logged in with, or
// by what the issuer says describes them.
func (l *lookup) person() (bool, error) {
	user := l.principal.Context.FHIRUser
	switch {
	case l.principal.NHSNumber != "":
		all, err := l.server().patientsNumbered(l.rd, l.principal.NHSNumber)
		if err != nil {
			return true, err
		}
		for i, key := range opened(all, false) {
			if l.caller.Role = access.Patient; i == 0 {
				l.caller.Patient = key.ID
			} else {
				l.caller.Others = append(l.caller.Others, key.ID)
			}
		}
		return true, nil
	case user.Type == patientType && l.principal.User:
		l.caller.Role, l.caller.Patient = access.Patient, user.ID
		return true, nil
	case user.Type == proxyType && l.principal.User:
		l.caller.Role = access.Proxy
		return true, l.each(proxyType, l.server().identified(user), func(n element.Node) {
			if acts := l.server().times().Proxy(n); acts.Of != "" && acts.InForce(l.caller.Now) {
				l.caller.ActsFor = append(l.caller.ActsFor, fhir.ID(acts.Of))
			}
		})
	}
	return false, nil
}

func (l *lookup) server() *Server { return l.Server }

// namedBy is the condition of being about somebody: by issuer and subject, or client where there is no user,
// or by the role they chose.
func (s *Server) namedBy(t fhir.Type, who person) query.Expr {
	any := query.Or{s.hasToken(t, "identifier", who.issuer, who.subject)}
	if who.roleProfile != "" {
		any = append(any, s.hasToken(t, "identifier", stafflist.RoleProfileSystem, who.roleProfile))
	}
	return any
}

func (l *lookup) token(t fhir.Type, code, system, value string) query.Expr {
	return l.Server.hasToken(t, code, system, value)
}

func (l *lookup) search(t fhir.Type, where query.Expr) (store.Page, error) {
	return l.rd.Search(&query.Query{Types: []fhir.Type{t}, Where: where, Count: 2, Total: query.TotalNone})
}

// each reads the facts of a type.
func (l *lookup) each(t fhir.Type, where query.Expr, visit func(element.Node)) error {
	return l.Server.eachFact(l.rd, t, where, func(_ store.Record, n element.Node) { visit(n) })
}
