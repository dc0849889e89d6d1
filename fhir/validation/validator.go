package validation

import (
	"sync"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
	"hearken/fhir/terminology"
	"hearken/fhir/validation/snapshot"
)

// Validator checks resources against one set of definitions, and profiles on them. It is safe for concurrent use.
type Validator struct {
	set                 *definition.Set
	options             options
	structures          []structurePlan // by Structure.Index
	fields              []fieldPlan     // by Field.Index
	unsupported         []error
	visits              sync.Pool // of *Visit
	profiles            *profileLibrary
	names               profileNames
	reference           referenceNames
	coded               codedNames
	isResource          func(string) bool // of the set, bound once
	canonical, uri, url *definition.Structure
	orders              map[string]*fhirpath.Expression // see enable_when.go
	extension, bundle   *definition.Structure
}

// Option changes what a Validator checks.
type Option func(*options)

type options struct {
	bestPractice      bool
	resolver          fhirpath.Resolver
	terminology       *terminology.Library
	references        fhir.Severity
	rules             []placedRule
	definitions       func(canonical string) element.Node
	profiles          snapshot.Source
	calls             []Call
	allowed           []string // nil: any profile may be declared
	unknownExtensions fhir.Severity
	examples          examples
	looseAggregation  bool
	now               func() time.Time
}

// WithBestPractice reports invariants that are no more than good practice (dom-6: a resource should have a
// narrative) as warnings. Without it they are not evaluated.
func WithBestPractice() Option { return func(o *options) { o.bestPractice = true } }

// WithResolver lets resolve() in invariants see resources beyond the one validated.
func WithResolver(r fhirpath.Resolver) Option { return func(o *options) { o.resolver = r } }

// WithTerminology gives the value sets and code systems that bindings and memberOf() ask. Without it only
// those bindings are checked whose codes the definitions list; with it weaker ones too, as warnings
// (extensible) and information (preferred). A code of which nothing is known is no fault.
func WithTerminology(t *terminology.Library) Option { return func(o *options) { o.terminology = t } }

// WithReferenceTargets says how severe it is that a reference is to a type the place does not
// allow, judged by its URL alone. Without it that is an error.
func WithReferenceTargets(s fhir.Severity) Option { return func(o *options) { o.references = s } }

// Rule checks something of a node, whose structure is the one the rule stands at, and reports what
// is wrong to the visit. It must not keep either.
type Rule func(visit *Visit, n element.Node)

// At adds a rule for the nodes of a structure, named by its path ("Reference", "Bundle.entry"), and of
// all that specialise it ("Resource", "DomainResource").
func At(structure string, rule Rule) Option {
	return func(o *options) { o.rules = append(o.rules, placedRule{structure, rule}) }
}

type placedRule struct {
	structure string
	rule      Rule
}

// baseRules are the rules of the base specification that are neither cardinality, binding nor
// invariant.
func baseRules() []placedRule {
	return append([]placedRule{
		{"Resource", checkContained},
		{"canonical", checkCanonical},
	}, resourceRules()...)
}

// profileRules are the rules of profiles and extensions.
func profileRules() []placedRule {
	return []placedRule{
		{"Resource", checkProfiles},
		{"Extension", checkExtension},
	}
}

// New makes a Validator for a set. It compiles all invariants, in some milliseconds, so one
// is made for the life of a program. An invariant that does not compile is listed by Unsupported, and
// reported as a warning wherever it would have been evaluated.
func New(set *definition.Set, opts ...Option) *Validator {
	v := &Validator{set: set, names: newProfileNames(set), reference: newReferenceNames(set), coded: newCodedNames(set), isResource: set.IsResource}
	v.canonical, v.uri, v.url = set.Structure("canonical"), set.Structure("uri"), set.Structure("url")
	v.extension, v.bundle = set.Structure("Extension"), set.Structure("Bundle")
	v.options = options{rules: baseRules(), references: fhir.SeverityError, unknownExtensions: fhir.Warning}
	for _, opt := range opts {
		opt(&v.options)
	}
	if v.options.profiles != nil || len(v.options.calls) > 0 {
		v.options.rules = append(v.options.rules, profileRules()...)
	}
	if v.options.terminology != nil {
		v.options.rules = append(v.options.rules, placedRule{"Coding", checkCoding})
	}
	v.profiles = newProfileLibrary(v)
	v.orders = v.newOrders()
	planner := newPlanner(v)
	planner.planStructures()
	planner.planFields()
	planner.planCalls()
	v.visits.New = func() any { return newVisit() }
	return v
}

// Unsupported lists the invariants that could not be compiled, by key, with the reason.
func (v *Validator) Unsupported() []error { return v.unsupported }

// Validate checks a resource that was parsed with the validator's set, and everything inside it: by the base
// specification, and each resource by the profiles that it declares in meta.profile and those it is called
// to. The root is measured by the profiles named here as well, by canonical; one that is not known is an
// error. The outcome lists errors and warnings in document order, each with a FHIRPath location, line and
// column; nil means nothing is to be said. After 200 issues it stops with one that says so.
func (v *Validator) Validate(tree *element.Tree, profiles ...string) fhir.Outcome {
	visit := v.visits.Get().(*Visit)
	visit.begin(v, tree)
	visit.walk()
	visit.named(profiles)
	issues := visit.outcome()
	visit.end()
	v.visits.Put(visit)
	return issues
}
