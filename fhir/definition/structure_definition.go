package definition

// Unbounded is the maximum cardinality "*".
const Unbounded = -1

// Kind is StructureDefinition.kind.
type Kind uint8

// The kinds of structure. Backbone is not a kind of its own in the specification: it is
// what a BackboneElement or Element with children inside another structure gets here.
const (
	Primitive Kind = iota + 1
	Complex
	Resource
	Backbone
	Logical
)

// StructureDefinition is one published structure with its snapshot
// (https://hl7.org/fhir/R4/structuredefinition.html).
type StructureDefinition struct {
	URL               string
	Version           string
	Name              string
	Type              string // the type defined or constrained: "Patient"
	Kind              Kind
	Abstract          bool
	BaseDefinition    string // canonical of the base, "" for Element and Resource
	Constraint        bool   // derivation = constraint: a profile
	Status            string
	Context           []ExtensionContext // where an extension may be used
	ContextInvariants []string
	Elements          []ElementDefinition // the snapshot; nil when none was published or generated
	Differential      []ElementChange     // what the profile changes; nil for the definitions of fhir/r4
}

// ExtensionContext says where an extension may stand.
type ExtensionContext struct {
	Type       string // element | extension | fhirpath
	Expression string
}

// ElementDefinition is one row of a snapshot (https://hl7.org/fhir/R4/elementdefinition.html).
type ElementDefinition struct {
	ID               string // "Patient.identifier:nhsNumber.value"
	Path             string // "Patient.identifier.value"
	SliceName        string
	Min              int
	Max              int // or Unbounded
	BaseMax          int // base.max: whether JSON writes it as an array
	Types            []TypeRef
	ContentReference string // path of the element whose content this one has, without "#": "Bundle.link"
	MinLength        int    // extension minLength
	MaxLength        int    // 0 = no limit
	Binding          *Binding
	Constraints      []Constraint
	IsModifier       bool
	IsSummary        bool
	MustSupport      bool
	XMLAttr          bool   // representation xmlAttr
	Regex            string // of a primitive's value, "" when any
	MustHaveValue    bool   // extensions cannot stand in for the value
	Slicing          *Slicing
	Fixed            []byte // fixed[x] as JSON, nil when none
	FixedType        string // its type
	Pattern          []byte // pattern[x] as JSON
	PatternType      string
	MinValue         []byte // minValue[x] as JSON
	MaxValue         []byte // maxValue[x] as JSON
}

// TypeRef is one type an element may have.
type TypeRef struct {
	Code           string   // "Reference"; "string" where the snapshot says System.String with a fhir-type extension
	Profiles       []string // canonicals
	TargetProfiles []string // canonicals of what a Reference or canonical may point to
	Aggregation    []string
	Versioning     string
}

// Binding ties a coded element to a value set.
type Binding struct {
	Strength    string // required | extensible | preferred | example
	ValueSet    string // canonical, with |version when so published
	MaxValueSet string // elementdefinition-maxValueSet, "" when none
	Additional  []AdditionalBinding
}

// AdditionalBinding is one more value set for the same element (extension additional-binding, an element of
// later releases).
type AdditionalBinding struct {
	Purpose  string // maximum | minimum | required | extensible | preferred | …
	ValueSet string // canonical
}

// Constraint is one invariant.
type Constraint struct {
	Key          string // "dom-3"
	Error        bool   // severity error; otherwise warning
	BestPractice bool
	Expression   string // FHIRPath, errata applied (see internal/gen)
	Source       string // canonical of the structure that introduced it
}

// Slicing says how an element is divided.
type Slicing struct {
	Discriminators []Discriminator
	Ordered        bool
	Rules          string // closed | open | openAtEnd
}

// Discriminator tells slices apart.
type Discriminator struct {
	Type string // value | exists | pattern | type | profile
	Path string
}
