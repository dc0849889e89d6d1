package interaction

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"slices"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/store"
)

// binaryType is the one resource type whose content may be sent and fetched as it is
// (https://hl7.org/fhir/R4/binary.html#rest).
const binaryType fhir.Type = "Binary"

// isFHIR reports whether a media type is one of FHIR's own for resources.
func isFHIR(mediaType string) bool {
	return mediaType == "application/fhir+json" || mediaType == "application/fhir+xml"
}

// resourceBody is the resource in a request: the body, or for a Binary sent as it is a Binary with the
// body as its data. Generic JSON counts as FHIR for every other type, but for Binary only when it holds one.
func (s *Server) resourceBody(r *request, typ fhir.Type) ([]byte, error) {
	if typ != binaryType || r.MediaType == "" || isFHIR(r.MediaType) || isBinaryResource(r) {
		return r.Body, nil
	}
	return wrapBinary(r.Body, r.MediaType, r.key.ID), nil
}

// isBinaryResource: clients send Binary resources as application/json as well, and mean the resource.
func isBinaryResource(r *request) bool {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	isJSON := r.MediaType == "application/json" || r.MediaType == "text/json"
	return isJSON && json.Unmarshal(r.Body, &head) == nil && head.ResourceType == string(binaryType)
}

// wrapBinary writes the Binary resource round raw content.
func wrapBinary(content []byte, mediaType string, id fhir.ID) []byte {
	out := make([]byte, 0, base64.StdEncoding.EncodedLen(len(content))+160)
	out = append(out, `{"resourceType":"Binary"`...)
	if id != "" {
		out = append(out, `,"id":`...)
		out = element.AppendString(out, string(id))
	}
	out = append(out, `,"contentType":`...)
	out = element.AppendString(out, mediaType)
	if len(content) > 0 {
		out = append(out, `,"data":"`...)
		out = base64.StdEncoding.AppendEncode(out, content)
		out = append(out, '"')
	}
	return append(out, '}')
}

// wantsRaw reports whether a Binary should be answered with its content: unless the client names a FHIR format
// first among what it accepts, as the specification says. Raw content is what browsers and image viewers expect.
func wantsRaw(r *request) bool {
	for _, accepted := range acceptList(r.Accept) {
		if isFHIR(accepted) {
			return false
		}
		return true
	}
	return true
}

// rawBinary answers with the content itself, in its own media type; with the resource when it has no
// data or names a type the client does not accept.
func rawBinary(s *Server, rec store.Record, a Answer) (Answer, error) {
	root, err := s.parse(rec.Body, binaryType)
	if err != nil {
		return Answer{}, err
	}
	data := strings.Map(dropSpace, root.Child("data").Text())
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return Answer{}, fhir.Errorf(fhir.CodeProcessing, "the stored data is not base64").At("Binary.data")
	}
	a.Body, a.MediaType = content, root.Child("contentType").Text()
	return a, nil
}

// dropSpace: base64 in R4 may be broken into lines.
func dropSpace(r rune) rune {
	if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
		return -1
	}
	return r
}

// acceptList is the media types of an Accept header without parameters, best first.
func acceptList(accept string) []string {
	type choice struct {
		name string
		q    float64
	}
	var choices []choice
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if v, err := strconv.ParseFloat(parameters["q"], 64); err == nil {
			q = v
		}
		choices = append(choices, choice{name, q})
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = c.name
	}
	return names
}
