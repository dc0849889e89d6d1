package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// What this server records itself is in the audit log, where no interaction reaches but a privacy officer's
// (oversight.go). AuditEvents that clients send to a server that keeps one (the feed of
// https://profiles.ihe.net/ITI/TF/Volume2/ITI-20.html, which of a server with login registered systems alone
// have: access.Decision.Feeds) are kept apart from it, and from all other resources: they are created, and
// read or searched for by their own type alone. Where people log in, that is by the systems and the privacy
// officers of the organisation that sent them: who sees a patient does not see who looked at the record
// elsewhere. They are never changed or deleted, and nothing leads to them from elsewhere: no search of the
// system or of a compartment, no chain, _has, include or history of the system. A server without an audit log
// has them as any other type.

// auditEventType is the type that is kept apart.
const auditEventType fhir.Type = "AuditEvent"

func (s *Server) apart(t fhir.Type) bool { return s.Audit != nil && t == auditEventType }

// changes are the interactions that what is kept apart does not have.
func (r *row) changes() bool {
	return r.interaction == codeUpdate || r.interaction == codePatch || r.interaction == codeDelete
}

// rowsApart are the rows of a place of a type that is kept apart.
func rowsApart(rows []*row) []*row {
	return slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return r.changes() })
}

var errApart = fhir.Errorf(fhir.CodeNotSupported, "AuditEvents are searched for by their own type alone").Detailed("kept-apart")

// keepApart takes what is kept apart out of a search of other types, and refuses one that asks for it.
func (s *Server) keepApart(q *query.Query) error {
	if s.Audit == nil || len(q.Types) == 1 && q.Types[0] == auditEventType {
		return nil
	}
	found := false
	query.Walk(q.Where, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.Chain:
			found = found || e.Target == auditEventType
		case query.Has:
			found = found || e.Parameter.Base == auditEventType
		}
		return !found
	})
	for _, include := range q.Includes {
		found = found || include.Source == auditEventType || include.Target == auditEventType
	}
	if found {
		return errApart
	}
	if slices.Contains(q.Types, auditEventType) {
		q.Types = slices.DeleteFunc(slices.Clone(q.Types), func(t fhir.Type) bool { return t == auditEventType })
	}
	return nil
}

// ofEveryType reports whether a search is of all types that are searched together: it named none.
func (s *Server) ofEveryType(types []fhir.Type) bool {
	every := len(s.Registry.Types())
	if s.Audit != nil {
		every--
	}
	return len(types) >= every
}

// withoutApart takes what is kept apart out of what was found on the way.
func (s *Server) withoutApart(records []store.Record) []store.Record {
	if s.Audit == nil {
		return records
	}
	return slices.DeleteFunc(records, func(r store.Record) bool { return r.Key.Type == auditEventType })
}

// historyWithoutApart does that for the history of the system, with a total that has counted it.
func (s *Server) historyWithoutApart(page *store.HistoryPage) {
	if page.Records = s.withoutApart(page.Records); s.Audit != nil {
		page.Total = -1
	}
}

// offersOn reports whether a type has an interaction.
func (s *Server) offersOn(t fhir.Type, at shape, method string) bool {
	return slices.ContainsFunc(s.rows, func(r row) bool {
		return r.shape == at && r.method == method && !(s.apart(t) && r.changes())
	})
}
