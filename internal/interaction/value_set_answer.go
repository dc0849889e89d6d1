package interaction

import (
	"strconv"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
)

// told are the parameters of an expansion that shaped it, and that it therefore names (ValueSet.expansion.parameter).
var told = []string{
	"filter", "offset", "count", "includeDesignations", "designation", "activeOnly", "excludeNested", "excludeNotForUI",
	"excludePostCoordinated", "displayLanguage", "date", "exclude-system", "system-version", "check-system-version", "force-system-version",
}

// expansion writes the ValueSet with its expansion.
func (s *Server) expansion(set *terminology.ValueSet, p parameters, x terminology.Expanded) []byte {
	def := set.Definition()
	w := &jsonWriter{[]byte(`{"resourceType":"ValueSet"`)}
	w.text("url", def.URL)
	w.text("version", def.Version)
	w.text("name", def.Name)
	status := def.Status
	if status == "" {
		status = "unknown"
	}
	w.text("status", status)
	if p.flag("includeDefinition", false) {
		writeCompose(w, def)
	}
	w.open("expansion", '{')
	w.text("timestamp", fhir.FormatInstant(s.Now()))
	w.number("total", x.Total)
	if p.has("offset") || p.has("count") {
		w.number("offset", p.number("offset"))
	}
	writeExpansionParameters(w, p, x.Systems)
	writeContains(w, x.Contains)
	w.close("}}")
	return w.json
}

func writeExpansionParameters(w *jsonWriter, p parameters, systems []string) {
	if len(systems) == 0 && !hasAny(p, told) {
		return
	}
	w.open("parameter", '[')
	for _, name := range told {
		for i := range p {
			if one := p[i]; one.def.Name == name {
				w.item()
				w.text("name", name)
				w.member(valueMember(one.node))
				w.json = append(w.json, one.node.Source()...)
				w.close("}")
			}
		}
	}
	for _, canonical := range systems {
		w.item()
		w.text("name", "version")
		w.text("valueUri", canonical)
		w.close("}")
	}
	w.close("]")
}

// valueMember is the member of an expansion.parameter that holds a value, which has fewer types than a parameter of an
// operation: what is written as text is a string, a uri or a code.
func valueMember(n element.Node) string {
	switch name := n.Structure().Name; name {
	case "boolean":
		return "valueBoolean"
	case "integer":
		return "valueInteger"
	case "code":
		return "valueCode"
	case "uri", "canonical", "url":
		return "valueUri"
	}
	return "valueString"
}

func writeContains(w *jsonWriter, all []terminology.Contained) {
	if len(all) == 0 {
		return
	}
	w.open("contains", '[')
	for i := range all {
		c := &all[i]
		w.item()
		w.text("system", c.System)
		w.flag("abstract", c.Abstract)
		w.flag("inactive", c.Inactive)
		w.text("version", c.Version)
		w.text("code", c.Code)
		w.text("display", c.Display)
		writeDesignations(w, c.Designations)
		writeContains(w, c.Contains)
		w.close("}")
	}
	w.close("]")
}

func writeDesignations(w *jsonWriter, all []definition.Designation) {
	if len(all) == 0 {
		return
	}
	w.open("designation", '[')
	for _, d := range all {
		w.item()
		w.text("language", d.Language)
		if d.Use != (definition.Use{}) {
			w.open("use", '{')
			w.text("system", d.Use.System)
			w.text("code", d.Use.Code)
			w.text("display", d.Use.Display)
			w.close("}")
		}
		w.text("value", d.Value)
		w.close("}")
	}
	w.close("]")
}

// writeCompose writes the rules of a value set as far as its rows have them.
func writeCompose(w *jsonWriter, def *definition.ValueSet) {
	if len(def.Include) == 0 {
		return
	}
	w.open("compose", '{')
	if def.NoInactive {
		w.raw("inactive", []byte("false"))
	}
	writeConceptSets(w, "include", def.Include)
	writeConceptSets(w, "exclude", def.Exclude)
	w.close("}")
}

func writeConceptSets(w *jsonWriter, name string, all []definition.ConceptSet) {
	if len(all) == 0 {
		return
	}
	w.open(name, '[')
	for i := range all {
		w.item()
		writeConceptSet(w, &all[i])
		w.close("}")
	}
	w.close("]")
}

func writeConceptSet(w *jsonWriter, set *definition.ConceptSet) {
	w.text("system", set.System)
	w.text("version", set.Version)
	if len(set.Concepts) > 0 {
		w.open("concept", '[')
		for _, c := range set.Concepts {
			w.item()
			w.text("code", c.Code)
			w.text("display", c.Display)
			writeDesignations(w, c.Designations)
			w.close("}")
		}
		w.close("]")
	}
	if len(set.Filters) > 0 {
		w.open("filter", '[')
		for _, f := range set.Filters {
			w.item()
			w.text("property", f.Property)
			w.text("op", f.Op)
			w.text("value", f.Value)
			w.close("}")
		}
		w.close("]")
	}
	if len(set.ValueSets) > 0 {
		w.open("valueSet", '[')
		for _, canonical := range set.ValueSets {
			w.comma()
			w.json = element.AppendString(w.json, canonical)
		}
		w.close("]")
	}
}

func hasAny(p parameters, names []string) bool {
	for _, name := range names {
		if p.has(name) {
			return true
		}
	}
	return false
}

// number is an integer value; 0 when it is not given or too large to be one.
func (p parameters) number(name string) int {
	n, _ := strconv.Atoi(p.text(name))
	return n
}
