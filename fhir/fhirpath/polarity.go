package fhirpath

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// signed is the polarity operator (http://hl7.org/fhirpath/N1/#math).
type signed struct {
	source   operand
	negative bool
	at       int
}

func (c *compiler) polarity(s *syntax) (part, *Error) {
	source, err := c.compile(s.left)
	if err != nil {
		return part{}, err
	}
	return constantFolded(part{signed{source.operand, s.name == "-", s.at}, source.shape}), nil
}

func (g signed) collect(env *Env, _ int) error { return collectOne(env, g) }

func (g signed) one(env *Env) (Item, error) {
	i, err := single(env, g.source, g.at)
	if err != nil || i.kind == 0 {
		return Item{}, err
	}
	i = i.system()
	if !i.measures() {
		return Item{}, failed(g.at, "a sign before a %s", i.Type())
	}
	if !g.negative {
		return i, nil
	}
	if i.decimal != nil {
		i.decimal = new(apd.Decimal).Neg(i.decimal)
		return i, nil
	}
	if i.number == math.MinInt64 {
		return Item{}, nil
	}
	i.number = -i.number
	return i, nil
}
