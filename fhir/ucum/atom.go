package ucum

import (
	"math/big"
	"strings"
	"sync"
)

// atom is one row of the tables: what a symbol without its prefix stands for.
type atom struct {
	code      string
	base      bool // a dimension of its own: a base unit or an arbitrary one
	metric    bool // takes prefixes
	special   bool // a scale that is not proportional to its unit
	value     *big.Rat
	unit      string
	once      sync.Once
	definable Unit // value × unit, worked out at the first use
}

// atoms reads the tables, once, at the first question about a unit.
var atoms = sync.OnceValue(func() map[string]*atom {
	table := make(map[string]*atom, 400)
	for _, rows := range []string{metricAtoms, customaryAtoms, clinicalAtoms} {
		for row := range strings.Lines(strings.TrimSpace(rows)) {
			a := readAtom(strings.Fields(row))
			table[a.code] = a
		}
	}
	return table
})

// readAtom takes the columns of one row. The tables are constants: a test reads them all.
func readAtom(column []string) *atom {
	value, _ := new(big.Rat).SetString(column[2])
	return &atom{
		code:    column[0],
		base:    strings.ContainsAny(column[1], "ba"),
		metric:  strings.Contains(column[1], "m"),
		special: strings.Contains(column[1], "s"),
		value:   value,
		unit:    column[3],
	}
}

// defined is the atom in base units.
func (a *atom) defined() Unit {
	a.once.Do(func() {
		if a.base || a.special {
			a.definable = Unit{factor: big.NewRat(1, 1), dimension: dimension{a.code: 1}}
			return
		}
		u, _ := Parse(a.unit)
		a.definable = Unit{factor: new(big.Rat).Mul(a.value, u.factor), dimension: u.dimension}
	})
	return a.definable
}

// symbol finds what a simple unit stands for: an atom, or a metric atom behind a prefix. A symbol
// that is both ("cd", "Pa") is the atom.
func symbol(code string) (a *atom, prefix string) {
	if a = atoms()[code]; a != nil {
		return a, ""
	}
	for n := 1; n <= 2 && n < len(code); n++ {
		if _, ok := prefixes[code[:n]]; !ok {
			continue
		}
		if a = atoms()[code[n:]]; a != nil && a.metric {
			return a, code[:n]
		}
	}
	return nil, ""
}
