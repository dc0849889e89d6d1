package rest

import (
	"mime"
	"net/http"
	"strings"

	"hearken/fhir"
)

// formMediaType is what the body of a search by POST is sent as.
const formMediaType = "application/x-www-form-urlencoded"

// rawType is the one resource type whose content may be sent and asked for as it is
// (https://hl7.org/fhir/R4/binary.html#rest).
const rawType = "Binary"

// kind says what the body of a request is.
type kind uint8

const (
	bodyResource kind = iota // a resource
	bodyForm                 // search parameters
	bodyRaw                  // anything: Binary content
	bodyPatch                // one of the patch forms; the interaction knows which it takes
)

// kindOf is what the body has to be, by method and path.
func kindOf(method string, path []string) kind {
	switch {
	case method == http.MethodPost && len(path) > 0 && path[len(path)-1] == "_search":
		return bodyForm
	case method == http.MethodPatch:
		return bodyPatch
	case method == http.MethodPost && len(path) == 1 && path[0] == rawType,
		method == http.MethodPut && len(path) == 2 && path[0] == rawType:
		return bodyRaw
	}
	return bodyResource
}

// errMediaType is the answer to a body in a form that is not understood.
func errMediaType(wanted string) error {
	return refuse(http.StatusUnsupportedMediaType,
		fhir.Errorf(fhir.CodeNotSupported, "the Content-Type of this request has to be %s", wanted).
			Detailed("unsupported-media-type").At("http.Content-Type"))
}

// mediaType reads the Content-Type of a body that is there, and checks that it suits its kind. What is a
// resource in JSON comes back as application/fhir+json, whatever JSON was called; no Content-Type at all is taken for that.
func mediaType(contentType string, k kind) (string, error) {
	if contentType == jsonMediaType && k != bodyForm {
		return contentType, nil
	}
	name, params, err := mime.ParseMediaType(contentType)
	if contentType == "" {
		name, err = "", nil
	}
	switch {
	case err != nil && k != bodyRaw:
		return "", errMediaType("a media type")
	case k == bodyRaw:
		return rawMediaType(contentType, name), nil
	case !utf8Charset(params["charset"]):
		return "", errMediaType("in UTF-8")
	case k == bodyForm:
		if name != formMediaType && name != "" {
			return "", errMediaType(formMediaType)
		}
		return formMediaType, nil
	case k == bodyPatch && formats[name] != formatJSON:
		return name, nil
	case name != "" && formats[name] != formatJSON || name == "json" || !ourVersion(params["fhirversion"]):
		return "", errMediaType(jsonMediaType)
	}
	return jsonMediaType, nil
}

// rawMediaType keeps what raw content says it is, parameters too: it comes back with them when it is read.
// JSON may be a Binary resource, which only the interaction can tell; it gets the plain name.
func rawMediaType(contentType, name string) string {
	switch {
	case name == "application/fhir+json" || name == "application/json+fhir":
		return jsonMediaType
	case formats[name] == formatJSON:
		return name
	}
	return contentType
}

func utf8Charset(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii")
}
