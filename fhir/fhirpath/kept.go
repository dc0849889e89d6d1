package fhirpath

import "hearken/fhir/element"

// kept is an operand that does not depend on the item at hand, standing inside one that does. It is
// evaluated once for as long as what it does depend on stays the same: an evaluation, or a
// resource across evaluations in one Env. This is what makes dom-3 and ref-1 linear.
type kept struct {
	inner operand
	uses  dependency
}

// keptValue is the result of a kept operand in one Env.
type keptValue struct {
	valid    bool
	serial   uint64
	resource element.Node
	root     element.Node
	items    []Item
	index    *itemIndex // made at the first question about membership
}

// keep wraps a part when it is worth it: it must be constant for what stands around it, and
// more than a look at a variable.
func keep(p part, around dependency) part {
	if around&(usesItem|usesLocal) == 0 || p.uses&(usesItem|usesLocal) != 0 || cheap(p.operand) {
		return p
	}
	p.operand = &kept{inner: p.operand, uses: p.uses}
	return p
}

func cheap(o operand) bool {
	switch o := o.(type) {
	case literal, *kept, contextVariable:
		return true
	case constant:
		return len(o) < indexFrom
	}
	return false
}

// keepAll wraps the parts that are constant for the whole of them.
func keepAll(parts ...*part) dependency {
	var around dependency
	for _, p := range parts {
		around |= p.uses
	}
	for _, p := range parts {
		*p = keep(*p, around)
	}
	return around
}

// forget drops what the value holds of a tree.
func (v *keptValue) forget() {
	items := v.items[:0]
	if cap(items) > indexFrom {
		items = nil
	}
	clear(items[:cap(items)])
	*v = keptValue{items: items}
}

func (k *kept) collect(env *Env, _ int) error {
	v, err := k.value(env)
	if err == nil {
		env.stack = append(env.stack, v.items...)
		err = env.spend(len(v.items), 0)
	}
	return err
}

func (k *kept) count(env *Env, _ int) (int, error) {
	v, err := k.value(env)
	if err != nil {
		return 0, err
	}
	return len(v.items), nil
}

// value gives the result, evaluating it if what is there is of something else.
func (k *kept) value(env *Env) (*keptValue, error) {
	v := env.kept[k]
	if v == nil {
		if env.kept == nil {
			env.kept = map[*kept]*keptValue{}
		}
		v = &keptValue{}
		env.kept[k] = v
	}
	if v.valid && k.fresh(env, v) {
		return v, nil
	}
	base := len(env.stack)
	if err := k.inner.collect(env, 0); err != nil {
		return nil, err
	}
	*v = keptValue{valid: true, serial: env.serial, items: append(v.items[:0], env.stack[base:]...)}
	if k.uses&usesResource != 0 {
		v.resource = env.currentResource()
	}
	if k.uses&usesRoot != 0 {
		v.root = env.currentRoot()
	}
	env.stack = env.stack[:base]
	return v, nil
}

// fresh reports whether a kept value is still that of what it depends on.
func (k *kept) fresh(env *Env, v *keptValue) bool {
	if k.uses&(usesContext|usesOutside) != 0 && v.serial != env.serial {
		return false
	}
	return (k.uses&usesResource == 0 || v.resource == env.currentResource()) &&
		(k.uses&usesRoot == 0 || v.root == env.currentRoot())
}
