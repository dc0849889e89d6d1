package validation

import (
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// Validator checks resources against one set of definitions. It is immutable and safe for
// concurrent use.
type Validator struct {
	set                 *definition.Set
	options             options
	structures          []structurePlan // by Structure.Index
	fields              []fieldPlan     // by Field.Index
	unsupported         []error
	visits              sync.Pool // of *Visit
	reference           referenceNames
	coded               codedNames
	isResource          func(string) bool // of the set, bound once
	canonical, uri, url *definition.Structure
}

// Option changes what a Validator checks.
type Option func(*options)

type options struct {
	bestPractice bool
	resolver     fhirpath.Resolver
	terminology  fhirpath.Terminology
	references   fhir.Severity
	rules        []placedRule
}

// WithBestPractice reports invariants that are no more than good practice (dom-6: a resource should have a
// narrative) as warnings. Without it they are not evaluated.
func WithBestPractice() Option { return func(o *options) { o.bestPractice = true } }

// WithResolver lets resolve() in invariants see resources beyond the one validated.
func WithResolver(r fhirpath.Resolver) Option { return func(o *options) { o.resolver = r } }

// WithTerminology lets memberOf() in invariants ask for value sets.
func WithTerminology(t fhirpath.Terminology) Option { return func(o *options) { o.terminology = t } }

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

// New makes a Validator for a set. It compiles all invariants, in some milliseconds, so one
// is made for the life of a program. An invariant that does not compile is listed by Unsupported, and
// reported as a warning wherever it would have been evaluated.
func New(set *definition.Set, opts ...Option) *Validator {
	v := &Validator{set: set, reference: newReferenceNames(set), coded: newCodedNames(set), isResource: set.IsResource}
	v.canonical, v.uri, v.url = set.Structure("canonical"), set.Structure("uri"), set.Structure("url")
	v.options = options{rules: baseRules(), references: fhir.SeverityError}
	for _, opt := range opts {
		opt(&v.options)
	}
	planner := newPlanner(v)
	planner.planStructures()
	planner.planFields()
	v.visits.New = func() any { return new(Visit) }
	return v
}

// Unsupported lists the invariants that could not be compiled, by key, with the reason.
func (v *Validator) Unsupported() []error { return v.unsupported }

// Validate checks a resource that was parsed with the validator's set, and everything inside it. The
// outcome lists errors and warnings in document order, each with a FHIRPath location, line and
// column; nil means nothing is to be said. After 200 issues it stops with one that says so.
func (v *Validator) Validate(tree *element.Tree) fhir.Outcome {
	visit := v.visits.Get().(*Visit)
	visit.begin(v, tree)
	visit.walk()
	issues := visit.issues
	visit.end()
	v.visits.Put(visit)
	return issues
}
