package mutant

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Mutant is a changed copy of a resource.
type Mutant struct {
	Kind   string // "delete", "retype"; see Kinds
	Path   string // where, "Patient.name[0].family"
	Source []byte
}

// Draw makes up to n mutants of a resource, by what random says: a kind, then a place where it can be done.
// The same source and the same random numbers make the same mutants; none is made twice, and none is the
// source. It fails when the source is not JSON.
func Draw(random *rand.Rand, source []byte, n int) ([]Mutant, error) {
	places, err := read(source)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	d := &draw{random: random, source: source, places: places}
	var mutants []Mutant
	seen := map[string]bool{string(source): true}
	for range 4 * n { // a kind does not fit each place
		if len(mutants) == n {
			break
		}
		k := kinds[random.IntN(len(kinds))]
		p := &places[random.IntN(len(places))]
		text := k.change(d, p)
		if text == nil || seen[string(text)] {
			continue
		}
		seen[string(text)] = true
		mutants = append(mutants, Mutant{Kind: k.name, Path: p.path, Source: text})
	}
	return mutants, nil
}

// Kinds names the ways of going wrong.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// draw is what the kinds are given.
type draw struct {
	random *rand.Rand
	source []byte
	places []place
}

// splice returns the source with a span of it exchanged.
func (d *draw) splice(from, to int, text string) []byte {
	return slices.Concat(d.source[:from], []byte(text), d.source[to:])
}

func (d *draw) text(from, to int) string { return string(d.source[from:to]) }

func (d *draw) value(p *place) string { return d.text(p.start, p.end) }

// whole is the member with its name, or the item.
func (d *draw) whole(p *place) string { return d.text(p.key, p.end) }

func (d *draw) isString(p *place) bool { return d.source[p.start] == '"' }

func (d *draw) isArray(p *place) bool { return d.source[p.start] == '[' }

func (d *draw) isObject(p *place) bool { return d.source[p.start] == '{' }

// pick is one of several texts.
func (d *draw) pick(texts ...string) string { return texts[d.random.IntN(len(texts))] }

// String says what was done and where, which holds no value of the resource.
func (m Mutant) String() string { return fmt.Sprintf("%s %s", m.Kind, m.Path) }
