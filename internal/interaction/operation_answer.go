package interaction

import (
	"strconv"

	"hearken/fhir/element"
	"hearken/fhir/terminology"
)

// given is a parameter of an operation's answer: a name with a value, a resource or parts.
type given struct {
	name  string
	kind  string // the member that has the value: "valueString", "resource", "part"
	json  []byte
	parts []given
}

// answerParameters writes a Parameters resource (https://hl7.org/fhir/R4/parameters.html). Parameters without
// a value are left out.
func answerParameters(all ...given) []byte {
	out := append([]byte(nil), `{"resourceType":"Parameters"`...)
	return append(appendGiven(out, `,"parameter":[`, all), '}')
}

func appendGiven(out []byte, open string, all []given) []byte {
	wrote := false
	for _, one := range all {
		if len(one.json) == 0 && len(one.parts) == 0 {
			continue
		}
		out = append(out, open...)
		out = append(out, `{"name":`...)
		out = element.AppendString(out, one.name)
		if len(one.parts) > 0 {
			out = appendGiven(out, `,"part":[`, one.parts)
		} else {
			out = append(out, `,"`...)
			out = append(out, one.kind...)
			out = append(out, `":`...)
			out = append(out, one.json...)
		}
		out = append(out, '}')
		open, wrote = ",", true
	}
	if wrote {
		out = append(out, ']')
	}
	return out
}

// give is a value that JSON writes as a string, of the type that kind ends in: give("code", "valueCode", "x"). There is
// none for "".
func give(name, kind, text string) given {
	if text == "" {
		return given{}
	}
	return given{name: name, kind: kind, json: element.AppendString(nil, text)}
}

func giveFlag(name string, value bool) given {
	return given{name: name, kind: "valueBoolean", json: strconv.AppendBool(nil, value)}
}

func giveNumber(name string, value int) given {
	return given{name: name, kind: "valueInteger", json: strconv.AppendInt(nil, int64(value), 10)}
}

func giveParts(name string, parts ...given) given { return given{name: name, parts: parts} }

func giveCoding(name string, c terminology.Coding) given {
	b := jsonWriter{[]byte{'{'}}
	b.text("system", c.System)
	b.text("version", c.Version)
	b.text("code", c.Code)
	b.text("display", c.Display)
	if len(b.json) == 1 {
		return given{}
	}
	return given{name: name, kind: "valueCoding", json: append(b.json, '}')}
}
