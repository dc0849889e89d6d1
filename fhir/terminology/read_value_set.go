package terminology

import (
	"strconv"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// ReadValueSet makes the row of a ValueSet, with its expansion when it has one (https://hl7.org/fhir/R4/valueset.html).
func ReadValueSet(n element.Node) definition.ValueSet {
	compose := n.Child("compose")
	v := definition.ValueSet{
		URL: text(n, "url"), Version: text(n, "version"), Name: text(n, "name"), Status: text(n, "status"),
		Date: text(n, "date"), NoInactive: text(compose, "inactive") == "false",
	}
	for c := range compose.Children() {
		switch c.Name() {
		case "include":
			v.Include = append(v.Include, readConceptSet(c))
		case "exclude":
			v.Exclude = append(v.Exclude, readConceptSet(c))
		}
	}
	if x := n.Child("expansion"); !x.IsZero() {
		v.Expansion = readExpansion(x)
	}
	return v
}

func readConceptSet(n element.Node) definition.ConceptSet {
	var set definition.ConceptSet
	for c := range n.Children() {
		switch c.Name() {
		case "system":
			set.System = c.Text()
		case "version":
			set.Version = c.Text()
		case "concept":
			set.Concepts = append(set.Concepts, readReference(c))
		case "filter":
			set.Filters = append(set.Filters, definition.Filter{Property: text(c, "property"), Op: text(c, "op"), Value: text(c, "value")})
		case "valueSet":
			set.ValueSets = append(set.ValueSets, c.Text())
		}
	}
	return set
}

func readReference(n element.Node) definition.ConceptReference {
	c := definition.ConceptReference{Code: text(n, "code"), Display: text(n, "display")}
	each(n, "designation", func(d element.Node) { c.Designations = append(c.Designations, readDesignation(d)) })
	return c
}

// The extensions by which an expansion says that it is not all.
const (
	tooCostlyExtension = "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"
	unclosedExtension  = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
)

// readExpansion flattens the hierarchy of an expansion: it is for people to find their way. Entries that are there for
// nothing else (abstract, or without a code) are left out.
func readExpansion(n element.Node) *definition.Expansion {
	x := &definition.Expansion{}
	entries := readContains(x, n)
	total, err := strconv.Atoi(text(n, "total"))
	x.Partial = err == nil && total > entries || n.Child("offset").HasValue() && text(n, "offset") != "0"
	each(n, "extension", func(e element.Node) {
		if url := text(e, "url"); url == tooCostlyExtension || url == unclosedExtension {
			x.Partial = x.Partial || text(e, "value") == "true"
		}
	})
	return x
}

// readContains gives how many entries there are, left out ones as well.
func readContains(x *definition.Expansion, n element.Node) (entries int) {
	each(n, "contains", func(c element.Node) {
		entries++
		if code := text(c, "code"); code != "" && text(c, "abstract") != "true" {
			system, version := text(c, "system"), text(c, "version")
			if last := len(x.Contains) - 1; last < 0 || x.Contains[last].System != system || x.Contains[last].Version != version {
				x.Contains = append(x.Contains, definition.ConceptSet{System: system, Version: version})
			}
			last := &x.Contains[len(x.Contains)-1]
			last.Concepts = append(last.Concepts, readReference(c))
		}
		entries += readContains(x, c)
	})
	return entries
}
