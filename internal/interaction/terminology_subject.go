package interaction

import (
	"context"
	"net/http"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
	"hearken/internal/store"
)

// The stable details of what a terminology operation cannot do.
const (
	detailUnknownValueSet   = "unknown-value-set"
	detailUnknownCodeSystem = "unknown-code-system"
	detailUnknownConceptMap = "unknown-concept-map"
	detailUnknownContext    = "unknown-context"
	detailNotEvaluable      = "not-evaluable"
	detailParameterChoice   = "parameter-choice"
)

// library is the terminology of now; an error on a server that has none.
func (s *Server) library() (*terminology.Library, error) {
	if s.Terminology == nil {
		return nil, fhir.Errorf(fhir.CodeNotSupported, "this server has no terminology")
	}
	return s.Terminology(), nil
}

// constant is the reading of an answer that needed nothing from the store. It is noted how large it is: see
// transaction.read.
func (r *request) constant(a Answer, err error) (reading, error) {
	r.made = len(a.Body)
	return func(context.Context, store.Reader) (Answer, error) { return a, nil }, err
}

// stored reads the resource an instance-level operation is about.
func (s *Server) stored(rd store.Reader, key fhir.Key) (element.Node, error) {
	rec, err := rd.Get(key)
	switch {
	case err != nil:
		return element.Node{}, absent(err, "unknown-resource")
	case rec.Deleted():
		return element.Node{}, fhir.Errorf(fhir.CodeDeleted, "the resource was deleted").Detailed("deleted")
	}
	return s.parse(rec.Body, key.Type)
}

// oneOf says which of several ways to name a thing a call uses: it has to be just one.
func oneOf(p parameters, names ...string) (string, error) {
	given := ""
	for _, name := range names {
		switch {
		case !p.has(name):
		case given != "":
			return "", fhir.Errorf(fhir.CodeInvalid, "parameters %q and %q cannot be given together", given, name).Detailed(detailParameterChoice)
		default:
			given = name
		}
	}
	if given == "" {
		return "", fhir.Errorf(fhir.CodeRequired, "one of the parameters %s is required", strings.Join(names, ", ")).Detailed(detailParameterChoice)
	}
	return given, nil
}

// noneOf refuses the ways to name a thing that an instance-level operation has been told already.
func noneOf(p parameters, names ...string) error {
	for _, name := range names {
		if p.has(name) {
			return fhir.Errorf(fhir.CodeInvalid, "parameter %q has no place where the operation is on an instance", name).Detailed(detailParameterChoice)
		}
	}
	return nil
}

// onValueSet answers an operation about a value set: the instance, or the one that is named or sent.
func (s *Server) onValueSet(ctx context.Context, r *request, p parameters, answer func(*terminology.ValueSet) (Answer, error)) (reading, error) {
	library, err := s.library()
	if err != nil {
		return nil, err
	}
	ways := []string{"url", "valueSet", "context"}
	if r.shape == atInstanceOperation {
		return func(_ context.Context, rd store.Reader) (Answer, error) {
			n, err := s.stored(rd, r.key)
			if err != nil {
				return Answer{}, err
			}
			def := terminology.ReadValueSet(n)
			return answer(library.Compile(&def))
		}, noneOf(p, append(ways, "valueSetVersion")...)
	}
	set, err := s.valueSet(ctx, library, p, ways)
	if err != nil {
		return nil, err
	}
	return r.constant(answer(set))
}

func (s *Server) valueSet(ctx context.Context, library *terminology.Library, p parameters, ways []string) (*terminology.ValueSet, error) {
	way, err := oneOf(p, ways...)
	if err != nil {
		return nil, err
	}
	canonical := p.text("url")
	switch way {
	case "valueSet":
		def := terminology.ReadValueSet(p.node("valueSet"))
		return library.Compile(&def), nil
	case "context":
		if canonical = s.bindingOf(ctx, p.text("context")); canonical == "" {
			return nil, fhir.Errorf(fhir.CodeNotFound, "the context names no element with a binding").Detailed(detailUnknownContext)
		}
	}
	if version := p.text("valueSetVersion"); version != "" {
		url, _, _ := strings.Cut(canonical, "|")
		canonical = url + "|" + version
	}
	return library.ValueSet(canonical)
}

// bindingOf gives the value set of a context, "[canonical of a structure]#[path or id of an element]" or the
// path alone, which begins with the name of a type; "" when there is none.
func (s *Server) bindingOf(ctx context.Context, place string) string {
	canonical, path, ok := strings.Cut(place, "#")
	if !ok {
		name, _, _ := strings.Cut(place, ".")
		if typ := s.Definitions.Structure(name); typ != nil {
			canonical, path = typ.URL, place
		}
	}
	for range maxBases {
		structure := s.structure(ctx, canonical)
		if structure == nil {
			return ""
		}
		if b := boundAt(structure, path); b != nil {
			return b.ValueSet
		}
		canonical = structure.BaseDefinition
	}
	return ""
}

// maxBases is more profiles than are ever based on one another.
const maxBases = 20

// structure finds a type or a profile by canonical, or nil.
func (s *Server) structure(ctx context.Context, canonical string) *definition.StructureDefinition {
	if structure := s.Definitions.StructureDefinition(canonical); structure != nil || s.Conformance == nil {
		return structure
	}
	if now, err := s.Conformance.Current(ctx); err == nil {
		return now.Structure(canonical)
	}
	return s.Conformance.Guides().Structure(canonical)
}

// boundAt gives the binding of an element by its snapshot or, where a profile has none, by what it changes.
func boundAt(structure *definition.StructureDefinition, path string) *definition.Binding {
	for i := range structure.Elements {
		if e := &structure.Elements[i]; (e.ID == path || e.Path == path) && e.Binding != nil {
			return e.Binding
		}
	}
	for i := range structure.Differential {
		if e := &structure.Differential[i]; (e.ID == path || e.Path == path) && e.Binding != nil {
			return e.Binding
		}
	}
	return nil
}

// onCodeSystem answers an operation about a code system: the instance, or the one that is named or sent. url is what
// names it where the parameters do not: the system of a Coding.
func (s *Server) onCodeSystem(r *request, p parameters, url, version string, answer func(terminology.System) (Answer, error)) (reading, error) {
	library, err := s.library()
	if err != nil {
		return nil, err
	}
	if r.shape == atInstanceOperation {
		return func(_ context.Context, rd store.Reader) (Answer, error) {
			n, err := s.stored(rd, r.key)
			if err != nil {
				return Answer{}, err
			}
			def := terminology.ReadCodeSystem(n)
			return answer(library.SystemOf(&def))
		}, noneOf(p, "url", "codeSystem")
	}
	if n := p.node("codeSystem"); !n.IsZero() {
		def := terminology.ReadCodeSystem(n)
		return r.constant(answer(library.SystemOf(&def)))
	}
	if url == "" {
		return nil, fhir.Errorf(fhir.CodeRequired, "the code system has to be named").Detailed(detailParameterChoice)
	}
	system := library.System(url, version)
	if failure := system.Err(); failure.Reason != 0 {
		return nil, fhir.Errorf(fhir.CodeNotFound, "%s", failure.Reason).Detailed(detailUnknownCodeSystem)
	}
	return r.constant(answer(system))
}

// unknownAnswer is the error of what cannot be told from what is loaded: it names what is missing, and neither
// yes nor no is answered.
func unknownAnswer(v terminology.Verdict) error {
	switch v.Reason {
	case terminology.TooCostly, terminology.Unlisted:
		return fhir.Errorf(fhir.CodeTooCostly, "%s", v.Message()).Detailed("too-costly")
	case terminology.Circular, terminology.OtherVersion:
		return fhir.Errorf(fhir.CodeProcessing, "%s", v.Message()).Detailed(detailNotEvaluable)
	}
	return fhir.Errorf(fhir.CodeNotSupported, "%s", v.Message()).Detailed(detailNotEvaluable)
}

func answered200(body []byte) (Answer, error) { return Answer{Status: http.StatusOK, Body: body}, nil }
