package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
)

// checkInclude is the rule of what a ValueSet includes and excludes
// (https://hl7.org/fhir/R4/valueset.html#compositions): a code system by its own URL, codes that it has, and
// value sets that are known. That there is a system or a value set, and not both codes and filters, is said
// by vsd-1 to vsd-3.
func checkInclude(v *Visit, n element.Node) {
	system, version := n.Child("system"), n.Child("version").Text()
	if system.HasValue() && !isAbsolute(system.Text()) {
		v.Report(system, fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "a code system is named by an absolute URL")
		return
	}
	library := v.validator.options.terminology
	known := library != nil && library.System(system.Text(), version).Definition() != nil
	if known && library.System(system.Text(), version).Definition().Content == "supplement" {
		v.Report(system, fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "a supplement has no codes of its own: name the code system it adds to")
	}
	seen := map[string]bool{}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.Name() {
		case "concept":
			code := c.Child("code")
			v.codeOf(code, system.Text(), version)
			if seen[code.Text()] {
				v.Report(code, fhir.Warning, fhir.CodeDuplicate, DetailCode, "a code is given twice")
			}
			seen[code.Text()] = true
		case "valueSet":
			v.importedSet(c)
		}
	}
}

// codeOf checks that a code system has a code, as far as that is known.
func (v *Visit) codeOf(n element.Node, system, version string) {
	library := v.validator.options.terminology
	if library == nil || !n.HasValue() || system == "" {
		return
	}
	verdict, severity := library.ValidateCode(system, version, n.Text()), fhir.SeverityError
	if verdict.Answer != terminology.NotIn {
		return
	}
	if verdict.Reason == terminology.Malformed { // of a system that is not loaded
		severity = fhir.Warning
	}
	v.Report(n, severity, fhir.CodeInvalidCode, DetailCode, "%s: %s", placeOf(n), verdict.Message())
}

// importedSet checks that a value set that another takes in is known, where any are.
func (v *Visit) importedSet(n element.Node) {
	library := v.validator.options.terminology
	if library == nil || strings.HasPrefix(n.Text(), "#") || !n.HasValue() {
		return
	}
	if _, err := library.ValueSet(n.Text()); err != nil && v.definition(n).IsZero() {
		v.Report(n, fhir.Warning, fhir.CodeNotFound, DetailCodeSystem, "the value set is not known")
	}
}

// systemOf is the rule that a value set is no code system: its URL where the system of a code should stand is
// the most common mistake of all with codes (https://hl7.org/fhir/R4/terminologies.html#system).
func (v *Visit) systemOf(n element.Node, text string) {
	severity := fhir.Warning
	if v.Set().CodeList(text) != nil {
		severity = fhir.SeverityError
	} else if library := v.validator.options.terminology; library != nil {
		if _, err := library.ValueSet(text); err == nil {
			severity = fhir.SeverityError
		}
	}
	v.Report(n, severity, fhir.CodeInvalid, DetailCodeSystem, "this is the URL of a value set, and a code system is wanted")
}
