package schema

import (
	"encoding/json"

	"hearken/fhir/definition"
)

// jsonTypes are the primitives that JSON does not write as strings
// (https://hl7.org/fhir/R4/json.html#primitive), with the least there is of them.
var jsonTypes = map[string]keywords{
	"boolean":     {{"type", "boolean"}},
	"decimal":     {{"type", "number"}},
	"integer":     {{"type", "integer"}, {"minimum", -1 << 31}, {"maximum", 1<<31 - 1}},
	"unsignedInt": {{"type", "integer"}, {"minimum", 0}, {"maximum", 1<<31 - 1}},
	"positiveInt": {{"type", "integer"}, {"minimum", 1}, {"maximum", 1<<31 - 1}},
}

// patterns stand in for published regular expressions: that of base64 takes exponential time where it is matched by
// trying, as in JavaScript; of XHTML there is none.
var patterns = map[string]string{
	"base64Binary": `^\s*([0-9A-Za-z+/]{4}\s*)*([0-9A-Za-z+/]{2}==\s*|[0-9A-Za-z+/]{3}=\s*)?$`,
	"xhtml":        `<`, // that there is an element
}

// primitive is the value of a primitive type, as JSON writes it. All of the published regular expressions are of RE2's
// language and of ECMAScript's.
func (w *writer) primitive(s *definition.Structure) keywords {
	if k := jsonTypes[s.Name]; k != nil {
		return k
	}
	k := keywords{{"type", "string"}}
	switch {
	case patterns[s.Name] != "":
		k = k.with("pattern", patterns[s.Name])
	case s.Regex != "":
		k = k.with("pattern", "^("+s.Regex+")$")
	}
	if k = k.with("minLength", 1); s.MaxLength > 0 {
		k = k.with("maxLength", s.MaxLength)
	}
	return k
}

// sibling refers to the "_" sibling of a primitive: its id and extensions, where it may have them. XHTML may not.
func (w *writer) sibling(s *definition.Structure) keywords {
	of := w.source.Set.Structure("Element")
	if extension := s.Element("extension"); extension != nil && extension.Max == 0 {
		return w.ref(s.Name+"-sibling", func() keywords {
			return w.object(of, &definition.Outline{Children: []*definition.Outline{{Row: extension.Definition, Name: "extension"}}})
		})
	}
	return w.structure(of)
}

// nullable is an array of a primitive's values or of their siblings: null where there is only the other.
func (w *writer) nullable(item, lengths keywords) keywords {
	return join(keywords{{"type", "array"}, {"items", anyOf(list{item, {{"type", "null"}}})}}, lengths)
}

// padding asks for the siblings wherever a null stands for a value.
func padding(name string) keywords {
	return keywords{
		{"if", join(keywords{{"properties", keywords{{name, keywords{{"contains", keywords{{"type", "null"}}}}}}}}, has(name))},
		{"then", has("_" + name)},
	}
}

// has asks for members of an object.
func has(members ...string) keywords { return keywords{{"required", names(members)}} }

// limits are what a row says of the size of a primitive. Those of dates and quantities cannot be compared in a schema.
func limits(s *definition.Structure, row *definition.ElementDefinition) keywords {
	var k keywords
	if row.MaxLength > 0 {
		k = k.with("maxLength", row.MaxLength)
	}
	if jsonTypes[s.Name].get("type") == "boolean" || jsonTypes[s.Name] == nil {
		return k
	}
	if isNumber(row.MinValue) {
		k = k.with("minimum", raw(row.MinValue))
	}
	if isNumber(row.MaxValue) {
		k = k.with("maximum", raw(row.MaxValue))
	}
	return k
}

func isNumber(text []byte) bool {
	var number json.Number
	return len(text) > 0 && text[0] != '"' && json.Unmarshal(text, &number) == nil
}
