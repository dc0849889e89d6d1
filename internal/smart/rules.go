package smart

import (
	"sync"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// patientType is the type of the one launch context that narrows scopes.
const patientType fhir.Type = "Patient"

// Definitions are what scopes need to know of FHIR's definitions; the wiring takes them from fhir/search. The functions must
// be pure and safe for concurrent use.
type Definitions struct {
	// Types are all resource types.
	Types []fhir.Type
	// InPatientCompartment reports whether resources of a type can belong to a patient's compartment.
	InPatientCompartment func(fhir.Type) bool
	// IsType is a condition that holds for the resources of a type and no others.
	IsType func(fhir.Type) query.Expr
	// Compile reads the parameters of a granular scope as criteria for a type; an error makes the scope grant nothing.
	Compile func(fhir.Type, []Pair) (query.Expr, error)
	// Referenced is what a resource of a type outside every patient's compartment must satisfy to be read with a patient/ scope
	// for this patient. Without the function such scopes grant nothing outside the compartment.
	Referenced func(fhir.Type, fhir.Key) query.Expr
}

// Rules write what scopes allow into queries. They are safe for concurrent use.
type Rules struct {
	definitions Definitions

	mu       sync.Mutex
	compiled map[string]query.Expr // of granular parameters, by type and text
}

// maxCompiled bounds the cache of granular parameters: far more than a service has, and little memory for a hostile issuer.
const maxCompiled = 4096

// NewRules makes the rules for these definitions. Types, InPatientCompartment, IsType and Compile must be set.
func NewRules(d Definitions) *Rules {
	return &Rules{definitions: d, compiled: map[string]query.Expr{}}
}

// Restrict is what a resource of a type must satisfy for the interaction that needs the wanted permissions: nil when every
// resource does. The error is Insufficient when none can.
func (r *Rules) Restrict(p *Principal, t fhir.Type, wanted Permissions) (query.Expr, error) {
	var any query.Or
	for _, s := range p.Decide(t, wanted).alternatives {
		any = append(any, query.And{r.compartment(p, s, t, wanted), r.granular(s, t)})
	}
	switch where := query.Simplify(any); where {
	case query.Const(false):
		return nil, Insufficient(t, wanted)
	case query.Const(true):
		return nil, nil
	default:
		return where, nil
	}
}

// compartment is where a scope of a level reaches.
func (r *Rules) compartment(p *Principal, s Scope, t fhir.Type, wanted Permissions) query.Expr {
	if s.Level != PatientLevel {
		return query.Const(true)
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

// granular is what the parameters of a scope ask of a type, compiled once.
func (r *Rules) granular(s Scope, t fhir.Type) query.Expr {
	if len(s.Parameters) == 0 {
		return query.Const(true)
	}
	name := string(t) + "?" + printPairs(s.Parameters)
	r.mu.Lock()
	e, ok := r.compiled[name]
	r.mu.Unlock()
	if ok {
		return e
	}
	e, err := r.definitions.Compile(t, s.Parameters)
	if err != nil || e == nil {
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
