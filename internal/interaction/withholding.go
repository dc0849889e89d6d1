package interaction

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/access"
	"hearken/internal/careplan"
	"hearken/profiles"
)

// The details of labels that are not as they must be.
const (
	detailWithholdingIncomplete = "withholding-incomplete"
	detailKeySafePlace          = "key-safe-place"
)

// checkWithholding holds what a resource wants withheld to what the law asks for: by the serious-harm test a
// named professional withholds something from the person, until a time (Data Protection Act 2018, Schedule 3,
// Part 2). Details of a key safe have a place of their own, where they can be asked for.
func checkWithholding(times careplan.Times, root element.Node) (issues fhir.Outcome) {
	if !mayMention(root.Source(), access.LabelSystem) {
		return nil
	}
	for i := range root.Tree().Len() {
		n := root.Tree().Node(i)
		says := times.WithholdingOf(n)
		if says.Has(access.LabelSeriousHarm) && (!says.Named || says.Until.IsZero()) {
			issues = append(issues, at(n, detailWithholdingIncomplete, "what is withheld from the person by the serious-harm test needs the extension "+profiles.Withholding+
				" with the professional who decided it and the time until which it holds"))
		}
		if says.Has(access.LabelKeySafe) && n.Child("url").Text() != profiles.KeySafe {
			issues = append(issues, at(n, detailKeySafePlace, "details of a key safe stand in the extension "+profiles.KeySafe+" of an address, and nowhere else"))
		}
	}
	return issues
}

func at(n element.Node, detail, words string) fhir.Issue {
	line, column := n.LineColumn()
	return fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeBusinessRule, Detail: detail, Diagnostics: words,
		Expression: []string{n.Location()}, Line: line, Column: column}
}
