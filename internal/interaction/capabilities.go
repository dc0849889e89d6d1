package interaction

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/internal/store"
)

// capabilityCache keeps the CapabilityStatement of each base URL the server is known by.
type capabilityCache struct {
	mu   sync.Mutex
	byID map[capabilityKey][]byte
}

// capabilityKey is all of a statement that can change while the server runs.
type capabilityKey struct{ base, security string }

// maxCapabilities bounds the cache: behind proxies a server may be called by many names, some of them made up.
const maxCapabilities = 16

// capabilityStatement answers GET [base]/metadata (https://hl7.org/fhir/R4/http.html#capabilities). The
// statement is made of the table of interactions, the registry of search parameters and what the store can
// do: it says what is there, and cannot say anything else.
func (s *Server) capabilityStatement(ctx context.Context, r *request) (reading, error) {
	for _, p := range r.Parameters {
		switch {
		case p.Name != "mode" || p.Value == "full" || p.Value == "normative" || p.Value == "":
		case p.Value == "terminology":
			return s.terminologyCapabilities(ctx, r)
		default:
			return nil, fhir.Errorf(fhir.CodeNotSupported, "metadata is served in modes full, normative and terminology").At("http.mode")
		}
	}
	body, err := s.statement(r.Base)
	return func(context.Context, store.Reader) (Answer, error) {
		return Answer{Status: http.StatusOK, Body: body}, nil
	}, err
}

func (s *Server) statement(base string) ([]byte, error) {
	key := capabilityKey{base: base}
	if s.Security != nil {
		security, err := json.Marshal(s.Security())
		if err != nil {
			return nil, err
		}
		key.security = string(security)
	}
	s.capabilities.mu.Lock()
	defer s.capabilities.mu.Unlock()
	if body, ok := s.capabilities.byID[key]; ok {
		return body, nil
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s.describe(key)); err != nil {
		return nil, err
	}
	if s.capabilities.byID == nil || len(s.capabilities.byID) >= maxCapabilities {
		s.capabilities.byID = map[capabilityKey][]byte{}
	}
	s.capabilities.byID[key] = bytes.TrimSpace(body.Bytes())
	return s.capabilities.byID[key], nil
}

// describe fills in the statement.
func (s *Server) describe(key capabilityKey) capabilityStatement {
	base := key.base
	out := capabilityStatement{
		ResourceType: "CapabilityStatement", URL: base + "/metadata", Name: "Hearken", Status: "active",
		Date: fhir.FormatInstant(s.Software.Date), Kind: "instance",
		Software:       capabilitySoftware{Name: s.Software.Name, Version: s.Software.Version},
		Implementation: capabilityImplementation{Description: s.Software.Name + " on its " + s.Store.Capabilities().Engine + " store", URL: base},
		FHIRVersion:    s.Definitions.Version(), Format: formats(),
		Rest: []capabilityRest{{Mode: "server", Documentation: restDocumentation, Security: json.RawMessage(key.security)}},
	}
	if out.Software.Name == "" {
		out.Software.Name, out.Implementation.Description = "Hearken", "Hearken"
	}
	if guides := s.guides(); guides != nil {
		out.ImplementationGuide = guides.ImplementationGuides()
	}
	rest := &out.Rest[0]
	if s.Login != nil {
		rest.Documentation += peopleDocumentation
	}
	for _, name := range s.Definitions.Resources() {
		if served(s.Definitions, name) {
			rest.Resource = append(rest.Resource, s.describeType(fhir.Type(name)))
		}
	}
	rest.Interaction = s.systemInteractions()
	rest.Operation = s.describeOperations(atSystemOperation, "")
	for _, c := range s.Definitions.Compartments() {
		rest.Compartment = append(rest.Compartment, c.URL)
	}
	return out
}

const restDocumentation = "Unknown search parameters are refused with 400 unless the client prefers handling=lenient or the server is " +
	"configured to ignore them; the criteria of conditional interactions are always strict. Writes are durable and visible to every " +
	"later request when they are answered."

// peopleDocumentation is what is different where people log in.
const peopleDocumentation = " What a caller may not see is answered as what is not there. People who log in choose no ids: their update of what is not there is 404, and " +
	"makes nothing (updateCreate is for systems). A conditional create that may match what its caller does not see is 403 and makes nothing."

// formats are the media types and short names of what resources are read from and written in.
func formats() (names []string) {
	for _, f := range element.Formats() {
		names = append(names, f.MediaType())
	}
	for _, f := range element.Formats() {
		names = append(names, f.String())
	}
	return names
}

// systemInteractions are those at the base. One row does transactions and batches; the former need a store that can.
func (s *Server) systemInteractions() []capabilityCode {
	var codes []capabilityCode
	add := func(code string) {
		if c := (capabilityCode{Code: code}); !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	for _, row := range s.rows {
		switch {
		case row.interaction == "transaction":
			if s.Store.Capabilities().Transactions {
				add("transaction")
			}
			add("batch")
		case row.shape == atSystem || row.shape == atSystemHistory || row.shape == atSystemSearch:
			add(row.interaction)
		}
	}
	return codes
}

func (s *Server) describeOperations(at shape, typ fhir.Type) []capabilityOperation {
	var out []capabilityOperation
	for _, o := range operations {
		c := capabilityOperation{Name: o.name, Definition: o.url}
		if o.login && s.Login == nil || o.audited && s.Audit == nil {
			continue
		}
		if o.shape == at && (o.types == nil || slices.Contains(o.types, typ)) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
