package fhirpath

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// Functions that FHIR adds (https://hl7.org/fhir/R4/fhirpath.html#functions).

// compileExtension makes extension(url) a step of a path; a URL that is not known yet is
// evaluated first.
func compileExtension(c *compiler, s *syntax, source part) (part, *Error) {
	url, err := c.compile(s.args[0])
	if err != nil {
		return part{}, err
	}
	result := shape{uses: source.uses | url.uses}
	if t := c.model.set.Structure("Extension"); t != nil {
		result.types = []*definition.Structure{t}
	}
	if l, ok := url.operand.(literal); ok && l.item.kind == String {
		st := step{kind: stepExtension, name: c.model.extension, text: l.item.text, at: s.at}
		return part{extend(source.operand, st, s.at), result}, nil
	}
	all := extend(source.operand, step{kind: stepChild, name: c.model.extension, text: "extension", at: s.at}, s.at)
	call := &listCall{name: s.name, at: s.at, source: all, args: []operand{url.operand}, run: extensionsOf}
	return part{call, result}, nil
}

// compileHasExtension is extension(url).exists(), which a search parameter of R4 calls hasExtension(url).
func compileHasExtension(c *compiler, s *syntax, source part) (part, *Error) {
	p, err := compileExtension(c, s, source)
	if err != nil {
		return part{}, err
	}
	return compileEmptyOrNot(p, true), nil
}

func extensionsOf(env *Env, c *listCall, base int) error {
	i, err := single(env, c.args[0], c.at)
	if err != nil {
		return err
	}
	url, _ := i.Text()
	kept := base
	for _, e := range env.stack[base:] {
		if url != "" && e.node.Child("url").Text() == url {
			env.stack[kept] = e
			kept++
		}
	}
	env.stack = env.stack[:kept]
	return nil
}

// valuePresence is hasValue(): whether there is one item, and it is a primitive with a value.
type valuePresence struct{ source operand }

func compileHasValue(_ *compiler, _ *syntax, source part) (part, *Error) {
	var d decider = valuePresence{source.operand}
	if p, ok := source.operand.(*path); ok && p.from == nil && len(p.steps) == 0 {
		d = ownValue{d}
	}
	return part{boolean{d}, ofKind(Boolean, source.uses)}, nil
}

// ownValue is hasValue() of $this: ele-1 asks it of every element there is.
type ownValue struct{ ofMany decider }

func (v ownValue) decide(env *Env) (truth, error) {
	if env.focus != nil {
		return v.ofMany.decide(env)
	}
	return truthOf(env.this.hasValue()), nil
}

func (v valuePresence) decide(env *Env) (truth, error) {
	base := len(env.stack)
	err := v.source.collect(env, 2)
	found := env.stack[base:]
	env.stack = env.stack[:base]
	return truthOf(len(found) == 1 && found[0].hasValue()), err
}

func (i Item) hasValue() bool {
	if i.kind == Element {
		return i.node.HasValue()
	}
	return i.kind != 0 && i.kind != Unresolved && i.kind != TypeInfo
}

// compileGetValue is getValue(): the System value of a single primitive.
func compileGetValue(_ *compiler, s *syntax, source part) (part, *Error) {
	call := &scalarCall{name: s.name, at: s.at, source: source.operand, run: func(_ *Env, _ *scalarCall, in Item, _ []Item) (Item, error) {
		if !in.hasValue() {
			return Item{}, nil
		}
		return in.system(), nil
	}}
	return part{call, shape{single: true, uses: source.uses}}, nil
}

// conformsTo knows the base types itself, and asks Env.ConformsTo about profiles.
func conformsTo(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	profile, ok := args[0].Text()
	if !ok {
		return Item{}, failed(c.at, "conformsTo needs the canonical of a profile")
	}
	if in.kind != Element {
		return Item{}, failed(c.at, "conformsTo is asked of elements, not of %s", in.Type())
	}
	if base := in.node.Tree().Set().ByURL(profile); base != nil {
		return OfBoolean(in.node.Structure().IsA(base.Name)), nil
	}
	if env.ConformsTo == nil {
		return Item{}, fault(c.at, fhir.CodeNotSupported, "conformsTo: the profile is not known")
	}
	conforms, err := env.ConformsTo(in.node, profile)
	if err != nil {
		return Item{}, fault(c.at, fhir.CodeNotSupported, "conformsTo: the profile is not known")
	}
	return OfBoolean(conforms), nil
}

func memberOf(env *Env, c *scalarCall, in Item, args []Item) (Item, error) {
	valueSet, ok := args[0].Text()
	if !ok {
		return Item{}, failed(c.at, "memberOf needs the canonical of a value set")
	}
	if env.Terminology == nil {
		return Item{}, fault(c.at, fhir.CodeNotSupported, "memberOf: there is no terminology here")
	}
	member, err := env.Terminology.MemberOf(in, valueSet)
	if err != nil {
		return Item{}, fault(c.at, fhir.CodeNotSupported, "memberOf: the value set is not known")
	}
	return OfBoolean(member), nil
}
