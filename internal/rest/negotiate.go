package rest

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"hearken/fhir"
)

// format is a representation of resources (https://hl7.org/fhir/R4/http.html#mime-type).
type format uint8

const (
	formatJSON format = iota + 1
	formatOther
)

// formats are the names a client may ask for a representation by, in _format, Accept and Content-Type. Those
// of formatOther are known and not offered.
var formats = map[string]format{
	"json":                    formatJSON,
	"application/fhir+json":   formatJSON,
	"application/json":        formatJSON,
	"text/json":               formatJSON,
	"application/json+fhir":   formatJSON, // as it was called before R3; clients still send it
	"xml":                     formatOther,
	"application/fhir+xml":    formatOther,
	"application/xml":         formatOther,
	"text/xml":                formatOther,
	"application/xml+fhir":    formatOther,
	"ttl":                     formatOther,
	"application/fhir+turtle": formatOther,
	"text/turtle":             formatOther,
}

// jsonMediaType is what every resource is sent as.
const jsonMediaType = "application/fhir+json"

// errNotAcceptable is the answer when nothing the client accepts is offered.
var errNotAcceptable = refuse(http.StatusNotAcceptable,
	fhir.Errorf(fhir.CodeNotSupported, "only JSON is offered: ask for %s", jsonMediaType).Detailed("not-acceptable"))

// negotiate checks that the client takes JSON: _format, where there is one, decides against the Accept header
// (https://hl7.org/fhir/R4/http.html#parameters).
func negotiate(formatParameter string, accept []string) error {
	if formatParameter != "" {
		if formatNamed(formatParameter) != formatJSON {
			return errNotAcceptable
		}
		return nil
	}
	if len(accept) == 0 || len(accept) == 1 && acceptsAtSight(accept[0]) {
		return nil
	}
	if !acceptsJSON(strings.Join(accept, ",")) {
		return errNotAcceptable
	}
	return nil
}

// formatNamed is the format that a value of _format names; 0 for none that is known.
func formatNamed(value string) format {
	// The plus of "application/fhir+json" is a space when the client forgot to encode it.
	name, _, _ := strings.Cut(strings.ReplaceAll(value, " ", "+"), ";")
	return formats[strings.ToLower(strings.TrimSpace(name))]
}

// acceptsAtSight spares the common headers their parsing.
func acceptsAtSight(accept string) bool {
	return accept == jsonMediaType || accept == "*/*" || accept == "application/json" || accept == ""
}

// jsonMediaTypes are the names of JSON that a range of the Accept header may match.
var jsonMediaTypes = [...]string{"application/fhir+json", "application/json", "text/json", "application/json+fhir"}

// acceptsJSON reports whether the ranges of an Accept header let JSON through: for some name of it, the most
// specific range that matches has a weight above zero (https://www.rfc-editor.org/rfc/rfc9110#name-accept).
func acceptsJSON(accept string) bool {
	var weight [len(jsonMediaTypes)]float64
	var specific [len(jsonMediaTypes)]int
	for text := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(text)
		if err != nil || !ourVersion(params["fhirversion"]) {
			continue
		}
		q := 1.0
		if text, given := params["q"]; given {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		for i, media := range jsonMediaTypes {
			if s := specificity(name, media); s > specific[i] {
				weight[i], specific[i] = q, s
			}
		}
	}
	for i := range weight {
		if weight[i] > 0 {
			return true
		}
	}
	return false
}

// specificity says how closely a range names a media type: 0 not at all, 1 */*, 2 application/*, 3 itself.
func specificity(mediaRange, media string) int {
	switch {
	case mediaRange == media:
		return 3
	case strings.HasSuffix(mediaRange, "/*") && strings.HasPrefix(media, strings.TrimSuffix(mediaRange, "*")):
		return 2
	case mediaRange == "*/*":
		return 1
	}
	return 0
}

// ourVersion reports whether a fhirVersion parameter allows R4 (https://hl7.org/fhir/R4/http.html#version-parameter).
func ourVersion(v string) bool { return v == "" || v == "4.0" || v == "4.0.1" }

// headerValues are the values of a header that may be repeated.
func headerValues(h http.Header, name string) []string { return h[http.CanonicalHeaderKey(name)] }
