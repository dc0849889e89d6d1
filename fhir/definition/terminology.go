package definition

// Terminology is code systems, value sets and concept maps as rows. fhir/r4 has those of the specification,
// fhir/terminology reads others from resources and answers questions about them.
type Terminology struct {
	CodeSystems []CodeSystem
	ValueSets   []ValueSet
	ConceptMaps []ConceptMap
}

// CodeSystem is the codes of one code system, as far as they were published
// (https://hl7.org/fhir/R4/codesystem.html).
type CodeSystem struct {
	URL              string
	Version          string
	Name             string
	Language         string // of its displays (BCP 47), "" when not said
	Status           string // draft | active | retired | unknown
	Date             string // when it was last changed, to the precision that is known; "" when not said
	Content          string // not-present | example | fragment | complete | supplement
	CaseInsensitive  bool   // caseSensitive = false
	HierarchyMeaning string // grouped-by | is-a | part-of | classified-with, "" when not said
	ValueSet         string // canonical of the value set with all its codes
	Supplements      string // canonical of the code system a supplement adds to
	Properties       []PropertyDefinition
	Concepts         []Concept // each after the concept it stands below
}

// PropertyDefinition is a property that concepts of a system may have (CodeSystem.property). A system's filters are
// here as well, with no type: they name what a value set may ask for.
type PropertyDefinition struct {
	Code string
	Type string // code | Coding | string | integer | boolean | dateTime | decimal
}

// Concept is one code with what is known of it.
type Concept struct {
	Code         string
	Display      string
	Definition   string // what it means, "" when not said
	Parent       int32  // index of the concept it stands below in the hierarchy, NoParent for a root
	Properties   []ConceptProperty
	Designations []Designation
}

// NoParent is the Parent of a concept at the root.
const NoParent = -1

// ConceptProperty is one value of a property. Of a Coding the value is the code.
type ConceptProperty struct {
	Code   string
	Type   string
	Value  string
	System string // of a Coding
}

// Designation is another way to say what a concept's display says.
type Designation struct {
	Language string
	Use      Use
	Value    string
}

// Use is the coding that says what a designation is for; zero when not said.
type Use struct{ System, Code, Display string }

// ValueSet is what a value set selects, by rules (https://hl7.org/fhir/R4/valueset.html#compositions).
type ValueSet struct {
	URL        string
	Version    string
	Name       string
	Status     string
	Date       string // when it was last changed, to the precision that is known; "" when not said
	NoInactive bool   // compose.inactive = false: inactive codes are not in it
	Include    []ConceptSet
	Exclude    []ConceptSet
	Expansion  *Expansion // as it was published, nil for none
}

// Expansion is the codes that somebody found a value set to have
// (https://hl7.org/fhir/R4/valueset.html#expansion), those of one system that stand together as one
// ConceptSet.
type Expansion struct {
	Contains []ConceptSet
	Partial  bool // it says that there are more codes than it holds
}

// ConceptSet is one include or exclude of a value set: the codes that all its parts have in common.
type ConceptSet struct {
	System    string
	Version   string             // of the system, "" when not said
	Concepts  []ConceptReference // codes one by one; else all that pass the filters
	Filters   []Filter
	ValueSets []string // canonicals
}

// ConceptReference is a code a value set names, with its own display and designations for it, if any.
type ConceptReference struct {
	Code, Display string
	Designations  []Designation
}

// Filter selects codes by a property (https://hl7.org/fhir/R4/valueset-filter-operator.html).
type Filter struct{ Property, Op, Value string }

// ConceptMap says what codes of one system are in another (https://hl7.org/fhir/R4/conceptmap.html).
type ConceptMap struct {
	URL     string
	Version string
	Name    string
	Status  string
	Source  string // canonical of the value set it starts from
	Target  string // canonical of the value set it leads to
	Groups  []ConceptMapGroup
}

// ConceptMapGroup is the mappings from one code system to another.
type ConceptMapGroup struct {
	Source, SourceVersion string
	Target, TargetVersion string
	Unmapped              *Unmapped
	Mappings              []Mapping
}

// Unmapped says what becomes of codes that a group does not name.
type Unmapped struct {
	Mode    string // provided | fixed | other-map
	Code    string // of fixed
	Display string
	URL     string // of other-map
}

// Mapping is one target of one source code. Target is "" where it is said that there is none.
type Mapping struct {
	Code        string
	Equivalence string // https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html
	Target      string
	Display     string // of the target
	DependsOn   []MappingContext
	Product     []MappingContext
}

// MappingContext is another element that a mapping needs or gives.
type MappingContext struct{ Property, System, Value, Display string }
