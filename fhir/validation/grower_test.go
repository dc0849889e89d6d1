package validation_test

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strings"

	"hearken/fhir/definition"
)

// grower makes resources at random, as the definitions allow them, with a liking for what an expression speaks of.
type grower struct {
	set      *definition.Set
	random   *rand.Rand
	route    []*definition.Field
	words    map[string]bool // names in the expression
	literals []string        // its strings
}

var (
	wordPattern    = regexp.MustCompile(`[A-Za-z]\w*`)
	literalPattern = regexp.MustCompile(`'([^']*)'`)
)

func newGrower(set *definition.Set, random *rand.Rand, r route) *grower {
	g := &grower{set: set, random: random, route: r.steps, words: map[string]bool{}}
	for _, literal := range literalPattern.FindAllStringSubmatch(r.rule.Expression, -1) {
		g.literals = append(g.literals, literal[1])
	}
	for _, word := range wordPattern.FindAllString(literalPattern.ReplaceAllString(r.rule.Expression, ""), -1) {
		g.words[word] = true
	}
	return g
}

func (g *grower) chance(of float64) bool { return g.random.Float64() < of }

func pick[T any](g *grower, from ...T) T { return from[g.random.IntN(len(from))] }

func (g *grower) resource(s *definition.Structure) map[string]any {
	resource := g.complex(s, g.route, 0)
	resource["resourceType"] = s.Name
	return resource
}

// left are elements that only make noise where an expression does not speak of them.
var left = map[string]bool{"id": true, "extension": true, "modifierExtension": true, "text": true, "contained": true, "implicitRules": true, "meta": true, "language": true}

// wants says how likely an element is there.
func (g *grower) wants(e *definition.Element, depth int) float64 {
	switch {
	case e.Name == "modifierExtension":
		return 0
	case e.Min > 0:
		return 0.985
	case g.words[e.Name] && depth < 5:
		return 0.5
	case left[e.Name] || depth > 2:
		return 0
	}
	return 0.02
}

func (g *grower) complex(s *definition.Structure, route []*definition.Field, depth int) map[string]any {
	object := map[string]any{}
	for _, e := range s.Elements {
		onRoute := len(route) > 0 && route[0].Element == e
		if !onRoute && !g.chance(g.wants(e, depth)) {
			continue
		}
		f, rest := pick(g, e.Fields...), []*definition.Field(nil)
		if onRoute {
			f, rest = route[0], route[1:]
		}
		if f.Type == nil {
			continue
		}
		if value := g.values(e, f, rest, onRoute, depth); value != nil {
			object[f.JSONName] = value
		}
	}
	return object
}

func (g *grower) values(e *definition.Element, f *definition.Field, route []*definition.Field, onRoute bool, depth int) any {
	if !e.Array {
		return g.value(e, f, route, onRoute, depth)
	}
	n := pick(g, 1, 1, 1, 2, 2, 3)
	var items []any
	for i := range n {
		if i > 0 && len(items) > 0 && g.chance(0.3) {
			items = append(items, items[0])
		} else if item := g.value(e, f, route, onRoute, depth); item != nil {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return items
}

// value is one value of an element; nil when nothing came of it.
func (g *grower) value(e *definition.Element, f *definition.Field, route []*definition.Field, onRoute bool, depth int) any {
	onRoute = onRoute && len(route) > 0
	switch name := f.Type.Name; {
	case f.Type.Kind == definition.Primitive:
		return g.primitive(e, name)
	case onRoute:
	case name == "Resource" || name == "DomainResource":
		return map[string]any{"resourceType": "Basic", "id": pick(g, "a", "b"), "code": map[string]any{"text": "a"}}
	case name == "Extension" && !g.words["extension"]:
		return map[string]any{"url": "http://a.example/b", "valueString": "a"}
	case name == "Reference" && !g.words["reference"]:
		return map[string]any{"display": "a"}
	case name == "CodeableConcept" && g.chance(0.9), name == "Coding" && g.chance(0.7):
		return g.coded(e, name)
	}
	object := g.complex(f.Type, route, depth+1)
	if len(object) == 0 {
		return nil
	}
	return object
}

// coded is a concept or a coding with a code of the binding, if it has one that can be listed.
func (g *grower) coded(e *definition.Element, kind string) any {
	coding := map[string]any{"system": "http://a.example/c", "code": "a"}
	list := g.codes(e)
	if list != nil {
		system := pick(g, list.Systems...)
		coding = map[string]any{"system": system.System, "code": pick(g, system.Codes...)}
	}
	switch {
	case kind == "Coding":
		return coding
	case list == nil && g.chance(0.7):
		return map[string]any{"text": "a"}
	}
	return map[string]any{"coding": []any{coding}}
}

func (g *grower) codes(e *definition.Element) *definition.CodeList {
	if e.Binding == nil || e.Binding.Strength == "example" || e.Binding.Strength == "preferred" {
		return nil
	}
	list := g.set.CodeList(e.Binding.ValueSet)
	if list == nil || !list.Enumerable() || len(list.Systems) == 0 {
		return nil
	}
	return list
}

func (g *grower) primitive(e *definition.Element, name string) any {
	if list := g.codes(e); list != nil && g.chance(0.99) {
		codes := pick(g, list.Systems...).Codes
		for _, literal := range g.literals { // a code the expression speaks of
			if list.HasCode(literal) && g.chance(0.4) {
				return literal
			}
		}
		return pick(g, codes...)
	}
	pool := primitives[name]
	if len(pool) == 0 {
		pool = primitives["string"]
	}
	if strings.HasPrefix(name, "string") || name == "code" || name == "uri" || name == "markdown" || name == "canonical" {
		if len(g.literals) > 0 && g.chance(0.4) {
			return pick(g, g.literals...)
		}
	}
	return pick(g, pool...)
}

const xhtml = `<div xmlns="http://www.w3.org/1999/xhtml">`

// primitives are values of each type, some of them where invariants like to look.
var primitives = map[string][]any{
	"boolean": {true, false}, "integer": {0, 1, 2, -1}, "positiveInt": {1, 2, 3}, "unsignedInt": {0, 1, 2},
	"decimal": {json.Number("0"), json.Number("1"), json.Number("-1"), json.Number("1.5"), json.Number("101")},
	"string":  {"a", "b", "A", "Ab1", "a b", "1", "a.b", "%a", "a*"}, "markdown": {"a", "b"}, "code": {"a", "b", "en", "text/plain", "d", "s", "kg"}, "id": {"a", "b"},
	"uri": {"http://a.example/b", "http://a.example/c", "urn:oid:1.2.3", "urn:uuid:00000000-0000-4000-8000-000000000001", "http://unitsofmeasure.org", "a"}, "url": {"http://a.example/b"},
	"canonical": {"http://a.example/b", "http://a.example/c", "http://a.example/b|1"}, "oid": {"urn:oid:1.2.3"}, "uuid": {"urn:uuid:00000000-0000-4000-8000-000000000001"},
	"date": {"2020", "2020-01-01", "2021-01-01"}, "dateTime": {"2020", "2020-01-01", "2021-01-01T00:00:00Z", "2019-01-01T00:00:00Z"},
	"instant": {"2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"}, "time": {"10:00:00", "11:00:00"}, "base64Binary": {"YQ=="},
	"xhtml": {xhtml + `a</div>`, xhtml + ` </div>`, xhtml + `<script>a</script></div>`, xhtml + `<p onclick="a">a</p></div>`},
}
