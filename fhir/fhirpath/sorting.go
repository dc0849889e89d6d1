package fhirpath

import "slices"

// sorted is sort(), by the items themselves or by keys; a key with a minus sign sorts downwards,
// whatever its type (http://hl7.org/fhirpath/#sort). An empty key
// is greater than any other.
type sorted struct {
	source operand
	keys   []sortKey
	at     int
}

type sortKey struct {
	operand
	descending bool
}

func compileSort(c *compiler, s *syntax, source part) (part, *Error) {
	o := &sorted{source: source.operand, at: s.at}
	result := source.shape
	result.unordered = false
	for _, arg := range s.args {
		key := sortKey{}
		if arg.form == formPolarity && arg.name == "-" {
			key.descending, arg = true, arg.left
		}
		p, err := c.lambda(source, arg)
		if err != nil {
			return part{}, err
		}
		key.operand = p.operand
		result.uses |= outer(p)
		o.keys = append(o.keys, key)
	}
	if len(o.keys) == 0 {
		o.keys = []sortKey{{operand: &path{at: s.at}}}
	}
	return part{o, result}, nil
}

type sortRow struct {
	item Item
	keys []Item
}

func (o *sorted) collect(env *Env, _ int) error {
	var rows []sortRow
	base := len(env.stack)
	err := forEach(env, o.source, o.at, func() (bool, error) {
		row := sortRow{item: env.this}
		for _, key := range o.keys {
			i, err := single(env, key.operand, o.at)
			if err != nil {
				return false, err
			}
			row.keys = append(row.keys, i.system())
		}
		rows = append(rows, row)
		return true, env.spend(8, o.at)
	})
	env.stack = env.stack[:base]
	if err != nil {
		return err
	}
	var failure error
	slices.SortStableFunc(rows, func(a, b sortRow) int {
		order, err := o.compare(a, b)
		if err != nil {
			failure = err
		}
		return order
	})
	for _, row := range rows {
		env.push(row.item)
	}
	return failure
}

// order is that of two keys before any minus sign.
func (sortKey) order(x, y Item, at int) (order int, known bool, err error) {
	switch {
	case x.kind == 0:
		return 1, true, nil
	case y.kind == 0:
		return -1, true, nil
	}
	return compareItems(x, y, at)
}

func (o *sorted) compare(a, b sortRow) (int, error) {
	for i, key := range o.keys {
		x, y := a.keys[i], b.keys[i]
		switch {
		case x.kind == 0 && y.kind == 0:
			continue
		}
		order, known, err := key.order(x, y, o.at)
		if err != nil {
			return 0, err
		}
		if !known || order == 0 {
			continue
		}
		if key.descending {
			order = -order
		}
		return order, nil
	}
	return 0, nil
}
