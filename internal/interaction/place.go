package interaction

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// shape is the form of a path below the service base.
type shape uint8

// The shapes of https://hl7.org/fhir/R4/http.html#summary.
const (
	atNothing           shape = iota // no FHIR path
	atSystem                         //
	atMetadata                       // metadata
	atSystemHistory                  // _history
	atSystemSearch                   // _search
	atType                           // Patient
	atTypeHistory                    // Patient/_history
	atTypeSearch                     // Patient/_search
	atInstance                       // Patient/1
	atInstanceHistory                // Patient/1/_history
	atVersion                        // Patient/1/_history/2
	atCompartment                    // Patient/1/Observation, Patient/1/*
	atCompartmentSearch              // Patient/1/Observation/_search, Patient/1/*/_search, Patient/1/_search
	atSystemOperation                // $convert
	atTypeOperation                  // ValueSet/$expand
	atInstanceOperation              // Patient/1/$everything
)

// anyType stands for "*" in the path of a compartment search.
const anyType = "*"

// place is what a path names.
type place struct {
	shape     shape
	key       fhir.Key  // type and id, as far as the path has them; of a compartment, its focus
	version   string    // of atVersion, as written
	member    fhir.Type // of a compartment search: the type searched, or anyType
	operation string    // without "$"
}

// locate reads a path. The zero place is no FHIR path, or one with a resource type nobody serves.
func locate(set *definition.Set, path []string) place {
	if len(path) == 0 || len(path) == 1 && path[0] == "" {
		return place{shape: atSystem}
	}
	head := path[0]
	if operation, ok := strings.CutPrefix(head, "$"); ok && len(path) == 1 {
		return place{shape: atSystemOperation, operation: operation}
	}
	if served(set, head) {
		return locateInType(set, place{shape: atType, key: fhir.Key{Type: fhir.Type(head)}}, path[1:])
	}
	if shape, ok := systemPaths[head]; ok && len(path) == 1 {
		return place{shape: shape}
	}
	return place{}
}

var systemPaths = map[string]shape{"metadata": atMetadata, "_history": atSystemHistory, "_search": atSystemSearch}

func locateInType(set *definition.Set, p place, path []string) place {
	if len(path) == 0 {
		return p
	}
	head, rest := path[0], path[1:]
	operation, isOperation := strings.CutPrefix(head, "$")
	switch {
	case len(rest) == 0 && isOperation:
		p.shape, p.operation = atTypeOperation, operation
	case len(rest) == 0 && head == "_history":
		p.shape = atTypeHistory
	case len(rest) == 0 && head == "_search":
		p.shape = atTypeSearch
	case head == "" || strings.HasPrefix(head, "_") || isOperation:
		return place{}
	default:
		p.shape, p.key.ID = atInstance, fhir.ID(head)
		return locateInInstance(set, p, rest)
	}
	return p
}

func locateInInstance(set *definition.Set, p place, path []string) place {
	if len(path) == 0 {
		return p
	}
	head, rest := path[0], path[1:]
	operation, isOperation := strings.CutPrefix(head, "$")
	switch {
	case isOperation && len(rest) == 0:
		p.shape, p.operation = atInstanceOperation, operation
	case head == "_history" && len(rest) == 0:
		p.shape = atInstanceHistory
	case head == "_history" && len(rest) == 1:
		p.shape, p.version = atVersion, rest[0]
	case set.Compartment(string(p.key.Type)) == nil:
		return place{}
	case head == "_search" && len(rest) == 0:
		p.shape, p.member = atCompartmentSearch, anyType
	case head != anyType && !served(set, head):
		return place{}
	case len(rest) == 0:
		p.shape, p.member = atCompartment, fhir.Type(head)
	case len(rest) == 1 && rest[0] == "_search":
		p.shape, p.member = atCompartmentSearch, fhir.Type(head)
	default:
		return place{}
	}
	return p
}

// served reports whether the name is a resource type with an end-point. Parameters has none
// (https://hl7.org/fhir/R4/parameters.html).
func served(set *definition.Set, name string) bool {
	return name != "Parameters" && set.IsResource(name)
}
