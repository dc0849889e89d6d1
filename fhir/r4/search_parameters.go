package r4

import (
	"strings"

	"hearken/fhir/definition"
)

func readSearchParameters(table string) []definition.SearchParameter {
	parameters := make([]definition.SearchParameter, 0, strings.Count(table, "\n"))
	lists := map[string][]string{}
	for line := range rows(table) {
		id := line.next()
		p := definition.SearchParameter{ID: id, URL: parameterURL + id, Code: line.next(), Type: line.next()}
		p.Base = memo(lists, line.next(), strings.Fields)
		flags := line.next()
		p.MultipleOr, p.MultipleAnd = has(flags, 'o'), has(flags, 'a')
		p.Version = line.next()
		p.Targets = memo(lists, line.next(), strings.Fields)
		p.Expression, p.NotSupported = line.next(), line.next()
		for line != "" {
			url, expression, _ := strings.Cut(line.next(), "=")
			component := definition.SearchComponent{Definition: canonical(parameterURL, url), Expression: expression}
			p.Components = append(p.Components, component)
		}
		parameters = append(parameters, p)
	}
	return parameters
}
