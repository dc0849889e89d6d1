package interaction

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// lookup answers CodeSystem/$lookup (https://hl7.org/fhir/R4/codesystem-operation-lookup.html): what is known
// of a code.
func (s *Server) lookup(_ context.Context, r *request) (reading, error) {
	p, err := s.parameters(r)
	if err != nil {
		return nil, err
	}
	way, err := oneOf(p, "code", "coding")
	if err != nil {
		return nil, err
	}
	asked := terminology.Coding{System: p.text("system"), Version: p.text("version"), Code: p.text("code")}
	if way == "coding" {
		asked = terminology.ReadCoding(p.node("coding"))
	}
	then, err := s.asOf(p)
	if err != nil {
		return nil, err
	}
	wanted := p.texts("property")
	return s.onCodeSystem(r, p, asked.System, asked.Version, func(system terminology.System) (Answer, error) {
		if err := then.ofSystem(system, p.has("codeSystem")); err != nil {
			return Answer{}, err
		}
		found, verdict := system.Lookup(asked.Code, p.text("displayLanguage"), wanted...)
		if err := codeKnown(verdict); err != nil {
			return Answer{}, err
		}
		return answered200(answerParameters(lookupAnswer(asked, found, wanted)...))
	})
}

// codeKnown is nil for a code that a system has, and otherwise why nothing can be said of it.
func codeKnown(v terminology.Verdict) error {
	switch {
	case v.Answer == terminology.In:
		return nil
	case v.Answer == terminology.NotIn:
		return fhir.Errorf(fhir.CodeNotFound, "%s", v.Message()).Detailed("unknown-code")
	case v.Reason == terminology.UnknownSystem:
		return fhir.Errorf(fhir.CodeNotFound, "%s", v.Reason).Detailed(detailUnknownCodeSystem)
	}
	return unknownAnswer(v)
}

func lookupAnswer(asked terminology.Coding, found terminology.Lookup, wanted []string) []given {
	out := []given{give("name", "valueString", found.Name), give("version", "valueString", found.Version), give("display", "valueString", found.Display)}
	for _, d := range found.Designations {
		out = append(out, giveDesignation(d))
	}
	// What a system and a code are called comes first in any case; they are properties only for who asks for them as such.
	for _, basic := range [][2]string{{"url", asked.System}, {"code", asked.Code}} {
		if slices.Contains(wanted, basic[0]) {
			out = append(out, giveParts("property", give("code", "valueCode", basic[0]), give("value", kindOfBasic[basic[0]], basic[1])))
		}
	}
	for _, p := range found.Properties {
		out = append(out, giveParts("property", give("code", "valueCode", p.Code), giveProperty(p.ConceptProperty), give("description", "valueString", p.Description)))
	}
	return out
}

var kindOfBasic = map[string]string{"url": "valueUri", "code": "valueCode"}

func giveDesignation(d definition.Designation) given {
	return giveParts("designation", give("language", "valueCode", d.Language),
		giveCoding("use", terminology.Coding{System: d.Use.System, Code: d.Use.Code, Display: d.Use.Display}), give("value", "valueString", d.Value))
}

// giveProperty is the value of a property, of the type the code system says.
func giveProperty(p definition.ConceptProperty) given {
	switch p.Type {
	case "boolean":
		return giveFlag("value", p.Value == "true")
	case "integer", "decimal":
		if _, err := strconv.ParseFloat(p.Value, 64); err == nil {
			return given{name: "value", kind: "value" + strings.ToUpper(p.Type[:1]) + p.Type[1:], json: []byte(p.Value)}
		}
	case "Coding":
		return giveCoding("value", terminology.Coding{System: p.System, Code: p.Value})
	case "code":
		return give("value", "valueCode", p.Value)
	case "dateTime":
		return give("value", "valueDateTime", p.Value)
	}
	return give("value", "valueString", p.Value)
}
