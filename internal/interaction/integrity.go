package interaction

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search/query"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/internal/store"
)

// Referential integrity (https://hl7.org/fhir/R4/http.html#integrity, CapabilityStatement referencePolicy
// "enforced") is a choice of the server's, off by default. What points nowhere is refused with 422: the
// resource breaks a rule of this server, whatever else is stored. Deleting what is pointed at is 409, as the
// specification has it. Both look at the state as it is after the write, so that a transaction may bring or
// take both ends.
//
// With a login what is there is what the writer sees: hidden and absent are one 422, and what only hidden
// resources point at is deleted as what nothing points at. An administrator sees no records and says who
// does, about patients and relations whose ids they were given: of their facts, and theirs alone, a target is
// there if it exists. That tells them whether an id they know is somebody's. A reference by search finds what
// they see, as every search of theirs does.

// checkTargets demands that every literal reference to a resource of this server, in REST form, names one that
// is there. self is the resource itself.
func (s *Server) checkTargets(rd store.Reader, root element.Node, self fhir.Key) error {
	if !s.Policy.ReferentialIntegrity {
		return nil
	}
	rd = targetsFor(rd, root)
	var missing fhir.Outcome
	var fault error
	walk(root, func(n element.Node) bool {
		if fault != nil || n.Structure().Name != "Reference" {
			return fault == nil
		}
		at := n.Child("reference")
		ref := fhir.ParseReference(at.Text(), s.Definitions.IsResource)
		if ref.Key.IsZero() || ref.Key == self || ref.Base != "" && ref.Base != s.Extractor.Base {
			return true
		}
		rec, err := currentOf(rd, ref.Key)
		if fault = err; err == nil && (rec.Version == 0 || rec.Deleted()) {
			line, column := at.LineColumn()
			missing = append(missing, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeProcessing, Detail: "dangling-reference",
				Diagnostics: "what is referenced is not on this server", Expression: []string{at.Location()}, Line: line, Column: column})
		}
		return true
	})
	if fault == nil && len(missing) > 0 {
		fault = &fhir.Error{Code: fhir.CodeProcessing, Issues: missing}
	}
	return fault
}

// targetsFor is the state by which it is decided whether the targets of a resource are there: below the guard
// of a fact of an administrator's.
func targetsFor(rd store.Reader, root element.Node) store.Reader {
	var as *guardedReader
	switch guarded := rd.(type) {
	case *guardedReader:
		as = guarded
	case *guardedTx:
		as = &guarded.guardedReader
	default:
		return rd
	}
	labels := careplan.SecurityLabels(root)
	if isFact(labels, false) && access.Relabelling(&as.caller, labels, labels) == nil {
		return as.inner
	}
	return rd
}

// checkUnreferenced demands that no current resource points at one of the deleted. It sees references
// that some search parameter covers, which are all but a handful in extensions.
func (s *Server) checkUnreferenced(rd store.Reader, deleted []fhir.Key) error {
	if !s.Policy.ReferentialIntegrity {
		return nil
	}
	for _, key := range deleted {
		for typ, where := range s.pointersTo(key) {
			page, err := rd.Search(&query.Query{Types: []fhir.Type{typ}, Where: where, Count: 2, Total: query.TotalNone})
			if err != nil {
				return err
			}
			for _, rec := range page.Matches {
				if rec.Key != key {
					return fhir.Errorf(fhir.CodeConflict, "the resource is referenced by others of type %s", typ).Detailed("referenced")
				}
			}
		}
	}
	return nil
}

// pointersTo gives, for each type that can point at key's type, the condition that it does.
func (s *Server) pointersTo(key fhir.Key) map[fhir.Type]query.Expr {
	found := map[fhir.Type]query.Or{}
	for _, p := range s.Registry.All() {
		if p.Kind == query.KindReference {
			found[p.Base] = append(found[p.Base], query.Match{Parameter: p, Test: query.LinkTest{Key: key}})
		}
	}
	found[binaryType] = append(found[binaryType], access.NamedBy(s.Registry.Access(binaryType), key)) // no search parameter reads Binary.securityContext
	out := make(map[fhir.Type]query.Expr, len(found))
	for typ, or := range found {
		out[typ] = or
	}
	return out
}
