package definition

// SearchParameter is one published search parameter
// (https://hl7.org/fhir/R4/searchparameter.html).
type SearchParameter struct {
	ID           string // "Patient-birthdate"
	URL          string
	Version      string
	Code         string   // the name in a query: "birthdate"
	Base         []string // resource types, or Resource / DomainResource
	Type         string   // number | date | string | token | reference | composite | quantity | uri | special
	Expression   string   // FHIRPath; "" for the special ones
	Targets      []string // of a reference
	MultipleOr   bool
	MultipleAnd  bool
	Components   []SearchComponent
	NotSupported string // why the server does not offer it; "" when it does
}

// SearchComponent is one part of a composite.
type SearchComponent struct {
	Definition string // canonical of the parameter it is
	Expression string // relative to the composite's own
}

// Compartment says which resources belong to a focus resource, and through which parameters
// (https://hl7.org/fhir/R4/compartmentdefinition.html).
type Compartment struct {
	URL     string
	Code    string              // "Patient"
	Members map[string][]string // resource type → parameter codes; "{def}" is the focus itself
}

// Operation is one published operation (https://hl7.org/fhir/R4/operationdefinition.html).
type Operation struct {
	ID           string
	URL          string
	Code         string // without "$"
	Resource     []string
	System       bool
	Type         bool
	Instance     bool
	AffectsState bool
	Parameters   []OperationParameter
}

// OperationParameter is one parameter an operation takes or gives (OperationDefinition.parameter).
type OperationParameter struct {
	Name       string
	Out        bool   // given back; otherwise taken
	Min, Max   int    // Max may be Unbounded
	Type       string // "" where it has parts; "Any", "Element" and "Resource" stand for whatever is one
	SearchType string // of a string that is written as the value of a search parameter
	Parts      []OperationParameter
}
