package smart

import (
	"slices"
	"sync"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// patientType is the type of the one launch context that narrows scopes.
const patientType fhir.Type = "Patient"

// Definitions are what scopes need to know of FHIR's definitions; the wiring takes them from fhir/search. The
// functions must be pure and safe for concurrent use.
type Definitions struct {
	// Types are all resource types.
	Types []fhir.Type
	// InPatientCompartment reports whether resources of a type can belong to a patient's compartment.
	InPatientCompartment func(fhir.Type) bool
	// IsType is a condition that holds for the resources of a type and no others.
	IsType func(fhir.Type) query.Expr
	// Compile reads the parameters of a granular scope as criteria for a type; an error makes the scope grant nothing.
	Compile func(fhir.Type, []Pair) (query.Expr, error)
	// Referenced is what a resource of a type outside every patient's compartment must satisfy to be read with a
	// patient/ scope for this patient. Without the function such scopes grant nothing outside the compartment.
	Referenced func(fhir.Type, fhir.Key) query.Expr
}

// Rules write what scopes allow into queries. They are safe for concurrent use.
type Rules struct {
	definitions Definitions

	mu       sync.Mutex
	compiled map[string]query.Expr // of granular parameters, by type and text
}

// maxCompiled bounds the cache of granular parameters: far more than a service has, and little memory for a
// hostile issuer.
const maxCompiled = 4096

// NewRules makes the rules for these definitions. Types, InPatientCompartment, IsType and Compile must be set.
func NewRules(d Definitions) *Rules {
	return &Rules{definitions: d, compiled: map[string]query.Expr{}}
}

// Restrict is what a resource of a type must satisfy for the interaction that needs the wanted permissions:
// nil when every resource does. The error is Insufficient when none can.
func (r *Rules) Restrict(p *Principal, t fhir.Type, wanted Permissions) (query.Expr, error) {
	return r.restrict(p, t, wanted, p.Decide(t, wanted))
}

// Admit is what a resource that is about to be stored must satisfy, like Restrict, which is for what is
// stored already. compartments are those it would be in: a scope for one patient puts nothing into another's
// record, not even what is in this one's too.
func (r *Rules) Admit(p *Principal, t fhir.Type, wanted Permissions, compartments []fhir.Key) (query.Expr, error) {
	g := p.Decide(t, wanted)
	if g.Allowed() && slices.ContainsFunc(compartments, func(k fhir.Key) bool { return k.Type == patientType && k.ID != p.Context.Patient }) {
		g.alternatives = slices.DeleteFunc(g.alternatives, func(s Scope) bool { return s.Level == PatientLevel })
	}
	return r.restrict(p, t, wanted, g)
}

func (r *Rules) restrict(p *Principal, t fhir.Type, wanted Permissions, g Grant) (query.Expr, error) {
	if g.Unrestricted() {
		return nil, nil
	}
	any := make(query.Or, 0, len(g.alternatives))
	for _, s := range g.alternatives {
		any = append(any, both(r.compartment(p, s, t, wanted), r.granular(s, t)))
	}
	where := query.Expr(any)
	if len(any) == 1 {
		where = any[0] // as is the rule: what is referenced is long, and simple already
	} else {
		where = query.Simplify(any)
	}
	switch where := orAlways(where); where {
	case query.Const(false):
		return nil, Insufficient(t, wanted)
	case query.Const(true):
		return nil, nil
	default:
		return where, nil
	}
}

// compartment is where a scope of a level reaches; nil for everywhere.
func (r *Rules) compartment(p *Principal, s Scope, t fhir.Type, wanted Permissions) query.Expr {
	if s.Level != PatientLevel {
		return nil
	}
	focus := fhir.Key{Type: patientType, ID: p.Context.Patient}
	if r.definitions.InPatientCompartment(t) {
		return query.InCompartment{Focus: focus}
	}
	if r.definitions.Referenced != nil && (Read | Search).Has(wanted) {
		if e := r.definitions.Referenced(t, focus); e != nil {
			return e
		}
	}
	return query.Const(false)
}

// granular is what the parameters of a scope ask of a type, compiled once; nil for nothing.
func (r *Rules) granular(s Scope, t fhir.Type) query.Expr {
	if len(s.Parameters) == 0 {
		return nil
	}
	name := string(t) + "?" + printPairs(s.Parameters)
	r.mu.Lock()
	e, ok := r.compiled[name]
	r.mu.Unlock()
	if ok {
		return e
	}
	e, err := r.definitions.Compile(t, s.Parameters)
	if err != nil || e == nil || asksOthers(e) {
		e = query.Const(false)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.compiled) >= maxCompiled {
		clear(r.compiled)
	}
	r.compiled[name] = e
	return e
}

// asksOthers reports whether a condition asks of other resources than the one it is about. Whoever chose the
// scopes would be told by what they see of resources that nobody checked they may see.
func asksOthers(e query.Expr) (found bool) {
	query.Walk(e, func(e query.Expr) bool {
		switch e.(type) {
		case query.Chain, query.Has:
			found = true
		}
		return !found
	})
	return found
}
