package rest

import (
	"mime"
	"slices"
	"strconv"
	"strings"

	"hearken/fhir/element"
)

// mediaRange is one range of an Accept header (https://www.rfc-editor.org/rfc/rfc9110#name-accept).
type mediaRange struct {
	name   string
	weight float64
}

type mediaRanges []mediaRange

// readAccept reads the ranges of an Accept header. Those that cannot be read count for nothing, as do those of another
// version of FHIR.
func readAccept(accept string) mediaRanges {
	var ranges mediaRanges
	for text := range strings.SplitSeq(accept, ",") {
		name, params, err := mime.ParseMediaType(text)
		weight, ok := weightOf(params)
		if err != nil || !ok || !ourVersion(params["fhirversion"]) {
			continue
		}
		if name == "*" {
			name = "*/*" // as old versions of Java write it
		}
		ranges = append(ranges, mediaRange{name, weight})
	}
	return ranges
}

// weightOf reads the parameter q.
func weightOf(params map[string]string) (weight float64, ok bool) {
	text, given := params["q"]
	if !given {
		return 1, true
	}
	q, err := strconv.ParseFloat(text, 64)
	return q, err == nil && q >= 0 && q <= 1
}

// favour is how much a client wants a format: by weight, and then by how closely the range names it that
// gives the weight.
type favour struct {
	weight      float64
	specificity int
}

func (f favour) more(than favour) bool {
	return f.weight > than.weight || f.weight == than.weight && f.specificity > than.specificity
}

// preferred is the format of an answer to who sent the ranges: the one with the higher weight; of equal ones
// that which is named more closely ("application/fhir+xml, */*" is XML); and JSON when that decides nothing.
// 0 when neither is accepted.
//
// A browser is somebody who accepts web pages. Its application/xml is said of those, with more weight than its */*, and
// would bring XML to people who followed a link; so it counts for XML only if JSON is not accepted at all.
func (r mediaRanges) preferred() element.Format {
	json, xml := r.favour(element.JSON, element.JSON.MediaTypes()), r.favour(element.XML, element.XML.MediaTypes())
	if r.browser() && json.weight > 0 {
		xml = r.favour(element.XML, element.XML.FHIRMediaTypes())
	}
	switch {
	case xml.weight > 0 && xml.more(json):
		return element.XML
	case json.weight > 0:
		return element.JSON
	}
	return 0
}

func (r mediaRanges) browser() bool {
	return slices.ContainsFunc(r, func(one mediaRange) bool {
		return one.weight > 0 && (one.name == "text/html" || one.name == "application/xhtml+xml")
	})
}

// favour finds how much a format is wanted under the best of some of its names: for each the most specific range that
// matches decides. That which it is sent as must not be refused outright.
func (r mediaRanges) favour(f element.Format, names []string) (best favour) {
	for _, name := range names {
		closest := r.closest(name)
		if name == f.MediaType() && closest == (favour{0, specificExact}) {
			return favour{}
		}
		if closest.more(best) {
			best = closest
		}
	}
	return best
}

// closest is the weight of the most specific range that a media type matches.
func (r mediaRanges) closest(name string) (found favour) {
	for _, one := range r {
		if s := specificity(one.name, name); s > found.specificity {
			found = favour{one.weight, s}
		}
	}
	return found
}

// specificExact is the specificity of a range that names a media type itself.
const specificExact = 3

// specificity says how closely a range names a media type: 0 not at all, 1 */*, 2 application/*, 3 itself.
func specificity(mediaRange, media string) int {
	switch {
	case mediaRange == media:
		return specificExact
	case mediaRange == "*/*":
		return 1
	case strings.HasSuffix(mediaRange, "/*") && strings.HasPrefix(media, strings.TrimSuffix(mediaRange, "*")):
		return 2
	}
	return 0
}
