package interaction

import (
	"net/http"
	"slices"

	"hearken/fhir"
	"hearken/profiles"
)

// operation is one extended operation (https://hl7.org/fhir/R4/operations.html). Adding one is adding a row to
// operations: routing and the CapabilityStatement follow.
type operation struct {
	name   string      // without "$"
	url    string      // canonical of its OperationDefinition
	shape  shape       // atSystemOperation, atTypeOperation or atInstanceOperation
	types  []fhir.Type // of the latter two; nil for every type
	method string      // POST; GET as well where it changes nothing and takes simple parameters only
	row    row
}

// operations is every operation this server has. A path with an operation that is not here is 404.
var operations = []operation{
	{
		name: "json-schema", url: profiles.Base + "/OperationDefinition/json-schema",
		shape: atInstanceOperation, types: []fhir.Type{"StructureDefinition"}, method: http.MethodGet,
		row: row{atInstanceOperation, http.MethodGet, "operation", (*Server).jsonSchema, nil},
	},
}

func isOperationShape(s shape) bool {
	return s == atSystemOperation || s == atTypeOperation || s == atInstanceOperation
}

// operationRows gives the rows of the operation a place names.
func operationRows(p *place) []*row {
	var found []*row
	for i := range operations {
		o := &operations[i]
		if o.name != p.operation || o.shape != p.shape || o.types != nil && !slices.Contains(o.types, p.key.Type) {
			continue
		}
		found = append(found, &o.row)
		if o.method == http.MethodGet {
			post := o.row
			post.method = http.MethodPost
			found = append(found, &post)
		}
	}
	return found
}
