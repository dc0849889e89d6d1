package fhirpath

import "github.com/cockroachdb/apd/v3"

// aggregation is aggregate(aggregator, initial) (http://hl7.org/fhirpath/N1/#aggregates).
type aggregation struct {
	source     operand
	aggregator operand
	initial    operand // nil for none
	at         int
}

func compileAggregate(c *compiler, s *syntax, source part) (part, *Error) {
	total := c.total
	c.total = shape{uses: usesLocal}
	aggregator, err := c.lambda(source, s.args[0])
	c.total = total
	if err != nil {
		return part{}, err
	}
	a := &aggregation{source: source.operand, aggregator: aggregator.operand, at: s.at}
	uses := source.uses | outer(aggregator)
	if len(s.args) == 2 {
		initial, err := c.compile(s.args[1])
		if err != nil {
			return part{}, err
		}
		a.initial = initial.operand
		uses |= initial.uses
	}
	return part{a, shape{uses: uses}}, nil
}

func (a *aggregation) collect(env *Env, _ int) error {
	outer := env.total
	var total []Item
	if a.initial != nil {
		base := len(env.stack)
		if err := a.initial.collect(env, 0); err != nil {
			return err
		}
		total = append(total, env.stack[base:]...)
		env.stack = env.stack[:base]
	}
	err := forEach(env, a.source, a.at, func() (bool, error) {
		env.total = total
		base := len(env.stack)
		err := a.aggregator.collect(env, 0)
		total = append([]Item(nil), env.stack[base:]...)
		env.stack = env.stack[:base]
		return true, err
	})
	env.total = outer
	if err != nil {
		return err
	}
	return env.pushAll(total, a.at)
}

// folding is sum(), min(), max() or avg(), of the items or of a projection of each.
type folding struct {
	source operand
	name   string
	fold   func(f *folding, items []Item) (Item, error)
	at     int
}

func aggregating(fold func(*folding, []Item) (Item, error)) func(*compiler, *syntax, part) (part, *Error) {
	return func(c *compiler, s *syntax, source part) (part, *Error) {
		if len(s.args) == 1 {
			var err *Error
			if source, err = compileSelect(c, s, source); err != nil {
				return part{}, err
			}
		}
		f := &folding{source.operand, s.name, fold, s.at}
		return part{f, shape{types: source.types, system: source.system, single: true, uses: source.uses}}, nil
	}
}

func (f *folding) collect(env *Env, _ int) error { return collectOne(env, f) }

func (f *folding) one(env *Env) (Item, error) {
	base := len(env.stack)
	err := f.source.collect(env, 0)
	items := env.stack[base:]
	env.stack = env.stack[:base]
	if err != nil || len(items) == 0 {
		return Item{}, err
	}
	return f.fold(f, items)
}

func sum(f *folding, items []Item) (Item, error) {
	total := items[0].system()
	if !total.measures() {
		return Item{}, failed(f.at, "%s needs numbers or quantities", f.name)
	}
	plus := operation{name: "+", at: f.at}
	for _, i := range items[1:] {
		var err error
		if total, err = plus.apply(nil, total, i.system()); err != nil || total.kind == 0 {
			return Item{}, err
		}
	}
	return total, nil
}

func average(f *folding, items []Item) (Item, error) {
	total, err := sum(f, items)
	if err != nil || total.kind == 0 {
		return Item{}, err
	}
	mean := decimalOperation("/", total.asDecimal(), apd.New(int64(len(items)), 0))
	if total.kind == Quantity {
		return mean.withUnit(total), nil
	}
	return mean, nil
}

func minimum(f *folding, items []Item) (Item, error) { return f.extreme(items, -1) }

func maximum(f *folding, items []Item) (Item, error) { return f.extreme(items, 1) }

func (f *folding) extreme(items []Item, want int) (Item, error) {
	best := items[0].system()
	for _, i := range items[1:] {
		order, known, err := compareItems(i.system(), best, f.at)
		if err != nil || !known {
			return Item{}, err
		}
		if order == want {
			best = i.system()
		}
	}
	return best, nil
}
