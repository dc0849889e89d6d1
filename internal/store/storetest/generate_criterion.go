package storetest

import (
	"hearken/fhir"
	"hearken/fhir/search/query"
)

// match is a test of a random parameter, made after a value such as resources have.
func (g *generator) match(t fhir.Type) query.Expr {
	if g.chance(14) {
		return g.intrinsic(t)
	}
	p := g.parameter(t)
	if p.Kind == query.KindReference && g.chance(40) { // the rarer sorts of reference
		return query.Match{Parameter: p, Test: g.test(p.Code, g.rareLink())}
	}
	return query.Match{Parameter: p, Test: g.test(p.Code, g.value(p.Code))}
}

func (g *generator) rareLink() query.Value {
	if g.chance(60) {
		return query.LinkIdentifier{System: pick(g, systems...), Code: pick(g, codes...)}
	}
	return query.Link{URL: pick(g, uris...), Version: fhir.VersionID(g.IntN(2))}
}

func (g *generator) intrinsic(t fhir.Type) query.Expr {
	if g.chance(30) {
		g.cover.hit("_id")
		test := query.TokenTest{Code: string(g.key(t).ID), AnySystem: g.chance(80)}
		return query.Match{Parameter: g.world.Parameter(t, "_id"), Test: test}
	}
	comparison := g.comparison("_lastUpdated")
	low := epoch.UnixMicro() + int64(g.IntN(400))*int64(clockStep.Microseconds())
	test := query.DateTest{Comparison: comparison, Low: low, High: low + pick(g, int64(1000), int64(40*clockStep.Microseconds()))}
	return query.Match{Parameter: g.world.Parameter(t, "_lastUpdated"), Test: test}
}

func (g *generator) comparison(code string) query.Comparison {
	c := query.Comparison(g.IntN(int(query.Approximately) + 1))
	g.cover.hit(code, c.String())
	return c
}

// test is a test that the value passes, or nearly.
func (g *generator) test(code string, v query.Value) query.Test {
	switch v := v.(type) {
	case query.Text:
		return g.textTest(code, v)
	case query.Token:
		return g.tokenTest(code, v.System, v.Code)
	case query.Display:
		g.cover.hit(code, "display")
		return query.DisplayTest{Text: g.beginning(v.Text)}
	case query.TypedIdentifier:
		g.cover.hit(code, "of-type")
		return query.TypedIdentifierTest(v)
	case query.Link:
		return g.linkTest(code, v)
	case query.LinkIdentifier:
		return query.LinkIdentifierTest{TokenTest: g.tokenTest(code+" identifier", v.System, v.Code)}
	case query.URI:
		return g.uriTest(code, v)
	case query.Period:
		return query.DateTest{Comparison: g.comparison(code), Low: v.Low, High: v.High}
	case query.Number:
		return g.numberTest(code)
	case query.Quantity:
		return g.quantityTest(code, v)
	case query.Composite:
		g.cover.hit(code)
		parts := make([]query.Test, len(v.Parts))
		for i, part := range v.Parts {
			parts[i] = g.test("part of "+code, part)
		}
		return query.CompositeTest{Parts: parts}
	}
	panic("a value without tests")
}

func (g *generator) beginning(text string) string {
	runes := []rune(text)
	if g.chance(50) && len(runes) > 2 {
		return string(runes[:1+g.IntN(len(runes)-1)])
	}
	return text
}

func (g *generator) textTest(code string, v query.Text) query.Test {
	mode := query.TextMode(g.IntN(3))
	g.cover.hit(code, [...]string{"starts", "exact", "contains"}[mode])
	test := query.TextTest{Text: v.Text, Mode: mode}
	if mode == query.Contains && len(v.Text) > 3 {
		test.Text = v.Text[len(v.Text)/2:]
	}
	if mode == query.StartsWith {
		test.Text = g.beginning(v.Text)
	}
	return test
}

func (g *generator) tokenTest(code, system, value string) query.TokenTest {
	form := g.IntN(5)
	g.cover.hit(code, [...]string{"system|code", "code", "system|", "|code", "any"}[form])
	test := query.TokenTest{System: system, Code: value}
	switch form {
	case 1:
		test.AnySystem, test.System = true, ""
	case 2:
		test.AnyCode, test.Code = true, ""
	case 3:
		test.System = ""
	case 4:
		test = query.TokenTest{AnySystem: true, AnyCode: true}
	}
	return test
}

func (g *generator) linkTest(code string, v query.Link) query.Test {
	test := query.LinkTest{Key: v.Key, URL: v.URL}
	form := "url"
	if v.URL == "" {
		form = "key"
		if g.chance(30) {
			form, test.Key.Type = "id", ""
		}
	}
	if g.chance(35) {
		form, test.Version = form+" version", v.Version
	}
	g.cover.hit(code, form)
	return test
}

func (g *generator) uriTest(code string, v query.URI) query.Test {
	mode := query.URIMode(g.IntN(4))
	g.cover.hit(code, [...]string{"same", "below", "above", "prefix"}[mode])
	return query.URITest{URI: v.URI, Mode: mode}
}

func (g *generator) numberTest(code string) query.NumberTest {
	n := g.IntN(40) - 10
	test := query.NumberTest{Comparison: g.comparison(code), Low: decimal(n), High: decimal(n)}
	if g.chance(60) {
		test.High = decimal(n + 1 + g.IntN(5))
	}
	return test
}

func (g *generator) quantityTest(code string, v query.Quantity) query.Test {
	test := query.QuantityTest{NumberTest: g.numberTest(code)}
	form := g.IntN(4)
	g.cover.hit(code, [...]string{"any unit", "system and code", "code or unit", "system"}[form])
	switch form {
	case 0:
		test.AnyUnit = true
	case 1:
		test.System, test.Code = v.System, v.Code
	case 2:
		test.AnySystem, test.Code = true, pick(g, v.Code, v.Unit)
	case 3:
		test.System = v.System
	}
	return test
}
