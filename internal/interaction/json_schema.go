package interaction

import (
	"context"
	"net/http"

	"hearken/fhir"
	"hearken/internal/store"
)

// schemaMediaType is what a JSON Schema is sent as.
const schemaMediaType = "application/schema+json"

// jsonSchema answers GET [base]/StructureDefinition/[id]/$json-schema, an operation of our own
// (profiles/package/OperationDefinition-json-schema.json): the JSON Schema of a profile this server brings,
// as it is, or as a Binary for who asks for a resource, as an entry of a Bundle does. There is none (404) of
// a definition that was sent here: hearken schema --package writes that.
func (s *Server) jsonSchema(_ context.Context, r *request) (reading, error) {
	var text []byte
	if s.Schema != nil {
		text = s.Schema(r.key.ID)
	}
	if text == nil {
		return nil, fhir.Errorf(fhir.CodeNotFound, "no JSON Schema is published here under that id").Detailed("unknown-schema")
	}
	a := Answer{Status: http.StatusOK, Body: text, MediaType: schemaMediaType}
	if wanted := acceptList(r.Accept); len(wanted) > 0 && isFHIR(wanted[0]) {
		a.Body, a.MediaType = wrapBinary(&Call{Body: text, MediaType: schemaMediaType}, ""), ""
	}
	return func(context.Context, store.Reader) (Answer, error) { return a, nil }, nil
}
