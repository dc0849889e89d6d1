package storetest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// generator makes random contents and queries. Values come from small pools, so that queries find something.
type generator struct {
	*rand.Rand
	world *World
	ids   int // resources of each type; links go a little further, to what is absent
	cover coverage
}

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) key(t fhir.Type) fhir.Key {
	return fhir.Key{Type: t, ID: fhir.ID(fmt.Sprintf("%s%d", strings.ToLower(string(t[:2])), g.IntN(g.ids+g.ids/10+1)))}
}

// content is a random resource: any number of values of some parameters.
func (g *generator) content() Content {
	c := Content{Values: map[string][]query.Value{query.AccessCode: {query.Token{System: "access", Code: "floor"}}}}
	for _, code := range codesOfKinds {
		if code == query.AccessCode || g.chance(25) {
			continue
		}
		for n := 1 + max(0, g.IntN(5)-2); n > 0; n-- {
			c.Values[code] = append(c.Values[code], g.value(code))
		}
	}
	for n := g.IntN(3); n > 0; n-- {
		c.Compartments = append(c.Compartments, g.key(pick(g, Types[2:]...)))
	}
	return c
}

func (g *generator) value(code string) query.Value {
	switch kinds[code] {
	case query.KindNumber:
		low, high := g.numbers()
		return query.Number{Low: low, High: high}
	case query.KindDate:
		return g.period()
	case query.KindString:
		return query.Text{Text: pick(g, texts...), Part: g.chance(15)}
	case query.KindToken, query.KindSpecial:
		return g.tokenValue()
	case query.KindReference:
		return g.link()
	case query.KindComposite:
		return query.Composite{Parts: []query.Value{g.compositeHead(), g.quantity()}}
	case query.KindQuantity:
		return g.quantity()
	case query.KindURI:
		return query.URI{URI: pick(g, uris...)}
	}
	panic("a kind without values")
}

var texts = []string{
	"Alcántar", "ALCANTAR", "alcantara", "Smith", "Smith-Jones ", "O’Brien", "obrien", "Ann", "Anna", "-", "Ång ström",
	"a\x00b", strings.Repeat("long ", 60) + "end", strings.Repeat("long ", 60) + "other",
}

var (
	systems = []string{"", "http://s1", "http://s2"}
	codes   = []string{"a", "b", "c", "A", "a|b", ""}
	words   = []string{"Headache", "head ache", "Migräne", "-", ""}
	uris    = []string{
		"http://x.org/a", "http://x.org/a/", "http://x.org/a/b", "http://x.org/ab", "http://x.org/a|1", "urn:oid:1.2",
		"urn:oid:1.2.3", "http://x.org/" + strings.Repeat("deep/", 60), "http://x.org/" + strings.Repeat("deep/", 60) + "er",
	}
)

func (g *generator) tokenValue() query.Value {
	switch g.IntN(8) {
	case 0:
		return query.Display{Text: pick(g, words...)}
	case 1:
		return query.TypedIdentifier{System: pick(g, systems...), Code: pick(g, codes...), Value: pick(g, codes...)}
	}
	return g.token()
}

func (g *generator) token() query.Token {
	return query.Token{System: pick(g, systems...), Code: pick(g, codes...)}
}

func (g *generator) link() query.Value {
	switch g.IntN(6) {
	case 0:
		return query.LinkIdentifier{System: pick(g, systems...), Code: pick(g, codes...)}
	case 1:
		return query.Link{URL: pick(g, uris...), Version: fhir.VersionID(g.IntN(2))}
	}
	return query.Link{Key: g.key(pick(g, Types...)), Version: fhir.VersionID(max(0, g.IntN(6)-3))}
}

func (g *generator) compositeHead() query.Value {
	if g.chance(30) {
		return g.link()
	}
	return g.tokenValue()
}

func (g *generator) period() query.Period {
	const day = 86_400_000_000
	low := int64(g.IntN(40)) * day
	high := low + pick(g, int64(1000), day, day, 30*day)
	switch g.IntN(12) {
	case 0:
		low = query.MinTime
	case 1:
		high = query.MaxTime
	}
	return query.Period{Low: low, High: high}
}

func decimal(n int) query.Decimal {
	d, ok := query.ParseDecimal(strconv.FormatFloat(float64(n)/2, 'f', -1, 64))
	if !ok {
		panic("a number that is none")
	}
	return d
}

// numbers is a number, or now and then a range.
func (g *generator) numbers() (low, high query.Decimal) {
	n := g.IntN(40) - 10
	low, high = decimal(n), decimal(n)
	switch g.IntN(10) {
	case 0:
		high = decimal(n + 1 + g.IntN(20))
	case 1:
		high = query.MaxDecimal
	case 2:
		low = query.MinDecimal
	}
	return low, high
}

func (g *generator) quantity() query.Quantity {
	low, high := g.numbers()
	unit := pick(g, "mg", "kg", "", "a")
	return query.Quantity{Low: low, High: high, System: pick(g, systems[:2]...), Code: unit, Unit: pick(g, unit, "stone")}
}
