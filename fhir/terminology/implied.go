package terminology

import (
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/ucum"
)

const loincSystem = "http://loinc.org"

// implied makes the value set that a canonical means by itself, without anybody having published one: those
// of SNOMED CT (https://hl7.org/fhir/R4/snomedct.html#implicit), LOINC
// (https://hl7.org/fhir/R4/loinc.html#implicit) and UCUM (https://hl7.org/fhir/R4/ucum.html#implicit). It is
// nil for any other.
func implied(canonical string) *definition.ValueSet {
	set := definition.ConceptSet{}
	ok := false
	switch {
	case strings.HasPrefix(canonical, snomedSystem):
		ok = impliedSnomed(&set, canonical)
	case strings.HasPrefix(canonical, loincSystem+"/vs"):
		ok = impliedLoinc(&set, strings.TrimPrefix(canonical, loincSystem+"/vs"))
	case strings.HasPrefix(canonical, ucumSystem+"/vs"):
		ok = impliedUnits(&set, strings.TrimPrefix(canonical, ucumSystem+"/vs"))
	}
	if !ok {
		return nil
	}
	return &definition.ValueSet{URL: canonical, Status: "active", Include: []definition.ConceptSet{set}}
}

// impliedSnomed reads "[edition]?fhir_vs[=isa/id | =refset | =refset/id | =ecl/expression]".
func impliedSnomed(set *definition.ConceptSet, canonical string) bool {
	edition, query, _ := strings.Cut(canonical, "?")
	selected, ok := strings.CutPrefix(query, "fhir_vs")
	if !ok || edition != snomedSystem && !strings.HasPrefix(edition, snomedSystem+"/") {
		return false
	}
	if set.System = snomedSystem; edition != snomedSystem {
		set.Version = edition
	}
	how, what, _ := strings.Cut(strings.TrimPrefix(selected, "="), "/")
	switch {
	case selected == "":
		return true
	case how == "isa" && IsSnomedConceptID(what):
		set.Filters = []definition.Filter{{Property: "concept", Op: "is-a", Value: what}}
	case how == "refset" && what == "", how == "refset" && IsSnomedConceptID(what):
		set.Filters = []definition.Filter{{Property: "concept", Op: "in", Value: what}}
	case how == "ecl" && what != "":
		set.Filters = []definition.Filter{{Property: "constraint", Op: "=", Value: what}}
	default:
		return false
	}
	return selected[0] == '='
}

// impliedLoinc reads "" for all codes, "/LL…" for the answers of a list, "/LP…" for what is below a part.
func impliedLoinc(set *definition.ConceptSet, rest string) bool {
	set.System = loincSystem
	switch {
	case rest == "":
		return true
	case strings.HasPrefix(rest, "/LL"):
		set.Filters = []definition.Filter{{Property: "LIST", Op: "=", Value: rest[1:]}}
	case strings.HasPrefix(rest, "/LP"):
		set.Filters = []definition.Filter{{Property: "ancestor", Op: "=", Value: rest[1:]}}
	default:
		return false
	}
	return true
}

// impliedUnits reads "" for all units, "/[unit]" for those of the same dimension.
func impliedUnits(set *definition.ConceptSet, rest string) bool {
	set.System = ucumSystem
	if rest == "" {
		return true
	}
	unit, ok := strings.CutPrefix(rest, "/")
	if !ok || !ucum.Valid(unit) {
		return false
	}
	set.Filters = []definition.Filter{{Property: "canonical", Op: "=", Value: unit}}
	return true
}
