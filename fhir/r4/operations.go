package r4

import (
	"strings"

	"hearken/fhir/definition"
)

func readOperations(table string) []definition.Operation {
	var operations []definition.Operation
	for line := range rows(table) {
		o := definition.Operation{ID: line.next(), Code: line.next()}
		flags := line.next()
		o.System, o.Type, o.Instance, o.AffectsState = has(flags, 's'), has(flags, 't'), has(flags, 'i'), has(flags, 'a')
		o.Resource = strings.Fields(line.next())
		o.URL = canonical(operationURL, line.next())
		operations = append(operations, o)
	}
	return operations
}
