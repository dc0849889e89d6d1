package interaction

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/internal/conformance"
)

// parameters is what an operation is called with, as its OperationDefinition says it may be: no name, type or
// number of times is here that the definition does not have
// (https://hl7.org/fhir/R4/operations.html#executing). An operation reads its own with Server.parameters and
// asks for them by name; a name that is not there answers with nothing.
type parameters []parameter

// parameter is one of them: a value, a resource, or parts.
type parameter struct {
	def   *definition.OperationParameter
	node  element.Node // the value[x] or the resource; zero for one with parts
	parts parameters
}

// The stable details of faults in the parameters of operations.
const (
	detailUnknownParameter  = "unknown-parameter"
	detailMissingParameter  = "missing-parameter"
	detailRepeatedParameter = "repeated-parameter"
	detailParameterValue    = "parameter-value"
)

// parameters reads what the operation at r is called with: simple values from the URL, anything from a Parameters
// resource in the body, or a lone resource in the body where the operation takes just one. The error has every fault.
// Names the definition does not have are refused, as in searches, and under lenient handling left out.
func (s *Server) parameters(r *request) (parameters, error) {
	def := s.operationDefinition(r.extended.url)
	if def == nil {
		return nil, fhir.Errorf(fhir.CodeException, "the definition of the operation is not loaded")
	}
	read := parameterReader{server: s, operation: r.extended, defs: def.Parameters, lenient: s.lenient(r)}
	for _, pair := range r.Parameters {
		read.pair(pair)
	}
	if len(r.Body) > 0 {
		root, err := s.parseSent(r.Body, r.format(), "")
		if err != nil {
			return nil, err
		}
		read.body(root)
	}
	read.count(def.Parameters, read.all, "")
	if read.issues.Failed() {
		return nil, &fhir.Error{Code: read.issues[0].Code, Issues: read.issues}
	}
	return read.all, nil
}

// operationDefinition finds the rows of an operation: FHIR's, or those of our guide.
func (s *Server) operationDefinition(url string) *definition.Operation {
	all := s.Definitions.Operations()
	if i := slices.IndexFunc(all, func(o definition.Operation) bool { return o.URL == url }); i >= 0 {
		return &all[i]
	}
	all = conformance.Guide().Operations
	if i := slices.IndexFunc(all, func(o definition.Operation) bool { return o.URL == url }); i >= 0 {
		return &all[i]
	}
	return nil
}

// lenient reports whether unknown parameters are left out.
func (s *Server) lenient(r *request) bool {
	return r.Prefer.Lenient || s.Parser != nil && s.Parser.UnknownParameters == search.Lenient
}

// find gives the first parameter of a name, or a zero one.
func (p parameters) find(name string) parameter {
	for i := range p {
		if p[i].def.Name == name {
			return p[i]
		}
	}
	return parameter{}
}

// node is the value or resource of a parameter; the zero Node when it is not given.
func (p parameters) node(name string) element.Node { return p.find(name).node }

// has reports whether a parameter is given.
func (p parameters) has(name string) bool { return p.find(name).def != nil }

// text is a primitive value; "" when it is not given.
func (p parameters) text(name string) string { return p.node(name).Text() }

// texts are all primitive values of a name.
func (p parameters) texts(name string) []string {
	var all []string
	for i := range p {
		if p[i].def.Name == name {
			all = append(all, p[i].node.Text())
		}
	}
	return all
}

// flag is a boolean value, or otherwise when it is not given.
func (p parameters) flag(name string, otherwise bool) bool {
	if !p.has(name) {
		return otherwise
	}
	return p.text(name) == "true"
}
