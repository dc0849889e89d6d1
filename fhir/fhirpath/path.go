package fhirpath

import (
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// path navigates from its source by steps that each turn one item into any number. All
// steps are walked together, depth first, without lists in between, and only as far as asked.
type path struct {
	from  operand // nil for $this
	steps []step
	at    int
}

type step struct {
	kind   stepKind
	name   definition.NameID // of a child
	text   string            // the child's name; the URL of an extension
	filter *typeFilter
	where  decider
	at     int
}

type stepKind uint8

const (
	stepChild       stepKind = iota + 1 // .name
	stepChildren                        // .children()
	stepDescendants                     // .descendants()
	stepType                            // .ofType(T), and T at the beginning
	stepExtension                       // .extension(url)
	stepWhere                           // .where(criterion)
)

// sink takes what a path arrives at.
type sink struct {
	count int
	limit int  // 0 = none
	push  bool // on the stack, or only count
}

// take counts an item and tells whether more are wanted.
func (s *sink) take(env *Env, i Item) bool {
	if s.push {
		env.push(i)
	}
	s.count++
	return s.count != s.limit
}

func (p *path) collect(env *Env, limit int) error {
	return p.run(env, &sink{limit: limit, push: true})
}

func (p *path) count(env *Env, limit int) (int, error) {
	s := sink{limit: limit}
	err := p.run(env, &s)
	return s.count, err
}

func (p *path) run(env *Env, s *sink) error {
	if p.from != nil {
		return p.runFrom(env, s)
	}
	if env.focus == nil {
		var err error
		if env.this.kind == Element {
			_, err = p.walk(env, env.this.node, 0, s)
		} else {
			_, err = p.item(env, env.this, 0, s)
		}
		return err
	}
	for _, i := range env.focus {
		if more, err := p.item(env, i, 0, s); !more || err != nil {
			return err
		}
	}
	return nil
}

// runFrom collects the source on the stack, and then takes it away from under the result.
func (p *path) runFrom(env *Env, s *sink) error {
	if one, ok := p.from.(scalar); ok {
		i, err := one.one(env)
		if err == nil {
			_, err = p.item(env, i, 0, s)
		}
		return err
	}
	base := len(env.stack)
	if err := p.from.collect(env, 0); err != nil {
		return err
	}
	end := len(env.stack)
	for at := base; at < end; at++ {
		if more, err := p.item(env, env.stack[at], 0, s); !more || err != nil {
			env.keep(base, end)
			return err
		}
	}
	env.keep(base, end)
	return nil
}

// item walks on from any item.
func (p *path) item(env *Env, i Item, at int, s *sink) (more bool, err error) {
	switch {
	case i.kind == Element:
		return p.walk(env, i.node, at, s)
	case i.kind == 0:
		return true, nil
	case at == len(p.steps):
		return s.take(env, i), nil
	}
	st := &p.steps[at]
	switch st.kind {
	case stepChild:
		if i.kind == TypeInfo {
			return p.item(env, i.typeInfoPart(st.text), at+1, s)
		}
	case stepType:
		if st.filter.matches(i) {
			return p.item(env, i, at+1, s)
		}
	case stepWhere:
		if ok, err := st.accepts(env, i); !ok || err != nil {
			return true, err
		}
		return p.item(env, i, at+1, s)
	}
	return true, nil
}

// walk walks on from a node.
func (p *path) walk(env *Env, n element.Node, at int, s *sink) (more bool, err error) {
	if err := env.spend(1, p.at); err != nil {
		return false, err
	}
	if at == len(p.steps) {
		return s.take(env, Item{node: n, kind: Element}), nil
	}
	switch st := &p.steps[at]; st.kind {
	case stepChild:
		return p.children(env, n, at, st.name, s)
	case stepChildren:
		return p.all(env, n, at, false, s)
	case stepDescendants:
		return p.all(env, n, at, true, s)
	case stepType:
		if !st.filter.member[n.Structure().Index] {
			return true, nil
		}
	case stepExtension:
		return p.extensions(env, n, at, s)
	case stepWhere:
		if ok, err := st.accepts(env, Item{node: n, kind: Element}); !ok || err != nil {
			return true, err
		}
	}
	return p.walk(env, n, at+1, s)
}

// children walks the children of one name. They are adjacent, since a parser accepts no name twice.
func (p *path) children(env *Env, n element.Node, at int, name definition.NameID, s *sink) (bool, error) {
	found, last := false, at+1 == len(p.steps)
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() != name {
			if found {
				break
			}
			continue
		}
		found = true
		var more bool
		var err error
		if last {
			more, err = s.take(env, Item{node: c, kind: Element}), env.spend(1, p.at)
		} else {
			more, err = p.walk(env, c, at+1, s)
		}
		if !more || err != nil {
			return more, err
		}
	}
	return true, nil
}

// all walks every child, and with deep set every descendant.
func (p *path) all(env *Env, n element.Node, at int, deep bool, s *sink) (bool, error) {
	if !s.push && s.limit == 0 && !deep && at+1 == len(p.steps) {
		return true, p.countAll(env, n, s)
	}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		more, err := p.walk(env, c, at+1, s)
		if more && err == nil && deep {
			more, err = p.all(env, c, at, deep, s)
		}
		if !more || err != nil {
			return more, err
		}
	}
	return true, nil
}

// countAll counts children without looking at them: half of ele-1, which every element is asked.
func (p *path) countAll(env *Env, n element.Node, s *sink) error {
	before := s.count
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		s.count++
	}
	return env.spend(s.count-before, p.at)
}

// extensions walks the extensions with the step's URL.
func (p *path) extensions(env *Env, n element.Node, at int, s *sink) (bool, error) {
	st := &p.steps[at]
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() != st.name || c.Child("url").Text() != st.text {
			continue
		}
		if more, err := p.walk(env, c, at+1, s); !more || err != nil {
			return more, err
		}
	}
	return true, nil
}

// accepts evaluates a criterion with the item as $this.
func (st *step) accepts(env *Env, i Item) (bool, error) {
	this, focus := env.this, env.focus
	env.this, env.focus = i, nil
	t, err := st.where.decide(env)
	env.this, env.focus = this, focus
	return t == isTrue, err
}
