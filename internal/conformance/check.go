package conformance

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/terminology"
	"hearken/fhir/validation"
	"hearken/fhir/validation/snapshot"
)

// DetailUnusable is the stable detail of what Check finds, besides those of fhir/validation/snapshot.
const DetailUnusable = "definition-not-usable"

// Check says what keeps a resource that takes effect when it is stored from that, beyond what every resource
// is judged by: no snapshot can be made of a structure, a value set imports itself. That is an error where
// the definition is active, and a warning where it is not in force. A definition of FHIR's own is no fault:
// it is stored and has no effect. told is what the validator said of the resource, or of the Bundle it is in:
// what is in it is not found again, and kept is what of it is not said better by what is found.
func (d *Definitions) Check(n element.Node, told fhir.Outcome) (kept, found fhir.Outcome) {
	if d.owner == nil || !IsLive(fhir.Type(n.Structure().Name)) {
		return told, nil
	}
	c := checking{definitions: d, root: n, severity: fhir.Warning, told: told}
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
	return c.told, c.found
}

// checking collects the issues of one definition.
type checking struct {
	definitions *Definitions
	root        element.Node
	severity    fhir.Severity // of what makes it unusable
	told        fhir.Outcome  // by the validator
	found       fhir.Outcome
}

// report adds an issue, unless it was told. It takes the place of the warning that its element refers to what
// is not known.
func (c *checking) report(at element.Node, severity fhir.Severity, code fhir.IssueCode, detail, format string, args ...any) {
	line, column := at.LineColumn()
	issue := fhir.Issue{Severity: severity, Code: code, Detail: detail, Diagnostics: fmt.Sprintf(format, args...),
		Expression: []string{at.Location()}, Line: line, Column: column}
	here := func(detail string) func(fhir.Issue) bool {
		return func(i fhir.Issue) bool { return i.Detail == detail && slices.Equal(i.Elements(), issue.Expression) }
	}
	if slices.ContainsFunc(c.told, here(detail)) {
		return
	}
	c.told = slices.DeleteFunc(c.told, here(validation.DetailDefinition))
	c.found = append(c.found, issue)
}

// wasTold reports whether the validator told something of the definition itself that is so.
func (c *checking) wasTold(so func(fhir.Issue) bool) bool {
	root := c.root.Location()
	return slices.ContainsFunc(c.told, func(i fhir.Issue) bool {
		return so(i) && slices.ContainsFunc(i.Elements(), func(at string) bool {
			below, ok := strings.CutPrefix(at, root)
			return ok && (below == "" || below[0] == '.')
		})
	})
}

func isError(i fhir.Issue) bool { return i.Severity == fhir.SeverityError || i.Severity == fhir.Fatal }

func isDerivation(i fhir.Issue) bool { return i.Detail == validation.DetailDerivation }

// structure makes the snapshot of a StructureDefinition as it would be made when it is in force. What it
// lacks to be read was told where it is lacking, and where it derives from what it cannot derive from no row
// of it means anything.
func (c *checking) structure() {
	row, err := igpackage.StructureDefinition(c.root)
	switch {
	case err != nil && c.wasTold(isError), c.wasTold(isDerivation):
		return
	case err != nil:
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
