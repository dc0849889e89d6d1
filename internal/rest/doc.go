// Package rest is the wire: it turns an HTTP request into an interaction.Call and an interaction.Answer into
// an HTTP response (https://hl7.org/fhir/R4/http.html). It decides what HTTP decides and nothing else: media
// types, encodings, sizes, headers, the base URL, who may connect in loopback-only mode, and what is logged.
// Interactions answer with the JSON that is stored; what a client wants as XML becomes so here, at the edge.
// It is the only package that knows gin.
package rest
