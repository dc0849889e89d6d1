package conformance

import (
	"fmt"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/terminology"
	"hearken/fhir/validation/snapshot"
)

// DetailUnusable is the stable detail of what Check finds, besides those of fhir/validation/snapshot.
const DetailUnusable = "definition-not-usable"

// Check says what is wrong with a resource that takes effect when it is stored, beyond what every resource is judged by: a structure
// that no snapshot can be made of, a value set that imports itself. That is an error where the definition is active, and a
// warning where it is not in force. A definition of FHIR's own is no fault: it is stored and has no effect.
func (d *Definitions) Check(n element.Node) fhir.Outcome {
	if d.owner == nil || !IsLive(fhir.Type(n.Structure().Name)) {
		return nil
	}
	c := checking{definitions: d, root: n, severity: fhir.Warning}
	if n.Child("status").Text() == "active" {
		c.severity = fhir.SeverityError
	}
	url := n.Child("url")
	switch {
	case !url.HasValue(): // it has no effect
	case IsCore(url.Text()):
		c.report(url, fhir.Information, fhir.CodeInformational, DetailCoreCanonical, "FHIR itself defines this canonical; what is stored here has no effect")
	case n.Structure().Name == "StructureDefinition":
		c.structure()
	case n.Structure().Name == "ValueSet":
		c.valueSet()
	}
	return c.issues
}

// checking collects the issues of one definition.
type checking struct {
	definitions *Definitions
	root        element.Node
	severity    fhir.Severity // of what makes it unusable
	issues      fhir.Outcome
}

func (c *checking) report(at element.Node, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	line, column := at.LineColumn()
	c.issues = append(c.issues, fhir.Issue{Severity: severity, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: []string{at.Location()}, Line: line, Column: column})
}

// structure makes the snapshot of a StructureDefinition as it would be made when it is in force.
func (c *checking) structure() {
	row, err := igpackage.StructureDefinition(c.root)
	if err != nil {
		c.report(c.root, c.severity, fhir.CodeInvalid, DetailUnusable, "%s", err)
		return
	}
	_, found := snapshot.New(c.definitions.Structure, snapshot.Options{}).Generate(&row)
	place := snapshot.Places(c.root)
	for _, issue := range found {
		severity := fhir.Warning
		if issue.Severity == fhir.SeverityError {
			severity = c.severity
		}
		c.report(place(issue), severity, fhir.CodeBusinessRule, issue.Detail, "%s", issue.Diagnostics)
	}
}

// valueSet puts a ValueSet together as it would be when it is in force.
func (c *checking) valueSet() {
	row := terminology.ReadValueSet(c.root)
	found := c.definitions.Terminology().Compile(&row).Err()
	if found.Reason == terminology.Circular || found.Reason == terminology.TooCostly {
		c.report(c.root, c.severity, fhir.CodeBusinessRule, DetailUnusable, "%s", found.Message())
	}
}
