package validation

import (
	"hearken/fhir"
	"hearken/fhir/element"
)

// checkConceptMapGroup is the rule of the groups of ConceptMaps (https://hl7.org/fhir/R4/conceptmap.html):
// both code systems are named, and have the codes that are mapped, as far as that is known.
func checkConceptMapGroup(v *Visit, n element.Node) {
	source, target := n.Child("source"), n.Child("target")
	if !source.HasValue() || !target.HasValue() {
		v.Report(n, fhir.Warning, fhir.CodeBusinessRule, DetailConceptMap, "a group should name the code systems it maps from and to")
	}
	from, to := n.Child("sourceVersion").Text(), n.Child("targetVersion").Text()
	for e := range n.ChildrenNamed(v.Set().NameID("element")) {
		v.codeOf(e.Child("code"), source.Text(), from)
		for t := range e.ChildrenNamed(v.Set().NameID("target")) {
			v.codeOf(t.Child("code"), target.Text(), to)
			if t.Child("equivalence").Text() == "unmatched" && t.Child("code").HasValue() {
				v.Report(t, fhir.Warning, fhir.CodeBusinessRule, DetailConceptMap, "what is unmatched has no target")
			}
		}
	}
	for _, system := range []element.Node{source, target} {
		if system.HasValue() && v.isValueSet(system.Text()) {
			v.systemOf(system, system.Text())
		}
	}
}
