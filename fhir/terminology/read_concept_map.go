package terminology

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// ReadConceptMap makes the row of a ConceptMap (https://hl7.org/fhir/R4/conceptmap.html). A code without a target is
// mapped to "" as unmatched.
func ReadConceptMap(n element.Node) definition.ConceptMap {
	m := definition.ConceptMap{
		URL: text(n, "url"), Version: text(n, "version"), Name: text(n, "name"), Status: text(n, "status"),
		Source: text(n, "source"), Target: text(n, "target"),
	}
	each(n, "group", func(g element.Node) { m.Groups = append(m.Groups, readGroup(g)) })
	return m
}

func readGroup(n element.Node) definition.ConceptMapGroup {
	g := definition.ConceptMapGroup{
		Source: text(n, "source"), SourceVersion: text(n, "sourceVersion"), Target: text(n, "target"), TargetVersion: text(n, "targetVersion"),
	}
	each(n, "element", func(e element.Node) { g.Mappings = append(g.Mappings, readMappings(e)...) })
	if u := n.Child("unmapped"); !u.IsZero() {
		g.Unmapped = &definition.Unmapped{Mode: text(u, "mode"), Code: text(u, "code"), Display: text(u, "display"), URL: text(u, "url")}
	}
	return g
}

func readMappings(n element.Node) []definition.Mapping {
	code := text(n, "code")
	var all []definition.Mapping
	each(n, "target", func(t element.Node) {
		m := definition.Mapping{Code: code, Equivalence: text(t, "equivalence"), Target: text(t, "code"), Display: text(t, "display")}
		each(t, "dependsOn", func(d element.Node) { m.DependsOn = append(m.DependsOn, readContext(d)) })
		each(t, "product", func(p element.Node) { m.Product = append(m.Product, readContext(p)) })
		all = append(all, m)
	})
	if len(all) == 0 {
		all = append(all, definition.Mapping{Code: code, Equivalence: unmatched})
	}
	return all
}

// unmatched is the equivalence of a code that has no target.
const unmatched = "unmatched"

func readContext(n element.Node) definition.MappingContext {
	return definition.MappingContext{Property: text(n, "property"), System: text(n, "system"), Value: text(n, "value"), Display: text(n, "display")}
}
