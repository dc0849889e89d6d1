package interaction

import (
	"context"
	"net/http"

	"hearken/internal/store"
)

// reading is the second half of an interaction that only reads: it may run in a View or inside a transaction's
// Update, more than once.
type reading func(context.Context, store.Reader) (Answer, error)

// row is one interaction at one shape of path. Either read or write is set.
type row struct {
	shape       shape
	method      string // HEAD is GET
	interaction string // its code in a CapabilityStatement (https://hl7.org/fhir/R4/valueset-type-restful-interaction.html)
	read        func(*Server, context.Context, *request) (reading, error)
	write       func(*Server, context.Context, *request) (Answer, error)
}

// The codes of interactions that other code asks for.
const (
	codeBatch  = "batch" // of process, which does transactions too
	codeRead   = "read"
	codeVread  = "vread"
	codeCreate = "create"
	codeUpdate = "update"
	codeDelete = "delete"
	codePatch  = "patch"
)

// table is everything this server does. Routing, 405 with Allow, OPTIONS, Bundle entries and the
// CapabilityStatement all come from it.
func table() []row {
	return []row{
		{atSystem, http.MethodPost, "transaction", nil, (*Server).process},
		{atSystem, http.MethodGet, "search-system", (*Server).search, nil},
		{atSystemSearch, http.MethodPost, "search-system", (*Server).search, nil},
		{atSystemHistory, http.MethodGet, "history-system", (*Server).history, nil},
		{atMetadata, http.MethodGet, "capabilities", (*Server).capabilityStatement, nil},

		{atType, http.MethodGet, "search-type", (*Server).search, nil},
		{atTypeSearch, http.MethodPost, "search-type", (*Server).search, nil},
		{atType, http.MethodPost, codeCreate, nil, (*Server).create},
		{atType, http.MethodPut, codeUpdate, nil, (*Server).conditionalUpdate},
		{atType, http.MethodDelete, codeDelete, nil, (*Server).conditionalDelete},
		{atTypeHistory, http.MethodGet, "history-type", (*Server).history, nil},

		{atInstance, http.MethodGet, codeRead, (*Server).read, nil},
		{atInstance, http.MethodPut, codeUpdate, nil, (*Server).update},
		{atInstance, http.MethodDelete, codeDelete, nil, (*Server).delete},
		{atInstanceHistory, http.MethodGet, "history-instance", (*Server).history, nil},
		{atVersion, http.MethodGet, codeVread, (*Server).vread, nil},

		{atCompartment, http.MethodGet, "search-type", (*Server).search, nil},
		{atCompartmentSearch, http.MethodPost, "search-type", (*Server).search, nil},
	}
}

// at gives the rows for a place: none when there is nothing there.
func (s *Server) at(r *request) []*row {
	if r.extended != nil {
		return r.extended.rows()
	}
	switch rows := s.byShape[r.shape]; {
	case s.apart(r.member):
		return nil
	case s.apart(r.key.Type):
		return rowsApart(rows)
	default:
		return rows
	}
}

func rowFor(rows []*row, method string) *row {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, r := range rows {
		if r.method == method {
			return r
		}
	}
	return nil
}

// methods lists what Allow says, in the table's order.
func methods(rows []*row) []string {
	var allow []string
	for _, r := range rows {
		allow = append(allow, r.method)
		if r.method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	return append(allow, http.MethodOptions)
}
