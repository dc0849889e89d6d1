package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/validation/snapshot"
)

// checkStructureDefinition is the rule of StructureDefinitions beyond their invariants
// (https://hl7.org/fhir/R4/structuredefinition.html): what they derive from is there and fits, extensions say
// where they stand and fix their own url, and a snapshot can be made of the differential. What the base is
// must be known (WithProfiles) for most of it.
func checkStructureDefinition(v *Visit, n element.Node) {
	s, err := igpackage.StructureDefinition(n)
	if err != nil || s.Type == "" {
		return // what it lacks, or has wrong, was said
	}
	v.extensionContexts(n, &s)
	if s.BaseDefinition == "" {
		return
	}
	base := v.validator.profiles.definition(s.BaseDefinition)
	if base == nil {
		v.Report(n.Child("baseDefinition"), fhir.Warning, fhir.CodeNotFound, DetailDefinition, "the base is not known, so the differential was not measured by it")
		return
	}
	if v.derivation(n, &s, base) && s.Constraint {
		v.differential(n, &s, base)
	}
}

// derivation checks that kind and type go with those of the base
// (https://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.derivation).
func (v *Visit) derivation(n element.Node, s, base *definition.StructureDefinition) bool {
	report := func(words string, args ...any) bool {
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailDerivation, words, args...)
		return false
	}
	switch derivation := n.Child("derivation"); {
	case !derivation.HasValue():
		return report("a structure that has a base must say how it derives from it")
	case !base.Abstract && s.Kind != base.Kind:
		return report("the kind must be that of the base")
	case s.Constraint && typeName(s.Type) != typeName(base.Type):
		return report("a constraint must be on the type of its base, which is %s", base.Type)
	case !s.Constraint && typeName(s.Type) == typeName(base.Type):
		return report("a specialisation must define another type than that of its base")
	}
	return true
}

// typeName is a type without the start that logical models write it with.
func typeName(name string) string {
	return strings.TrimPrefix(name, "http://hl7.org/fhir/StructureDefinition/")
}

// differential checks that a snapshot can be made, and what its rows fix.
func (v *Visit) differential(n element.Node, s, base *definition.StructureDefinition) {
	s.Elements = nil
	generator := snapshot.New(v.validator.profiles.definition, snapshot.Options{Strict: true})
	_, issues := generator.Generate(s)
	place := snapshot.Places(n)
	for _, issue := range issues {
		v.Report(place(issue), issue.Severity, issue.Code, issue.Detail, "no snapshot can be made: %s", issue.Diagnostics)
	}
	if s.Type == "Extension" {
		v.extensionURL(n, s, base)
	}
}

// extensionURL checks that an extension fixes its url to its own (https://hl7.org/fhir/R4/defining-extensions.html).
func (v *Visit) extensionURL(n element.Node, s, base *definition.StructureDefinition) {
	fixed := element.Node{}
	for row := range n.Child("differential").ChildrenNamed(v.Set().NameID("element")) {
		if row.Child("path").Text() == "Extension.url" {
			fixed = row.Child("fixed")
		}
	}
	switch {
	case !isExtensionType(base):
		if given := fixedURL(base); fixed.HasValue() && given != "" && fixed.Text() != given {
			v.Report(fixed, fhir.SeverityError, fhir.CodeValue, DetailOwnURL, "the url of the base is fixed, and cannot be fixed to another")
		}
	case !fixed.HasValue():
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailOwnURL, "an extension must fix Extension.url to its own url")
	case fixed.Text() != s.URL:
		v.Report(fixed, fhir.SeverityError, fhir.CodeInvalid, DetailOwnURL, "Extension.url is fixed to another url than that of the extension")
	}
}

func isExtensionType(s *definition.StructureDefinition) bool {
	return strings.HasSuffix(s.URL, "/StructureDefinition/Extension") && !s.Constraint
}

// fixedURL is what an extension fixes its url to, as text.
func fixedURL(s *definition.StructureDefinition) string {
	for i := range s.Differential {
		if s.Differential[i].Path == "Extension.url" {
			return strings.Trim(string(s.Differential[i].Fixed), `"`)
		}
	}
	for i := range s.Elements {
		if s.Elements[i].Path == "Extension.url" {
			return strings.Trim(string(s.Elements[i].Fixed), `"`)
		}
	}
	return ""
}

// extensionContexts checks where an extension says it stands; nothing else says so
// (https://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.context).
func (v *Visit) extensionContexts(n element.Node, s *definition.StructureDefinition) {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		name := c.Name()
		if name != "context" && name != "contextInvariant" {
			continue
		}
		expression := c.Child("expression").Text()
		switch kind := c.Child("type").Text(); {
		case s.Type != "Extension":
			v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailContext, "only extensions say where they may stand")
		case kind == "element" && !v.isPlace(expression):
			v.Report(c, fhir.SeverityError, fhir.CodeInvalid, DetailContext, "the context is no element of FHIR %s", v.Set().Version())
		case kind == "element" && expression == "Element":
			v.Report(c, fhir.Warning, fhir.CodeBusinessRule, DetailContext, "the context is every element there is; say what is meant")
		}
	}
}

// isPlace reports whether a path names an element, through datatypes too ("Patient.name.given"), or a type.
// Of other structures than FHIR's nothing is known.
func (v *Visit) isPlace(path string) bool {
	names := strings.Split(path, ".")
	at := v.Set().Structure(names[0])
	if strings.Contains(path, ":") || strings.Contains(path, "#") || at == nil && v.validator.profiles.definition("http://hl7.org/fhir/StructureDefinition/"+names[0]) != nil {
		return true
	}
	for i, name := range names {
		if at == nil {
			return false
		}
		if i == 0 {
			continue
		}
		e := at.Element(strings.TrimSuffix(name, "[x]"))
		if e == nil {
			return at.Field([]byte(name)) != nil && i == len(names)-1 // valueQuantity
		}
		if e.Choice || len(e.Fields) != 1 {
			return i == len(names)-1
		}
		at = e.Fields[0].Type
	}
	return at != nil
}
