package rest

import (
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// What resources are sent as.
var (
	jsonMediaType = element.JSON.MediaType()
	xmlMediaType  = element.XML.MediaType()
	contentTypes  = [...]string{element.JSON: jsonMediaType + "; charset=utf-8", element.XML: xmlMediaType + "; charset=utf-8"}
)

// formMediaType is what the body of a search by POST is sent as.
const formMediaType = "application/x-www-form-urlencoded"

// rawType is the one resource type whose content may be sent and asked for as it is
// (https://hl7.org/fhir/R4/binary.html#rest).
const rawType = "Binary"

// tableMediaType is what rows are sent as, to the one operation that takes them: an organisation's list of staff.
const (
	tableMediaType = "text/csv"
	tableOperation = "$staff-list"
)

// kind says what the body of a request is.
type kind uint8

const (
	bodyResource kind = iota // a resource
	bodyForm                 // search parameters
	bodyRaw                  // anything: Binary content
	bodyPatch                // one of the patch forms; the interaction knows which it takes
	bodyTable                // a resource, or rows as CSV
)

// kindOf is what the body has to be, by method and path.
func kindOf(method string, path []string) kind {
	switch {
	case method == http.MethodPost && len(path) > 0 && path[len(path)-1] == "_search":
		return bodyForm
	case method == http.MethodPost && len(path) > 0 && path[len(path)-1] == tableOperation:
		return bodyTable
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

var errTurtleSent = refuse(http.StatusUnsupportedMediaType,
	fhir.Errorf(fhir.CodeNotSupported, "Turtle is not supported: send %s", offered).Detailed("unsupported-media-type").At("http.Content-Type"))

// mediaType reads the Content-Type of a body that is there, and checks that it suits its kind. What is a
// resource comes back as application/fhir+json or application/fhir+xml, whatever that was called. With no
// Content-Type at all the body is looked at, as RFC 9110 allows: what begins with "<" is XML, anything else
// JSON.
func mediaType(contentType string, k kind, body []byte) (string, error) {
	if contentType == jsonMediaType && k != bodyForm {
		return contentType, nil
	}
	name, params, err := mime.ParseMediaType(contentType)
	if contentType == "" {
		name, err = unsaid(k, body), nil
	}
	format := element.FormatOf(name)
	switch {
	case k == bodyRaw && !slices.Contains(specific(format), name):
		return rawMediaType(contentType, name), nil
	case err != nil:
		return "", errMediaType("a media type")
	case !utf8Charset(params["charset"]):
		return "", errMediaType("in UTF-8")
	case k == bodyForm && name != formMediaType:
		return "", errMediaType(formMediaType)
	case k == bodyForm || k == bodyPatch && format == 0 || k == bodyTable && name == tableMediaType:
		return name, nil
	case turtle[name]:
		return "", errTurtleSent
	case format == 0 || !ourVersion(params["fhirversion"]):
		return "", errMediaType(offered)
	}
	return format.MediaType(), nil
}

// unsaid is the media type of a body that came without one.
func unsaid(k kind, body []byte) string {
	switch {
	case k == bodyForm:
		return formMediaType
	case looksLikeXML(body):
		return xmlMediaType
	}
	return jsonMediaType
}

// looksLikeXML reports whether the first thing in a text is a tag or declaration.
func looksLikeXML(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\uFEFF")), " \t\r\n"), []byte("<"))
}

// specific are the media types of a format that can mean nothing but a resource in it.
func specific(f element.Format) []string {
	if f == 0 {
		return nil
	}
	return f.FHIRMediaTypes()
}

// rawMediaType keeps what raw content says it is, parameters too: it comes back with them when it is read.
// Generic JSON may be a Binary resource, which only the interaction can tell; it gets the plain name.
func rawMediaType(contentType, name string) string {
	if element.FormatOf(name) == element.JSON {
		return name
	}
	return contentType
}

func utf8Charset(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii")
}
