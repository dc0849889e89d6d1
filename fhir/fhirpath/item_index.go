package fhirpath

import "hash/maphash"

// itemIndex is a set of items, in the sense of "=". A few are compared one by one; many have a hash
// table, so that asking of each of n items whether it is among n others takes linear time.
type itemIndex struct {
	items  []Item
	table  map[uint64][]int32
	linear []int32 // of items that equal others without having the same hash: quantities
}

// indexFrom is how many items a hash table is worth.
const indexFrom = 16

var hashSeed = maphash.MakeSeed()

func indexOfItems(items []Item) *itemIndex { return &itemIndex{items: items} }

// membersOf gives the items of an operand as an index. That of a kept operand is made once; any
// other is good until something is pushed on the stack.
func membersOf(env *Env, o operand) (*itemIndex, error) {
	if k, ok := o.(*kept); ok {
		v, err := k.value(env)
		if err != nil {
			return nil, err
		}
		if v.index == nil {
			v.index = indexOfItems(v.items)
		}
		return v.index, nil
	}
	if c, ok := o.(constant); ok {
		return indexOfItems(c), nil
	}
	base := len(env.stack)
	err := o.collect(env, 0)
	index := indexOfItems(env.stack[base:])
	env.stack = env.stack[:base]
	return index, err
}

// has reports whether an item equals one of the index.
func (x *itemIndex) has(env *Env, i Item, at int) (bool, error) {
	if len(x.items) < indexFrom {
		for _, other := range x.items {
			if t, err := equalItems(env, i, other, at); t == isTrue || err != nil {
				return t == isTrue, err
			}
		}
		return false, env.spend(1, at)
	}
	x.build()
	value := i.system()
	if value.kind == Quantity {
		return x.scan(env, i, at)
	}
	if found, err := x.among(env, i, x.table[hashOf(value)], at); found || err != nil {
		return found, err
	}
	return x.among(env, i, x.linear, at)
}

// scan compares with every item.
func (x *itemIndex) scan(env *Env, i Item, at int) (bool, error) {
	for _, other := range x.items {
		if err := env.spend(1, at); err != nil {
			return false, err
		}
		if t, err := equalItems(env, i, other, at); t == isTrue || err != nil {
			return t == isTrue, err
		}
	}
	return false, nil
}

func (x *itemIndex) among(env *Env, i Item, places []int32, at int) (bool, error) {
	for _, place := range places {
		if err := env.spend(1, at); err != nil {
			return false, err
		}
		if t, err := equalItems(env, i, x.items[place], at); t == isTrue || err != nil {
			return t == isTrue, err
		}
	}
	return false, nil
}

// build fills the table with all items that are not in it yet.
func (x *itemIndex) build() {
	if x.table != nil {
		return
	}
	x.table = make(map[uint64][]int32, len(x.items))
	for place := range x.items {
		x.note(place)
	}
}

func (x *itemIndex) note(place int) {
	value := x.items[place].system()
	if value.kind == Quantity {
		x.linear = append(x.linear, int32(place))
		return
	}
	h := hashOf(value)
	x.table[h] = append(x.table[h], int32(place))
}

// add puts an item into the index.
func (x *itemIndex) add(i Item) {
	x.items = append(x.items, i)
	if x.table != nil {
		x.note(len(x.items) - 1)
	}
}

// hashOf is a hash that equal values share.
func hashOf(i Item) uint64 {
	switch {
	case i.kind == Element:
		return hashNode(i.node)
	case i.kind == Decimal:
		return hashDecimal(i)
	case isTemporal(i.kind):
		return hashTemporal(i)
	case i.kind == String || i.kind == TypeInfo || i.kind == Unresolved:
		return maphash.String(hashSeed, i.text)
	}
	return maphash.Comparable(hashSeed, i.number)
}

// hashDecimal is that of the integer it equals, if any.
func hashDecimal(i Item) uint64 {
	if n, err := i.decimal.Int64(); err == nil {
		return maphash.Comparable(hashSeed, n)
	}
	f, _ := i.decimal.Float64()
	return maphash.Comparable(hashSeed, f)
}

func hashTemporal(i Item) uint64 {
	seconds := i.number
	if i.hasZone() {
		seconds -= int64(i.zone) * 60
	}
	return maphash.Comparable(hashSeed, moment{seconds, i.nanos})
}
