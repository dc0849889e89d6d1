package validation

import (
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkCodeSystem is the rule of CodeSystems beyond their invariants
// (https://hl7.org/fhir/R4/codesystem.html): what is said of the content and the count is so, supplements are
// only that, and concepts have properties that are declared. That no code stands twice is said by csd-1.
func checkCodeSystem(v *Visit, n element.Node) {
	content, supplements := n.Child("content"), n.Child("supplements")
	switch {
	case supplements.HasValue() && content.Text() != "supplement":
		v.Report(content, fhir.SeverityError, fhir.CodeBusinessRule, DetailCodeSystem, "the content of what supplements another code system is supplement")
	case !supplements.HasValue() && content.Text() == "supplement":
		v.Report(content, fhir.SeverityError, fhir.CodeBusinessRule, DetailCodeSystem, "a supplement must say what it supplements")
	}
	c := &codes{Visit: v, declared: map[string]string{}, supplements: supplements.Text()}
	for p := n.FirstChild(); !p.IsZero(); p = p.NextSibling() {
		switch p.Name() {
		case "property":
			c.declared[p.Child("code").Text()] = p.Child("type").Text()
		case "caseSensitive", "hierarchyMeaning":
			if supplements.HasValue() {
				v.Report(p, fhir.SeverityError, fhir.CodeBusinessRule, DetailCodeSystem, "a supplement says no %s: that is for the code system it adds to", p.Name())
			}
		}
	}
	c.concepts(n)
	v.count(n, content.Text(), c.count)
}

// codes reads the concepts of a code system.
type codes struct {
	*Visit
	declared    map[string]string // the type of each property
	supplements string
	count       int
}

func (c *codes) concepts(parent element.Node) {
	for concept := range parent.ChildrenNamed(c.Set().NameID("concept")) {
		c.count++
		if c.supplements != "" {
			system, version, _ := strings.Cut(c.supplements, "|")
			c.codeOf(concept.Child("code"), system, version)
		}
		for property := range concept.ChildrenNamed(c.Set().NameID("property")) {
			c.property(property)
		}
		c.concepts(concept)
	}
}

// property checks a property of a concept; those FHIR has itself need no declaration
// (https://hl7.org/fhir/R4/codesystem.html#defined-props). So do those of the system that a supplement adds to.
func (c *codes) property(property element.Node) {
	code, value := property.Child("code"), property.Child("value")
	declared, ok := c.declared[code.Text()]
	switch {
	case !ok && c.supplements == "" && !isDefinedProperty(code.Text()):
		c.Report(code, fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "the code system declares no property of this code")
	case ok && declared != "" && typeOf(value) != "" && declared != typeOf(value):
		c.Report(value, fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "the property is declared with the type %s", declared)
	}
}

func isDefinedProperty(code string) bool {
	switch code {
	case "inactive", "deprecated", "deprecationDate", "retirementDate", "notSelectable", "parent", "child", "status", "comment":
		return true
	}
	return false
}

// count checks the number of concepts that a code system says it has
// (https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.count).
func (v *Visit) count(n element.Node, content string, have int) {
	stated := n.Child("count")
	total, err := strconv.Atoi(stated.Text())
	switch {
	case content == "not-present" && have > 0:
		v.Report(n.Child("concept"), fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "the content is not-present, and there are concepts")
	case err != nil:
	case content == "complete" && total != have:
		v.Report(stated, fhir.SeverityError, fhir.CodeInvalid, DetailCodeSystem, "the count is %d, and there are %d concepts", total, have)
	case (content == "fragment" || content == "example") && have > total:
		v.Report(stated, fhir.Warning, fhir.CodeInvalid, DetailCodeSystem, "the count is %d, and there are %d concepts in a part of them", total, have)
	}
}
