package rest

import (
	"mime"
	"net/http"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// offered is what a client that asked for something else is told.
var offered = func() string {
	var names []string
	for _, f := range element.Formats() {
		names = append(names, f.MediaType())
	}
	return strings.Join(names, " or ") + " of FHIR " + servedVersion
}()

// The answers when nothing the client accepts is offered.
var (
	errNotAcceptable = refuse(http.StatusNotAcceptable,
		fhir.Errorf(fhir.CodeNotSupported, "nothing that is asked for by Accept or _format is offered: ask for %s", offered).Detailed("not-acceptable"))
	errTurtleAsked = refuse(http.StatusNotAcceptable,
		fhir.Errorf(fhir.CodeNotSupported, "Turtle is not supported: ask for %s", offered).Detailed("not-acceptable"))
)

// turtle are the names of the one format of FHIR that is known here and not offered.
var turtle = map[string]bool{"ttl": true, "turtle": true, "application/fhir+turtle": true, "application/x-turtle": true, "text/turtle": true}

// negotiate finds the format of an answer: _format, where there is one, decides against the Accept header
// (https://hl7.org/fhir/R4/http.html#parameters). With the error, when there is none, comes the format to tell it in.
func negotiate(formatParameter string, accept []string) (element.Format, error) {
	if formatParameter != "" {
		return named(formatParameter)
	}
	if len(accept) == 0 || len(accept) == 1 && acceptsAtSight(accept[0]) {
		return element.JSON, nil
	}
	ranges := readAccept(strings.Join(accept, ","))
	if f := ranges.preferred(); f != 0 {
		return f, nil
	}
	for _, one := range ranges {
		if turtle[one.name] {
			return element.JSON, errTurtleAsked
		}
	}
	return element.JSON, errNotAcceptable
}

// named is negotiate for a value of _format.
func named(value string) (element.Format, error) {
	name, version := formatName(value)
	switch f := formatNamed(name); {
	case turtle[name]:
		return element.JSON, errTurtleAsked
	case f == 0 || !ourVersion(version):
		return element.JSON, errNotAcceptable
	default:
		return f, nil
	}
}

// formatName reads a value of _format: the name of a format and the version of FHIR, "" when it is not said.
func formatName(value string) (name, version string) {
	name, parameters, has := strings.Cut(value, ";")
	if has {
		if _, read, err := mime.ParseMediaType("application/fhir;" + parameters); err == nil {
			version = read["fhirversion"]
		}
	}
	// The plus of "application/fhir+json" is a space when the client forgot to encode it.
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), " ", "+")), version
}

// formatNamed is the format of a short name or media type; 0 for none that is offered.
func formatNamed(name string) element.Format {
	for _, f := range element.Formats() {
		if f.String() == name {
			return f
		}
	}
	return element.FormatOf(name)
}

// acceptsAtSight spares the common headers their parsing.
func acceptsAtSight(accept string) bool {
	return accept == jsonMediaType || accept == "*/*" || accept == "application/json" || accept == ""
}

// servedVersion is the version of FHIR as the parameter fhirVersion has it.
const servedVersion = "4.0"

// ourVersion reports whether a fhirVersion parameter allows R4 (https://hl7.org/fhir/R4/http.html#version-parameter).
func ourVersion(v string) bool { return v == "" || v == servedVersion || v == "4.0.1" }

// headerValues are the values of a header that may be repeated.
func headerValues(h http.Header, name string) []string { return h[http.CanonicalHeaderKey(name)] }
