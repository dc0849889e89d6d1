package interaction

import (
	"context"
	"hearken/fhir"
	"hearken/fhir/terminology"
	"hearken/internal/store"
)

// translate answers ConceptMap/$translate (https://hl7.org/fhir/R4/conceptmap-operation-translate.html): what
// a code is in another code system, by one concept map or by all that lead from and to the value sets that
// are named.
func (s *Server) translate(_ context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	asked, err := codes(p, p.text("system"), p.text("version"))
	if err != nil {
		return nil, err
	}
	if p.has("code") && !p.has("system") {
		return nil, fhir.Errorf(fhir.CodeRequired, "a code needs its system").Detailed(detailParameterChoice)
	}
	if p.has("target") && p.has("targetsystem") {
		return nil, fhir.Errorf(fhir.CodeInvalid, "parameters %q and %q cannot be given together", "target", "targetsystem").Detailed(detailParameterChoice)
	}
	library, err := s.library()
	if err != nil {
		return nil, err
	}
	answer := func(m terminology.Map) (Answer, error) { return translated(m, p, asked) }
	if r.shape == atInstanceOperation {
		return func(_ context.Context, rd store.Reader) (Answer, error) {
			n, err := s.stored(rd, r.key)
			if err != nil {
				return Answer{}, err
			}
			def := terminology.ReadConceptMap(n)
			return answer(library.MapOf(&def))
		}, noneOf(p, "url", "conceptMap", "conceptMapVersion")
	}
	maps, err := conceptMaps(library, p)
	if err != nil {
		return nil, err
	}
	return r.constant(answer(maps))
}

// conceptMaps are those that are asked: one that is named or sent, or all between two value sets.
func conceptMaps(library *terminology.Library, p parameters) (terminology.Map, error) {
	if n := p.node("conceptMap"); !n.IsZero() {
		def := terminology.ReadConceptMap(n)
		return library.MapOf(&def), nil
	}
	if !p.has("url") {
		source, target := p.text("source"), p.text("target")
		if p.flag("reverse", false) {
			source, target = target, source
		}
		return library.Maps(source, target), nil
	}
	canonical := p.text("url")
	if version := p.text("conceptMapVersion"); version != "" {
		canonical += "|" + version
	}
	found, ok := library.Map(canonical)
	if !ok {
		return found, fhir.Errorf(fhir.CodeNotFound, "the concept map is not loaded").Detailed(detailUnknownConceptMap)
	}
	return found, nil
}

func translated(m terminology.Map, p parameters, asked []terminology.Coding) (Answer, error) {
	q := terminology.Translate{TargetSystem: p.text("targetsystem"), Reverse: p.flag("reverse", false), Dependencies: dependencies(p)}
	result, all := false, []given{}
	for _, q.Coding = range asked {
		for _, match := range m.Translate(q) {
			result = result || match.Matched()
			all = append(all, giveMatch(match))
		}
	}
	message := ""
	switch {
	case len(all) == 0:
		message = "no concept map has a translation of the code"
	case !result:
		message = "the concept maps say that the code has no translation"
	}
	return answered200(answerParameters(append([]given{giveFlag("result", result), give("message", "valueString", message)}, all...)...))
}

func giveMatch(match terminology.Match) given {
	parts := []given{give("equivalence", "valueCode", match.Equivalence), giveCoding("concept", match.Concept)}
	for _, product := range match.Product {
		parts = append(parts, giveParts("product", give("element", "valueUri", product.Property),
			giveCoding("concept", terminology.Coding{System: product.System, Code: product.Value, Display: product.Display})))
	}
	return giveParts("match", append(parts, give("source", "valueUri", match.Map))...)
}

// dependencies are what is known of other elements.
func dependencies(p parameters) []terminology.Dependency {
	var all []terminology.Dependency
	for i := range p {
		if p[i].def.Name != "dependency" {
			continue
		}
		d := terminology.Dependency{Property: p[i].parts.text("element")}
		for n := range p[i].parts.node("concept").Children() {
			if n.Name() == "coding" {
				d.Codings = append(d.Codings, terminology.ReadCoding(n))
			}
		}
		all = append(all, d)
	}
	return all
}
