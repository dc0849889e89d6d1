package interaction

import (
	"context"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// expand answers ValueSet/$expand (https://hl7.org/fhir/R4/valueset-operation-expand.html): the codes of a
// value set. One that cannot be expanded in full is an error that says why, never a part of the codes.
func (s *Server) expand(ctx context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	wanted, err := expandOf(p)
	if err != nil {
		return nil, err
	}
	versions, err := systemVersions(p)
	if err != nil {
		return nil, err
	}
	then, err := s.asOf(p)
	if err != nil {
		return nil, err
	}
	return s.onValueSet(ctx, r, p, func(set *terminology.ValueSet) (Answer, error) {
		set = set.With(versions)
		if err := then.ofValueSet(set, p.has("valueSet")); err != nil {
			return Answer{}, err
		}
		expanded, failure := set.Expand(wanted)
		if failure.Reason != 0 {
			return Answer{}, unknownAnswer(failure)
		}
		return answered200(s.expansion(set, p, expanded))
	})
}

// expandOf is what the parameters of an expansion ask for.
func expandOf(p parameters) (terminology.Expand, error) {
	x := terminology.Expand{
		Filter: p.text("filter"), Count: terminology.All, ActiveOnly: p.flag("activeOnly", false), Selectable: p.flag("excludeNotForUI", false),
		Nested: !p.flag("excludeNested", true), Language: p.text("displayLanguage"), ExcludeSystems: p.texts("exclude-system"),
	}
	for _, page := range []struct {
		name string
		into *int
	}{{"offset", &x.Offset}, {"count", &x.Count}} {
		if !p.has(page.name) {
			continue
		}
		n, err := strconv.Atoi(p.text(page.name))
		if err != nil || n < 0 {
			return x, fhir.Errorf(fhir.CodeValue, "parameter %q is a number from 0", page.name).Detailed(detailParameterValue).At("http." + page.name)
		}
		*page.into = n
	}
	if direction := p.text("contextDirection"); direction != "" && direction != "incoming" && direction != "outgoing" {
		return x, fhir.Errorf(fhir.CodeValue, "parameter %q is incoming or outgoing", "contextDirection").Detailed(detailParameterValue).At("http.contextDirection")
	}
	tokens := p.texts("designation")
	if p.flag("includeDesignations", len(tokens) > 0) {
		x.Designation = func(d definition.Designation) bool { return wantsDesignation(tokens, d) }
	}
	return x, nil
}

// systemVersions is which versions of code systems the parameters ask for.
func systemVersions(p parameters) (terminology.SystemVersions, error) {
	var v terminology.SystemVersions
	for _, one := range []struct {
		name string
		into *map[string]string
	}{{"system-version", &v.Default}, {"check-system-version", &v.Check}, {"force-system-version", &v.Force}} {
		for _, canonical := range p.texts(one.name) {
			var ok bool
			if *one.into, ok = terminology.AddCanonical(*one.into, canonical); !ok {
				return v, fhir.Errorf(fhir.CodeValue, "parameter %q is the URL of a code system, a bar and a version", one.name).
					Detailed(detailParameterValue).At("http." + one.name)
			}
		}
	}
	return v, nil
}

// languageSystem is the system of a token that stands for a language.
const languageSystem = "urn:ietf:bcp:47"

// wantsDesignation reports whether a designation is of a use or in a language that a token names; no tokens are all.
func wantsDesignation(tokens []string, d definition.Designation) bool {
	for _, token := range tokens {
		system, code, ok := strings.Cut(token, "|")
		switch {
		case !ok && (d.Language == token || d.Use.Code == token),
			ok && system == languageSystem && d.Language == code,
			ok && system == d.Use.System && code == d.Use.Code && code != "":
			return true
		}
	}
	return len(tokens) == 0
}
