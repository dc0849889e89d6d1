package definition

import (
	"slices"
	"strings"
)

// Facts is everything a Set is made of, as rows.
type Facts struct {
	Version          string // "4.0.1"
	Structures       []StructureDefinition
	SearchParameters []SearchParameter
	Compartments     []Compartment
	Operations       []Operation
	CodeLists        []CodeList
}

// Set is all definitions a server works with, linked. It never changes once NewSet has made it:
// any number of goroutines may read it, and nobody may write to what its methods return.
type Set struct {
	facts        Facts
	structures   []*Structure
	elements     []*Element
	fields       []*Field
	byPath       map[string]*Structure
	byURL        map[string]*Structure
	resources    []string
	names        []string // by NameID
	nameIDs      map[string]NameID
	definitions  map[string]*StructureDefinition
	parameters   []*SearchParameter
	parameterURL map[string]*SearchParameter
	codeLists    map[string]*CodeList
}

// Version is the FHIR version the definitions are of: "4.0.1".
func (s *Set) Version() string { return s.facts.Version }

// Facts gives the rows the set was made of, so that another set can be made of them and more.
func (s *Set) Facts() Facts { return s.facts }

// Structure finds a type by name: resource, datatype or primitive, abstract ones included
// ("Patient", "Resource", "HumanName", "code"). Unknown names give nil.
func (s *Set) Structure(name string) *Structure { return s.byPath[name] }

// StructureAt finds what stands at a path: a backbone element ("Patient.contact") or a type
// ("Patient"). A path whose content is that of another ("Bundle.entry.link") gives the other's;
// a path typed by a datatype ("Patient.name") gives nil.
func (s *Set) StructureAt(path string) *Structure { return s.byPath[path] }

// ByURL finds a type by its canonical, with or without "|version"
// ("http://hl7.org/fhir/StructureDefinition/Patient"), or nil. Profiles have no Structure of
// their own: see StructureDefinition.
func (s *Set) ByURL(canonical string) *Structure { return s.byURL[withoutVersion(canonical)] }

// Structures lists all structures; Structure.Index is the position here.
func (s *Set) Structures() []*Structure { return s.structures }

// Elements lists all elements of all structures; Element.Index is the position here.
func (s *Set) Elements() []*Element { return s.elements }

// Fields lists all fields of all elements; Field.Index is the position here.
func (s *Set) Fields() []*Field { return s.fields }

// Resources lists the names of the resource types that can have instances, sorted: not
// Resource and DomainResource.
func (s *Set) Resources() []string { return s.resources }

// IsResource reports whether the name is one of Resources.
func (s *Set) IsResource(name string) bool {
	structure := s.byPath[name]
	return structure != nil && structure.Kind == Resource && !structure.Abstract
}

// NameID gives the number of an element's name, or 0 when no element has it.
func (s *Set) NameID(name string) NameID { return s.nameIDs[name] }

// Name is the inverse of NameID; "" for 0 and for numbers of no name.
func (s *Set) Name(id NameID) string {
	if int(id) >= len(s.names) {
		return ""
	}
	return s.names[id]
}

// NameCount is one more than the largest NameID, for tables indexed by it.
func (s *Set) NameCount() int { return len(s.names) }

// StructureDefinition finds a published structure or profile by canonical, with or without
// "|version", or nil.
func (s *Set) StructureDefinition(canonical string) *StructureDefinition {
	return s.definitions[withoutVersion(canonical)]
}

// SearchParameters lists all search parameters, those not supported included.
func (s *Set) SearchParameters() []*SearchParameter { return s.parameters }

// SearchParametersOf lists the parameters a search of one resource type may use, those of
// Resource and DomainResource included, in the order of SearchParameters.
func (s *Set) SearchParametersOf(resource string) []*SearchParameter {
	structure := s.byPath[resource]
	if structure == nil {
		return nil
	}
	var found []*SearchParameter
	for _, parameter := range s.parameters {
		if slices.ContainsFunc(parameter.Base, structure.IsA) {
			found = append(found, parameter)
		}
	}
	return found
}

// SearchParameterByURL finds a search parameter by canonical, with or without "|version", or nil.
func (s *Set) SearchParameterByURL(canonical string) *SearchParameter {
	return s.parameterURL[withoutVersion(canonical)]
}

// CodeList finds the expansion of a value set by canonical, with or without "|version". It is nil
// for a value set that is unknown or cannot be expanded offline.
func (s *Set) CodeList(canonical string) *CodeList { return s.codeLists[withoutVersion(canonical)] }

// Compartment finds a compartment by its code ("Patient"), or nil.
func (s *Set) Compartment(code string) *Compartment {
	for i := range s.facts.Compartments {
		if s.facts.Compartments[i].Code == code {
			return &s.facts.Compartments[i]
		}
	}
	return nil
}

// Compartments lists all compartments, by code.
func (s *Set) Compartments() []Compartment { return s.facts.Compartments }

// Operations lists all published operations, by id.
func (s *Set) Operations() []Operation { return s.facts.Operations }

func withoutVersion(canonical string) string {
	url, _, _ := strings.Cut(canonical, "|")
	return url
}
