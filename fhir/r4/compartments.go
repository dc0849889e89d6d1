package r4

import (
	"strings"

	"hearken/fhir/definition"
)

func readCompartments(table string) []definition.Compartment {
	var compartments []definition.Compartment
	var current *definition.Compartment
	for line := range rows(table) {
		name := line.next()
		if name == "=" {
			compartments = append(compartments, definition.Compartment{Code: line.next(), URL: line.next(), Members: map[string][]string{}})
			current = &compartments[len(compartments)-1]
			continue
		}
		current.Members[name] = strings.Fields(line.next())
	}
	return compartments
}
