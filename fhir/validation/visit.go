package validation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// Visit is one validation of one tree: what rules report to, and what they may look up.
type Visit struct {
	validator *Validator
	tree      *element.Tree
	env       fhirpath.Env
	issues    fhir.Outcome
	errors    int
	warnings  int
	full      bool    // no more errors are taken
	places    []int32 // the tape position of each issue
	contained containedIndex
	learnt    learnt

	// What profiles need: see profile.go.
	memo     memo
	counts   counters
	selected map[selection]map[element.Node]bool
	quiet    int  // how many questions are asked without a word
	faulty   bool // the last of them found an error
	unsure   bool // whether an item is of a slice could not be told
	depth    int  // how many of them are about a node and profile
	work     int
}

// How many issues are reported of one resource. More help nobody, and a resource made of faults must
// not cost more than a good one.
const (
	maxErrors   = 200
	maxWarnings = 100
)

func newVisit() *Visit {
	v := new(Visit)
	v.env.ConformsTo = v.conformsTo
	return v
}

func (v *Visit) begin(validator *Validator, tree *element.Tree) {
	v.validator, v.tree = validator, tree
	v.env.Resolver = validator.options.resolver
	if validator.options.terminology != nil {
		v.env.Terminology = validator.options.terminology
	}
	if validator.options.now != nil {
		v.env.Now = validator.options.now()
	}
}

var errUnknownProfile = errors.New("the profile is not known")

// conformsTo answers the function of that name in expressions.
func (v *Visit) conformsTo(n element.Node, canonical string) (bool, error) {
	p := v.profile(canonical)
	if p == nil {
		return false, errUnknownProfile
	}
	return v.conforms(n, p), nil
}

// end forgets the tree, so that a pooled visit pins no request.
func (v *Visit) end() {
	v.env.Reset()
	v.env.Resolver, v.env.Terminology, v.env.Now = nil, nil, time.Time{}
	v.validator, v.tree, v.issues, v.places = nil, nil, nil, v.places[:0]
	v.errors, v.warnings, v.full = 0, 0, false
	v.contained, v.learnt = containedIndex{}, learnt{}
	v.memo.reset()
	v.counts.all, v.selected = v.counts.all[:0], nil
	v.quiet, v.faulty, v.unsure, v.depth, v.work = 0, false, false, 0, 0
}

// outcome gives the issues in document order: profiles report from the resource on that they are of. What two
// profiles say in the same words is said once.
func (v *Visit) outcome() fhir.Outcome {
	if !slices.IsSorted(v.places) {
		sort.Stable(byPlace{v})
	}
	kept := v.issues[:0]
	for i, issue := range v.issues {
		first := len(kept) // of those kept at the same place
		for first > 0 && v.places[first-1] == v.places[i] {
			first--
		}
		if !slices.ContainsFunc(kept[first:], func(other fhir.Issue) bool { return sameWords(issue, other) }) {
			v.places[len(kept)] = v.places[i]
			kept = append(kept, issue)
		}
	}
	return kept
}

func sameWords(a, b fhir.Issue) bool {
	return a.Severity == b.Severity && a.Detail == b.Detail && a.Diagnostics == b.Diagnostics && slices.Equal(a.Expression, b.Expression)
}

// byPlace sorts the issues of a visit.
type byPlace struct{ *Visit }

func (s byPlace) Len() int           { return len(s.issues) }
func (s byPlace) Less(i, j int) bool { return s.places[i] < s.places[j] }
func (s byPlace) Swap(i, j int) {
	s.issues[i], s.issues[j] = s.issues[j], s.issues[i]
	s.places[i], s.places[j] = s.places[j], s.places[i]
}

// Set is the definitions in force.
func (v *Visit) Set() *definition.Set { return v.validator.set }

// Env is the FHIRPath environment of the visit, for rules that evaluate expressions.
func (v *Visit) Env() *fhirpath.Env { return &v.env }

// Report adds an issue at a node. The words must not hold a value of the resource: name
// elements, types, codes of rules, and canonicals of definitions.
func (v *Visit) Report(n element.Node, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	if v.hushed(severity) || !v.mayReport(severity) {
		return
	}
	v.reportAt(n, []string{n.Location()}, "", severity, code, detail, format, args...)
}

// reportMissing adds an error about an element that is not there. It is the parent's, where HL7's validator
// has it: no expression selects what is not there.
func (v *Visit) reportMissing(parent element.Node, name, detail, format string, args ...any) {
	if v.hushed(fhir.SeverityError) || !v.mayReport(fhir.SeverityError) {
		return
	}
	at := parent.Location()
	v.reportAt(parent, []string{at}, at+"."+name, fhir.SeverityError, fhir.CodeRequired, detail, format, args...)
}

// reportWithin adds an issue about a node that may not stand where it does, or is one too many. Its
// expressions are the parent, whose rule it is and where HL7's validator has it, and the node, which is where
// the line and the column are.
func (v *Visit) reportWithin(n element.Node, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	if v.hushed(severity) || !v.mayReport(severity) {
		return
	}
	at := n.Location()
	v.reportAt(n, []string{n.Parent().Location(), at}, at, severity, code, detail, format, args...)
}

func (v *Visit) reportAt(n element.Node, expression []string, about string, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	line, column := n.LineColumn()
	v.add(int32(n.Index()), fhir.Issue{
		Severity: severity, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: expression, Element: about, Line: line, Column: column,
	})
	if v.errors == maxErrors {
		v.full = true
		v.add(math.MaxInt32, fhir.Issue{
			Severity: fhir.SeverityError, Code: fhir.CodeTooCostly, Detail: DetailTooManyIssues,
			Diagnostics: fmt.Sprintf("more than %d errors; what follows was not checked", maxErrors), Line: line, Column: column,
		})
	}
}

// hushed reports whether nothing is to be said of a fault: a question is being asked without a word, and this
// may be its answer, or the limit is reached.
func (v *Visit) hushed(severity fhir.Severity) bool {
	if v.quiet > 0 {
		v.faulty = v.faulty || severity == fhir.SeverityError || severity == fhir.Fatal
	}
	return v.quiet > 0 || v.full
}

func (v *Visit) add(place int32, issue fhir.Issue) {
	v.issues, v.places = append(v.issues, issue), append(v.places, place)
}

// mayReport counts an issue. Warnings past their limit are left out, with one that says so;
// they must never hide an error.
func (v *Visit) mayReport(severity fhir.Severity) bool {
	if severity == fhir.SeverityError || severity == fhir.Fatal {
		v.errors++
		return true
	}
	v.warnings++
	if v.warnings == maxWarnings+1 {
		v.add(v.lastPlace(), fhir.Issue{
			Severity: fhir.Information, Code: fhir.CodeInformational, Detail: DetailTooManyIssues,
			Diagnostics: fmt.Sprintf("more than %d warnings; the others are not listed", maxWarnings),
		})
	}
	return v.warnings <= maxWarnings
}

// lastPlace is where the last issue was.
func (v *Visit) lastPlace() int32 { return v.places[len(v.places)-1] }

// walk checks every node, in the order of the tape.
func (v *Visit) walk() {
	for i := range v.tree.Len() {
		v.node(v.tree.Node(i))
		if v.full {
			return
		}
	}
}

func (v *Visit) node(n element.Node) {
	structure := &v.validator.structures[n.Structure().Index]
	field := &noFieldPlan
	if f := n.Field(); f != nil {
		field = &v.validator.fields[f.Index]
	}
	first := n.FirstChild()
	if structure.value != nil {
		structure.value(v, n)
	}
	if first.IsZero() && field.plainLeaf && n.HasValue() {
		return
	}
	present := v.children(n, structure, first)
	if field.max > 0 && n.Position() >= field.max {
		v.tooMany(n, field)
	}
	for _, invariant := range structure.invariants {
		v.invariant(invariant, n, present)
	}
	for _, invariant := range field.invariants {
		v.invariant(invariant, n, present)
	}
	for _, binding := range field.bindings {
		v.binding(binding, n)
	}
	if field.targets != nil {
		v.references(n, field.targets)
	}
	for _, rule := range structure.rules {
		rule(v, n)
	}
}
