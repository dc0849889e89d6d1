package interaction

import (
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/audit"
)

// describeType is what the server does with one resource type.
func (s *Server) describeType(typ fhir.Type) capabilityResource {
	out := capabilityResource{
		Type: string(typ), Versioning: "versioned",
		ReadHistory:       s.offersOn(typ, atVersion, http.MethodGet),
		UpdateCreate:      s.offersOn(typ, atInstance, http.MethodPut),
		ConditionalCreate: s.offersOn(typ, atType, http.MethodPost),
		ConditionalUpdate: s.offersOn(typ, atType, http.MethodPut),
		ConditionalRead:   "not-supported", ConditionalDelete: "not-supported",
		ReferencePolicy: []string{"literal", "logical"},
	}
	if s.offersOn(typ, atInstance, http.MethodGet) {
		out.ConditionalRead = "full-support"
	}
	if s.offersOn(typ, atType, http.MethodDelete) {
		out.ConditionalDelete = "single"
	}
	if s.Policy.ReferentialIntegrity {
		out.ReferencePolicy = append(out.ReferencePolicy, "enforced")
	}
	if structure := s.Definitions.Structure(string(typ)); structure != nil {
		out.Profile = structure.URL
	}
	if guides := s.guides(); guides != nil {
		out.SupportedProfile = guides.ProfilesOf(typ)
	}
	s.describeAudit(&out, typ)
	out.Interaction = s.typeInteractions(typ)
	s.describeSearch(&out, typ)
	out.Operation = append(s.describeOperations(atTypeOperation, typ), s.describeOperations(atInstanceOperation, typ)...)
	slices.SortFunc(out.Operation, compareOperations)
	out.Operation = slices.Compact(out.Operation)
	return out
}

// What there is to say of AuditEvents: where people log in, where an audit log is kept, and where both are so.
const (
	loginDocumentation = "AuditEvents are created by registered systems alone (ITI-20), read by the systems and the privacy officers of the organisation that sent them, and no part of this server's own audit log."
	apartDocumentation = "AuditEvents are never updated, patched or deleted: 405. They are kept apart: no search of the system or of a compartment, no history of the system, no chain, " +
		"_has or include leads to them, and what this server has recorded itself is not among those that clients sent."
	overseenDocumentation = "A privacy officer's read and search are of what this server has recorded, as AuditEvents of IHE BALP (ITI-81: date with patient, and all search parameters " +
		"named here): what people of their organisation did, and what anybody did with the records it has to do with; and of what systems of their organisation sent. That search is told newest first " +
		"(_sort=-date and no other), without a total, chains, _has and includes; a page may have fewer matches than asked for and a next link. It is recorded itself."
)

// describeAudit says what is different about AuditEvents.
func (s *Server) describeAudit(out *capabilityResource, typ fhir.Type) {
	if typ != auditEventType {
		return
	}
	var words []string
	if s.Login != nil {
		words = append(words, loginDocumentation)
	}
	if s.apart(typ) {
		words = append(words, apartDocumentation)
	}
	if s.apart(typ) && s.Login != nil {
		words = append(words, overseenDocumentation)
		out.SupportedProfile = append(out.SupportedProfile, audit.Profiles()...)
	}
	out.Documentation = strings.Join(words, " ")
}

// typeInteractions are those on a type and its instances, in the table's order. (A search of a compartment has no code
// of its own.)
func (s *Server) typeInteractions(typ fhir.Type) []capabilityCode {
	var codes []capabilityCode
	for _, row := range s.rows {
		onType := row.shape >= atType && row.shape <= atVersion && !(s.apart(typ) && row.changes())
		if code := (capabilityCode{Code: row.interaction}); onType && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// describeSearch lists the search parameters and what can be included either way.
func (s *Server) describeSearch(out *capabilityResource, typ fhir.Type) {
	for _, p := range s.Registry.Parameters(typ) {
		d := s.Registry.Definition(p)
		out.SearchParam = append(out.SearchParam, capabilityParameter{Name: p.Code, Definition: p.URL, Type: d.Type})
		if p.Kind == query.KindReference {
			out.SearchInclude = append(out.SearchInclude, string(typ)+":"+p.Code)
		}
	}
	for _, d := range s.Registry.Specials(typ) {
		out.SearchParam = append(out.SearchParam, capabilityParameter{Name: d.Code, Definition: d.URL, Type: d.Type})
	}
	slices.SortFunc(out.SearchParam, compareParameters)
	if len(out.SearchInclude) > 0 {
		out.SearchInclude = append([]string{"*"}, out.SearchInclude...)
	}
	for _, p := range s.Registry.All() {
		if p.Kind == query.KindReference && slices.Contains(p.Targets, typ) && (p.Base == typ || !s.apart(p.Base)) {
			out.SearchRevInclude = append(out.SearchRevInclude, string(p.Base)+":"+p.Code)
		}
	}
	slices.Sort(out.SearchRevInclude)
}
