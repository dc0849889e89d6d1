package definition

// NameID is a small number standing for an element's name ("birthDate") within one Set, so that
// evaluating a path compares numbers. Zero is no name.
type NameID uint16

// Structure is what may stand at one place, linked: a resource, a datatype or a backbone
// element, with its elements in definition order, inherited ones included. What must hold of a
// value is the union of Element.Constraints of its place and Constraints of its Structure; no key
// is in both.
type Structure struct {
	Index       uint16 // position in Set.Structures
	Path        string // "Patient", "Patient.contact", "HumanName"
	Name        string // type name: "Patient", "BackboneElement", "HumanName", "string"
	URL         string // canonical; "" for a backbone
	Kind        Kind
	Abstract    bool
	Base        *Structure // what it specialises; nil for Element and Resource
	Elements    []*Element
	Constraints []*Constraint // those on the root row, inherited ones included
	Binding     *Binding      // on the root row: Age, Distance and Duration have one
	Regex       string        // of a primitive's value
	MaxLength   int           // of a primitive's value, in characters; 0 = no limit
	fields      map[string]*Field
}

// Element is one row of a snapshot, linked.
type Element struct {
	Index       uint16 // position in Set.Elements
	Path        string // "Observation.value[x]"
	Name        string // as FHIRPath says it: "value"
	NameID      NameID
	Order       int  // position among its structure's elements
	Min, Max    int  // Max may be Unbounded
	Array       bool // JSON writes an array
	Choice      bool // the published name ends in [x]
	XMLAttr     bool
	IsSummary   bool
	IsModifier  bool
	Types       []TypeRef // those of the target for a content reference
	Binding     *Binding
	Constraints []*Constraint // those of the row alone; the type's own are on its Structure
	Fields      []*Field      // one, or one per type for a choice
	Parent      *Structure
	Definition  *ElementDefinition
}

// Field is one name a JSON member may have: "birthDate", "valueQuantity". The value of a
// primitive ("string.value") has a Field too, for XML, but Structure.Field does not find it: JSON
// has no member of that name.
type Field struct {
	Index    uint16 // position in Set.Fields
	JSONName string
	Element  *Element
	Type     *Structure // what stands there; the abstract Resource for contained and Bundle.entry.resource
}

// Field finds the field of a JSON member name ("_" prefix not included), or nil. It does not allocate.
func (s *Structure) Field(jsonName []byte) *Field { return s.fields[string(jsonName)] }

// Element finds an element by the name FHIRPath and XML have for it ("value", not "value[x]"),
// or nil. It is meant for compiling, not for hot paths.
func (s *Structure) Element(name string) *Element {
	for _, element := range s.Elements {
		if element.Name == name {
			return element
		}
	}
	return nil
}

// IsA reports whether the structure is the named type or specialises it.
func (s *Structure) IsA(name string) bool {
	for ; s != nil; s = s.Base {
		if s.Name == name {
			return true
		}
	}
	return false
}
