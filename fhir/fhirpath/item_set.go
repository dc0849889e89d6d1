package fhirpath

import (
	"hash/maphash"

	"hearken/fhir/element"
)

// hashNode sums what is in an element over its members, so that their order does not matter.
func hashNode(n element.Node) uint64 {
	var sum uint64
	if n.HasValue() {
		sum = hashOf(Of(n).system())
	}
	for c := skipID(n, n.FirstChild()); !c.IsZero(); c = skipID(n, c.NextSibling()) {
		sum += maphash.Comparable(hashSeed, [2]uint64{uint64(c.NameID()), hashNode(c)})
	}
	return sum
}

// dedupe drops from the stack, from base on, the items that equal one before them.
func dedupe(env *Env, base, at int) error {
	if len(env.stack)-base >= indexFrom {
		return dedupeFrom(env, &itemIndex{}, base, at)
	}
	kept := base
	for from := base; from < len(env.stack); from++ {
		i := env.stack[from]
		found, err := equalsAny(env, i, env.stack[base:kept], at)
		if err != nil {
			return err
		}
		if !found {
			env.stack[kept] = i
			kept++
		}
	}
	env.stack = env.stack[:kept]
	return nil
}

// dedupeFrom drops from the stack, from base on, the items that are in seen, and adds the others
// to it.
func dedupeFrom(env *Env, seen *itemIndex, base, at int) error {
	kept := base
	for from := base; from < len(env.stack); from++ {
		i := env.stack[from]
		found, err := seen.has(env, i, at)
		if err != nil {
			return err
		}
		if !found {
			seen.add(i)
			env.stack[kept] = i
			kept++
		}
	}
	env.stack = env.stack[:kept]
	return nil
}

func equalsAny(env *Env, i Item, items []Item, at int) (bool, error) {
	for _, other := range items {
		if t, err := equalItems(env, i, other, at); t == isTrue || err != nil {
			return t == isTrue, err
		}
	}
	return false, nil
}
