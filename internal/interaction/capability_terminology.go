package interaction

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"hearken/fhir"
)

// terminologyCapabilities answers GET [base]/metadata?mode=terminology
// (https://hl7.org/fhir/R4/terminologycapabilities.html): which code systems are loaded, and what can be
// asked of them. It is made of the library of now.
func (s *Server) terminologyCapabilities(_ context.Context, r *request) (reading, error) {
	library, err := s.library()
	if err != nil {
		return nil, err
	}
	out := terminologyStatement{
		ResourceType: "TerminologyCapabilities", URL: r.Base + "/metadata?mode=terminology", Name: "Hearken", Status: "active",
		Date: fhir.FormatInstant(s.Software.Date), Kind: "instance",
		Software:       capabilitySoftware{Name: cmp.Or(s.Software.Name, "Hearken"), Version: s.Software.Version},
		Implementation: capabilityImplementation{Description: "The terminology of this server", URL: r.Base},
		Expansion: terminologyExpansion{Hierarchical: true, Paging: true, Parameter: s.expandParameters(),
			TextFilter: "Each word of the filter is the beginning of a word of the code, its display or a designation."},
		CodeSearch: "explicit",
	}
	for _, loaded := range library.CodeSystems() {
		one := terminologyCodeSystem{URI: loaded.URL}
		for i, version := range loaded.Versions {
			one.Version = append(one.Version, terminologyVersion{Code: version, IsDefault: i == 0})
		}
		out.CodeSystem = append(out.CodeSystem, one)
	}
	body, err := json.Marshal(out)
	return r.constant(Answer{Status: http.StatusOK, Body: body}, err)
}

// expandParameters are those of ValueSet/$expand that this server does.
func (s *Server) expandParameters() []terminologyParameter {
	o := operationAt(&place{shape: atTypeOperation, key: fhir.Key{Type: "ValueSet"}, operation: "expand"})
	var all []terminologyParameter
	for _, p := range s.operationDefinition(o.url).Parameters {
		if !p.Out {
			all = append(all, terminologyParameter{p.Name})
		}
	}
	return all
}

// The parts of a TerminologyCapabilities that this server fills in.

type terminologyStatement struct {
	ResourceType   string                   `json:"resourceType"`
	URL            string                   `json:"url"`
	Name           string                   `json:"name"`
	Status         string                   `json:"status"`
	Date           string                   `json:"date"`
	Kind           string                   `json:"kind"`
	Software       capabilitySoftware       `json:"software"`
	Implementation capabilityImplementation `json:"implementation"`
	CodeSystem     []terminologyCodeSystem  `json:"codeSystem"`
	Expansion      terminologyExpansion     `json:"expansion"`
	CodeSearch     string                   `json:"codeSearch"`
	ValidateCode   terminologyValidation    `json:"validateCode"`
	Translation    terminologyTranslation   `json:"translation"`
}

type terminologyCodeSystem struct {
	URI     string               `json:"uri"`
	Version []terminologyVersion `json:"version,omitempty"`
}

type terminologyVersion struct {
	Code      string `json:"code"`
	IsDefault bool   `json:"isDefault"`
}

type terminologyExpansion struct {
	Hierarchical bool                   `json:"hierarchical"`
	Paging       bool                   `json:"paging"`
	Incomplete   bool                   `json:"incomplete"`
	Parameter    []terminologyParameter `json:"parameter"`
	TextFilter   string                 `json:"textFilter"`
}

type terminologyParameter struct {
	Name string `json:"name"`
}

type terminologyValidation struct {
	Translations bool `json:"translations"`
}

type terminologyTranslation struct {
	NeedsMap bool `json:"needsMap"`
}
