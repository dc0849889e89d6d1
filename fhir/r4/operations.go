package r4

import (
	"strconv"
	"strings"

	"hearken/fhir/definition"
)

// readOperations reads the table of operations. internal/gen says what is in each row.
func readOperations(table string) []definition.Operation {
	var operations []definition.Operation
	for line := range rows(table) {
		first := line.next()
		if depth := strings.Count(first, "<") + strings.Count(first, ">"); depth > 0 {
			into := &operations[len(operations)-1].Parameters
			for range depth - 1 {
				into = &(*into)[len(*into)-1].Parts
			}
			*into = append(*into, readOperationParameter(first[0] == '>', line))
			continue
		}
		o := definition.Operation{ID: first, Code: line.next()}
		flags := line.next()
		o.System, o.Type, o.Instance, o.AffectsState = has(flags, 's'), has(flags, 't'), has(flags, 'i'), has(flags, 'a')
		o.Resource = strings.Fields(line.next())
		o.URL = canonical(operationURL, line.next())
		operations = append(operations, o)
	}
	return operations
}

func readOperationParameter(out bool, line row) definition.OperationParameter {
	p := definition.OperationParameter{Name: line.next(), Out: out, Max: definition.Unbounded}
	least, most, _ := strings.Cut(line.next(), "..")
	p.Min, _ = strconv.Atoi(least)
	if most != "*" {
		p.Max, _ = strconv.Atoi(most)
	}
	p.Type, p.SearchType = line.next(), line.next()
	return p
}
