package r4

import "hearken/fhir/definition"

func readCodeLists(table string) []definition.CodeList {
	lists := make([]definition.CodeList, 0, 256)
	var current *definition.CodeList
	for line := range rows(table) {
		name := line.next()
		if name == "=" {
			url := canonical(valueSetURL, line.next())
			lists = append(lists, definition.CodeList{URL: url, Version: line.next(), Rule: line.next()})
			current = &lists[len(lists)-1]
			continue
		}
		current.Systems = append(current.Systems, definition.CodeSystemCodes{System: name, Codes: line.rest()})
	}
	return lists
}
