package interaction

import (
	"context"
	"net/http"
	"slices"

	"hearken/fhir"
	"hearken/internal/smart"
	"hearken/profiles"
)

// operation is one extended operation (https://hl7.org/fhir/R4/operations.html). Adding one is adding a row to
// operations: routing and the CapabilityStatement follow.
type operation struct {
	name    string            // without "$"
	url     string            // canonical of its OperationDefinition, which says what parameters it takes: see Server.parameters
	shape   shape             // atSystemOperation, atTypeOperation or atInstanceOperation
	types   []fhir.Type       // of the latter two; nil for every type
	method  string            // POST; GET as well where it changes nothing and takes simple parameters only
	several []string          // parameters that it takes more often than its definition says
	open    bool              // it shows nothing of anybody, and is not recorded
	closed  bool              // for who has no established access, too: it decides by itself who may
	needs   smart.Permissions // what the scopes must grant; 0 for reading
	login   bool              // it is offered where people log in alone: it is about who does it
	audited bool              // it is offered where it is recorded who looks at what alone
	row     row
}

// operations is every operation this server has. A path with an operation that is not here is 404.
var operations = []operation{
	{
		name: "json-schema", url: profiles.Base + "/OperationDefinition/json-schema",
		shape: atInstanceOperation, types: []fhir.Type{"StructureDefinition"}, method: http.MethodGet, open: true,
		row: row{atInstanceOperation, http.MethodGet, "operation", (*Server).jsonSchema, nil},
	},
	{
		name: "access-log", url: profiles.Base + "/OperationDefinition/access-log",
		shape: atInstanceOperation, types: []fhir.Type{patientType}, method: http.MethodGet, audited: true,
		row: row{atInstanceOperation, http.MethodGet, "operation", nil, (*Server).accessLog},
	},
	{
		name: "validate", url: "http://hl7.org/fhir/OperationDefinition/Resource-validate", shape: atTypeOperation, method: http.MethodPost,
		several: []string{"profile"}, row: row{atTypeOperation, http.MethodPost, "operation", nil, (*Server).validate},
	},
	{
		name: "validate", url: "http://hl7.org/fhir/OperationDefinition/Resource-validate", shape: atInstanceOperation, method: http.MethodGet,
		several: []string{"profile"}, row: row{atInstanceOperation, http.MethodGet, "operation", nil, (*Server).validate},
	},
	{
		name: "staff-list", url: profiles.Base + "/OperationDefinition/staff-list",
		shape: atInstanceOperation, types: []fhir.Type{organizationType}, method: http.MethodPost,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).staffList},
	},
	{
		name: "agreement-notices", url: ours("agreement-notices"), shape: atTypeOperation, types: []fhir.Type{agreementType}, method: http.MethodGet,
		row: row{atTypeOperation, http.MethodGet, "operation", (*Server).agreementNotices, nil},
	},
	{
		name: "break-glass", url: ours("break-glass"), shape: atTypeOperation, types: []fhir.Type{patientType}, method: http.MethodPost, closed: true, login: true,
		row: row{atTypeOperation, http.MethodPost, "operation", nil, (*Server).breakGlass},
	},
	{
		name: "break-glass-resolve", url: ours("break-glass-resolve"), shape: atInstanceOperation, types: []fhir.Type{taskType}, method: http.MethodPost, login: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).resolveBreakGlass},
	},
	{
		name: "break-glass-close", url: ours("break-glass-close"), shape: atInstanceOperation, types: []fhir.Type{taskType}, method: http.MethodPost, login: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).closeBreakGlass},
	},
	{
		name: "confirm-sharing", url: ours("confirm-sharing"), shape: atInstanceOperation, types: []fhir.Type{patientType, taskType}, method: http.MethodPost, login: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).confirmSharing},
	},
	{
		name: "decline-sharing", url: ours("decline-sharing"), shape: atInstanceOperation, types: []fhir.Type{patientType, taskType}, method: http.MethodPost, login: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).declineSharing},
	},
	{
		name: "lift-restriction", url: ours("lift-restriction"), shape: atInstanceOperation, types: []fhir.Type{patientType}, method: http.MethodPost, login: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).liftRestriction},
	},
	{
		name: revealOperation, url: ours(revealOperation), shape: atInstanceOperation, types: []fhir.Type{patientType}, method: http.MethodPost, login: true, audited: true,
		row: row{atInstanceOperation, http.MethodPost, "operation", nil, (*Server).revealKeySafe},
	},
	{
		name: dispatchOperation, url: ours(dispatchOperation), shape: atTypeOperation, types: []fhir.Type{encounterType}, method: http.MethodPost, needs: smart.Update, login: true, audited: true,
		row: row{atTypeOperation, http.MethodPost, "operation", nil, (*Server).dispatch},
	},
	terminologyOperation("ValueSet", "validate-code", atTypeOperation, (*Server).valueSetValidateCode),
	terminologyOperation("ValueSet", "validate-code", atInstanceOperation, (*Server).valueSetValidateCode),
	terminologyOperation("CodeSystem", "validate-code", atTypeOperation, (*Server).codeSystemValidateCode),
	terminologyOperation("CodeSystem", "validate-code", atInstanceOperation, (*Server).codeSystemValidateCode),
	terminologyOperation("ValueSet", "expand", atTypeOperation, (*Server).expand),
	terminologyOperation("ValueSet", "expand", atInstanceOperation, (*Server).expand),
	terminologyOperation("CodeSystem", "lookup", atTypeOperation, (*Server).lookup),
	terminologyOperation("CodeSystem", "subsumes", atTypeOperation, (*Server).subsumes),
	terminologyOperation("CodeSystem", "subsumes", atInstanceOperation, (*Server).subsumes),
	terminologyOperation("ConceptMap", "translate", atTypeOperation, (*Server).translate),
	terminologyOperation("ConceptMap", "translate", atInstanceOperation, (*Server).translate),
}

// terminologyOperation is the row of one of https://hl7.org/fhir/R4/terminology-service.html, which all read only.
func terminologyOperation(typ fhir.Type, name string, at shape, read func(*Server, context.Context, *request) (reading, error)) operation {
	return operation{
		name: name, url: "http://hl7.org/fhir/OperationDefinition/" + string(typ) + "-" + name, shape: at, types: []fhir.Type{typ},
		method: http.MethodGet, row: row{at, http.MethodGet, "operation", read, nil},
	}
}

// rows are what can be done where the operation is.
func (o *operation) rows() []*row {
	found := []*row{&o.row}
	if o.method == http.MethodGet {
		post := o.row
		post.method = http.MethodPost
		found = append(found, &post)
	}
	return found
}

// operationAt gives the operation a place names, or nil.
func operationAt(p *place) *operation {
	for i := range operations {
		o := &operations[i]
		if o.name == p.operation && o.shape == p.shape && (o.types == nil || slices.Contains(o.types, p.key.Type)) {
			return o
		}
	}
	return nil
}
