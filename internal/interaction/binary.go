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
	f := element.FormatOf(mediaType)
	return f != 0 && slices.Contains(f.FHIRMediaTypes(), mediaType)
}

// resource reads the resource in a request: the body, or for a Binary sent as it is a Binary with the
// body as its data. Generic JSON and XML count as FHIR for every other type, but for Binary only when they hold one.
func (s *Server) resource(r *request, typ fhir.Type) (element.Node, error) {
	if typ != binaryType || r.MediaType == "" || isFHIR(r.MediaType) || isBinaryResource(r) {
		return s.parseSent(r.Body, r.format(), typ)
	}
	return s.parse(wrapBinary(&r.Call, r.key.ID), typ)
}

// isBinaryResource: clients send Binary resources as application/json or application/xml as well, and mean
// the resource.
func isBinaryResource(r *request) bool {
	switch name := plainMediaType(r.MediaType); element.FormatOf(name) {
	case element.JSON:
		var head struct {
			ResourceType string `json:"resourceType"`
		}
		return json.Unmarshal(r.Body, &head) == nil && head.ResourceType == string(binaryType)
	case element.XML:
		return element.XMLResource(r.Body) == string(binaryType)
	}
	return false
}

// plainMediaType is a media type in lower case, without parameters.
func plainMediaType(mediaType string) string {
	name, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// wrapBinary writes the Binary resource round raw content.
func wrapBinary(c *Call, id fhir.ID) []byte {
	content := c.Body
	out := make([]byte, 0, base64.StdEncoding.EncodedLen(len(content))+160)
	out = append(out, `{"resourceType":"Binary"`...)
	if id != "" {
		out = append(out, `,"id":`...)
		out = element.AppendString(out, string(id))
	}
	out = append(out, `,"contentType":`...)
	out = element.AppendString(out, c.MediaType)
	if c.SecurityContext != "" {
		out = append(out, `,"securityContext":{"reference":`...)
		out = element.AppendString(out, c.SecurityContext)
		out = append(out, '}')
	}
	if len(content) > 0 {
		out = append(out, `,"data":"`...)
		out = base64.StdEncoding.AppendEncode(out, content)
		out = append(out, '"')
	}
	return append(out, '}')
}

// presentBinary answers a read of a Binary: with the content itself, in its own media type, unless the client names a
// FHIR format before anything else it accepts. Raw content is what browsers and image viewers expect. Generic JSON and
// XML count as FHIR's, unless the content is just that.
func (s *Server) presentBinary(r *request, rec store.Record, view presentation, a Answer) (Answer, error) {
	root, err := s.parse(rec.Body, binaryType)
	if err != nil {
		return Answer{}, errUnreadable
	}
	mediaType := root.Child("contentType").Text()
	if wanted := acceptList(r.Accept); len(wanted) > 0 && element.FormatOf(wanted[0]) != 0 && (isFHIR(wanted[0]) || wanted[0] != plainMediaType(mediaType)) {
		a.Body, err = s.presented(rec.Body, view)
		return a, err
	}
	content, err := base64.StdEncoding.DecodeString(strings.Map(dropSpace, root.Child("data").Text()))
	if err != nil {
		return Answer{}, fhir.Errorf(fhir.CodeProcessing, "the stored data is not base64").At("Binary.data")
	}
	a.Body, a.MediaType = content, mediaType
	a.SecurityContext = root.Child("securityContext").Child("reference").Text()
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
