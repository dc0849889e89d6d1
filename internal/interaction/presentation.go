package interaction

import (
	"hearken/fhir"
	"hearken/fhir/search"
)

// presentation says how much of a resource is shown: _summary and _elements
// (https://hl7.org/fhir/R4/search.html#summary, #elements). The zero presentation shows it whole, byte for byte as
// stored.
type presentation struct {
	request  *search.Request
	included bool // by _include: _elements names elements of the matches, and leaves these whole
}

// presentation reads _summary and _elements of a read or a history; other parameters mean nothing here.
func (s *Server) presentation(r *request) (presentation, error) {
	var asked []search.Pair
	for _, p := range r.Parameters {
		if p.Name == "_summary" || p.Name == "_elements" {
			if p.Value == "count" && p.Name == "_summary" {
				return presentation{}, fhir.Errorf(fhir.CodeInvalid, "_summary=count is for searches").At("http._summary")
			}
			asked = append(asked, p)
		}
	}
	if len(asked) == 0 {
		return presentation{}, nil
	}
	parsed, err := s.Parser.Parse(search.Target{Type: r.key.Type}, asked, search.Options{})
	return presentation{request: parsed}, err
}

// presented is a stored body as it is shown. What is not the whole carries the tag SUBSETTED, so that nobody
// takes it for the resource and puts it back.
func (s *Server) presented(body []byte, view presentation) ([]byte, error) {
	if !view.subsets() {
		return body, nil
	}
	root, err := s.parse(body, "")
	if err != nil {
		return nil, err
	}
	filter := search.SummaryFilter
	if view.included {
		filter = search.IncludedFilter
	}
	keep, subsetted := filter(view.request, root)
	if !subsetted {
		return body, nil
	}
	return search.Subset(root, keep, false), nil
}

// subsets reports whether anything may be left out, so that whole resources need not be read.
func (v *presentation) subsets() bool {
	switch {
	case v.request == nil:
		return false
	case v.request.Summary > search.SummaryFalse:
		return true
	}
	return len(v.request.Elements) > 0 && !v.included
}
