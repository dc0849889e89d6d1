package validation

import (
	"fmt"

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
	full      bool // no more errors are taken
	contained containedIndex
}

// How many issues are reported of one resource. More help nobody, and a resource made of faults must
// not cost more than a good one.
const (
	maxErrors   = 200
	maxWarnings = 100
)

func (v *Visit) begin(validator *Validator, tree *element.Tree) {
	v.validator, v.tree = validator, tree
	v.env.Resolver, v.env.Terminology = validator.options.resolver, validator.options.terminology
}

// end forgets the tree, so that a pooled visit pins no request.
func (v *Visit) end() {
	v.env.Reset()
	v.env.Resolver, v.env.Terminology = nil, nil
	v.validator, v.tree, v.issues = nil, nil, nil
	v.errors, v.warnings, v.full = 0, 0, false
	v.contained = containedIndex{}
}

// Set is the definitions in force.
func (v *Visit) Set() *definition.Set { return v.validator.set }

// Env is the FHIRPath environment of the visit, for rules that evaluate expressions.
func (v *Visit) Env() *fhirpath.Env { return &v.env }

// Report adds an issue at a node. The words must not hold a value of the resource: name
// elements, types, codes of rules, and canonicals of definitions.
func (v *Visit) Report(n element.Node, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	v.reportAt(n, n.Location(), severity, code, detail, format, args...)
}

// reportMissing adds an error about an element that is not there.
func (v *Visit) reportMissing(parent element.Node, name, detail, format string, args ...any) {
	v.reportAt(parent, parent.Location()+"."+name, fhir.SeverityError, fhir.CodeRequired, detail, format, args...)
}

func (v *Visit) reportAt(n element.Node, location string, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	if v.full || !v.mayReport(severity) {
		return
	}
	line, column := n.LineColumn()
	v.issues = append(v.issues, fhir.Issue{
		Severity: severity, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: []string{location}, Line: line, Column: column,
	})
	if v.errors == maxErrors {
		v.full = true
		v.issues = append(v.issues, fhir.Issue{
			Severity: fhir.SeverityError, Code: fhir.CodeTooCostly, Detail: DetailTooManyIssues,
			Diagnostics: fmt.Sprintf("more than %d errors; what follows was not checked", maxErrors), Line: line, Column: column,
		})
	}
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
		v.issues = append(v.issues, fhir.Issue{
			Severity: fhir.Information, Code: fhir.CodeInformational, Detail: DetailTooManyIssues,
			Diagnostics: fmt.Sprintf("more than %d warnings; the others are not listed", maxWarnings),
		})
	}
	return v.warnings <= maxWarnings
}

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
