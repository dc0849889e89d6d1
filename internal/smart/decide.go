package smart

import (
	"slices"

	"hearken/fhir"
)

// Grant is what the scopes of a principal allow for one type and one interaction: the union of its
// alternatives. The zero Grant allows nothing.
type Grant struct {
	alternatives []Scope
}

// Decide tells what the scopes allow, without looking at any resource: for one type, and the permissions an
// interaction needs, which one scope must have together. It is the coarse check, before a body is parsed;
// Rules.Restrict is the fine one.
func (p *Principal) Decide(t fhir.Type, wanted Permissions) Grant {
	var g Grant
	if p == nil || t == "" {
		return g
	}
	for _, s := range p.Scopes.Granted {
		if s.covers(t, wanted) && p.mayUse(s.Level) {
			g.alternatives = append(g.alternatives, s)
		}
	}
	return g
}

func (s Scope) covers(t fhir.Type, wanted Permissions) bool {
	return (s.Type == "" || s.Type == t) && s.Permissions.Has(wanted)
}

// mayUse reports whether scopes of a level mean anything in this token; see the package comment.
func (p *Principal) mayUse(l Level) bool {
	switch l {
	case PatientLevel:
		return p.Context.Patient != ""
	case UserLevel:
		return p.User
	case SystemLevel:
		return !p.User
	}
	return false
}

// Allowed reports whether anything is allowed.
func (g Grant) Allowed() bool { return len(g.alternatives) > 0 }

// Unrestricted reports whether every resource of the type is covered.
func (g Grant) Unrestricted() bool {
	return slices.ContainsFunc(g.alternatives, func(s Scope) bool {
		return s.Level != PatientLevel && len(s.Parameters) == 0
	})
}

// Insufficient is the refusal of an interaction that the scopes do not cover: CodeForbidden,
// insufficient-scope, with the scope that would do.
func Insufficient(t fhir.Type, wanted Permissions) *fhir.Error {
	e := Refused(ScopeInsufficient)
	e.Issues[0].Diagnostics += ": it takes " + string(t) + "." + wanted.String()
	return e
}
