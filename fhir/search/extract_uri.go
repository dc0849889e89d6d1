package search

import (
	"hearken/fhir/element"
	"hearken/fhir/search/query"
)

// uri adds the value of a uri parameter: uri, url, canonical, oid or uuid, as written
// (https://hl7.org/fhir/R4/search.html#uri).
func (e *extraction) uri(n element.Node) {
	if n.IsPrimitive() && n.HasValue() {
		e.add(query.URI{URI: n.Text()})
	}
}
