package validation

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
)

// criterion is where in a profile a discriminator looks: the row its path leads to from a slice, or, after
// resolve(), the profiles of what is referred to.
type criterion struct {
	outline  *definition.Outline
	element  *definition.Element // of the base; nil where the path ends at the slice itself
	at       *definition.Structure
	profiles []string       // of the resource that resolve() leads to
	values   []element.Node // what a pattern or fixed value above has there
}

// discriminator makes the matcher of one discriminator of a slice
// (https://hl7.org/fhir/R4/profiling.html#discriminator); nil when the slice says nothing where it looks, so
// that the others tell.
func (p *rowPlanner) discriminator(o *definition.Outline, s *definition.Structure, d definition.Discriminator) matcher {
	if s != nil && s.Name == "Extension" && d.Path == "url" {
		if urls := urlsOf(o); len(urls) > 0 {
			return func(_ *Visit, n element.Node) bool { return slices.Contains(urls, n.Child("url").Text()) }
		}
	}
	steps, ends := p.follow(criterion{outline: o, at: s}, pathSteps(d.Path))
	var any []matcher
	for _, end := range ends {
		if m := p.criterion(d.Type, end); m != nil {
			any = append(any, m)
		}
	}
	switch last := len(steps) - 1; {
	case len(any) == 0:
		return existence(steps, ends)
	case d.Type == "type" && last >= 0 && steps[last].kind == stepResolve:
		return somewhere(steps[:last], p.referredType(anyOf(any), ends))
	}
	return somewhere(steps, anyOf(any))
}

// urlsOf are the urls a slice of extensions has: the one that is fixed, or those of the definitions that its
// type names, which need not be known for that.
func urlsOf(o *definition.Outline) []string {
	if url := unquoted(o.Child("url")); url != "" {
		return []string{url}
	}
	return profilesOf(o.Row)
}

// referredType matches a reference by the type of what it is to: of the resource where that is here, else as
// the reference names it.
func (p *rowPlanner) referredType(m matcher, ends []criterion) matcher {
	names := map[string]bool{}
	for _, end := range ends {
		for _, canonical := range end.profiles {
			name, _ := p.library.typeOf(canonical)
			names[name] = true
		}
	}
	return func(v *Visit, n element.Node) bool {
		if found := v.resolveNode(n); !found.IsZero() {
			return m(v, found)
		}
		name, _ := v.targetType(n.Child("reference").Text(), n)
		if name == "" {
			name = v.statedType(n.Child("type").Text())
		}
		return name != "" && (names[name] || names["Resource"])
	}
}

func never(*Visit, element.Node) bool { return false }

// step goes from a node to others on the way of a discriminator's path.
type step struct {
	kind stepKind
	name definition.NameID
	text string // of extension(): the url
	typ  *definition.Structure
}

type stepKind uint8

const (
	stepChild stepKind = iota
	stepResolve
	stepExtension
	stepOfType
)

// pathSteps cuts the simple paths discriminators have: names, resolve(), extension(url), ofType(name), $this.
func pathSteps(path string) []string {
	var parts []string
	for path != "" {
		end, depth := 0, 0
		for end < len(path) && (path[end] != '.' || depth > 0) {
			switch path[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
			end++
		}
		if part := path[:end]; part != "$this" && part != "" {
			parts = append(parts, part)
		}
		path = strings.TrimPrefix(path[end:], ".")
	}
	return parts
}

// follow walks a path in the profile, and gives the steps to walk in an instance. The end is not one where
// nothing in the profile is left to be found; where a row is sliced in turn, each slice that must be there is
// an end too.
func (p *rowPlanner) follow(from criterion, parts []string) ([]step, []criterion) {
	steps, ends := []step{}, []criterion{from}
	for _, part := range parts {
		s, next := p.stepTo(ends, part)
		steps, ends = append(steps, s), next
	}
	return steps, ends
}

func (p *rowPlanner) stepTo(from []criterion, part string) (step, []criterion) {
	name, argument, isCall := strings.Cut(strings.TrimSuffix(part, ")"), "(")
	argument = strings.Trim(argument, "'\"` ")
	var s step
	var next []criterion
	switch {
	case isCall && name == "resolve":
		s.kind = stepResolve
		for _, c := range from {
			next = append(next, p.resolved(c))
		}
	case isCall && name == "extension":
		s = step{kind: stepExtension, text: argument}
		for _, c := range from {
			next = append(next, p.extensionNamed(c, argument)...)
		}
	case isCall && (name == "ofType" || name == "as"):
		s = step{kind: stepOfType, typ: p.library.set.Structure(argument)}
		for _, c := range from {
			next = append(next, p.ofType(c, s.typ)...)
		}
	default:
		s = step{kind: stepChild, name: p.library.set.NameID(strings.TrimSuffix(name, "[x]"))}
		for _, c := range from {
			next = append(next, p.below(c, strings.TrimSuffix(name, "[x]"))...)
		}
	}
	return s, next
}

// walk calls yield with the nodes at the end of the steps until one pleases it.
func (v *Visit) walkSteps(steps []step, n element.Node, yield func(element.Node) bool) bool {
	if len(steps) == 0 {
		return yield(n)
	}
	s, rest := &steps[0], steps[1:]
	switch s.kind {
	case stepResolve:
		found := v.resolveNode(n)
		if found.IsZero() {
			v.unsure = v.unsure || v.isElsewhere(n)
			return false
		}
		return v.walkSteps(rest, found, yield)
	case stepOfType:
		return n.Structure() == s.typ && v.walkSteps(rest, n, yield)
	}
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if s.kind == stepChild && c.NameID() == s.name || s.kind == stepExtension && c.Structure() == v.validator.extension && c.Child("url").Text() == s.text {
			if v.walkSteps(rest, c, yield) {
				return true
			}
		}
	}
	return false
}

// resolveNode finds what a Reference, or a canonical or uri, is to: in the tree, or else by the validator's resolver.
func (v *Visit) resolveNode(n element.Node) element.Node {
	reference := n.Text()
	if !n.IsPrimitive() {
		reference = n.Child("reference").Text()
	}
	if reference == "" {
		return element.Node{}
	}
	if found := v.resolve(reference, n); !found.IsZero() || reference[0] == '#' || v.validator.options.resolver == nil {
		return found
	}
	found, _ := v.validator.options.resolver.Resolve(reference, n)
	return found
}

// isElsewhere reports whether a reference is to a resource that may well exist, and is not here to be looked at.
func (v *Visit) isElsewhere(n element.Node) bool {
	reference := n.Child("reference").Text()
	return reference != "" && reference[0] != '#' && v.validator.options.resolver == nil
}

// somewhere matches a node when what the steps lead to matches.
func somewhere(steps []step, m matcher) matcher {
	if len(steps) == 0 {
		return m
	}
	return func(v *Visit, n element.Node) bool {
		return v.walkSteps(steps, n, func(end element.Node) bool { return m(v, end) })
	}
}

func anyOf(all []matcher) matcher {
	if len(all) == 1 {
		return all[0]
	}
	return func(v *Visit, n element.Node) bool {
		for _, m := range all {
			if m(v, n) {
				return true
			}
		}
		return false
	}
}

// allOf is nil of none.
func allOf(all []matcher) matcher {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return func(v *Visit, n element.Node) bool {
		for _, m := range all {
			if !m(v, n) {
				return false
			}
		}
		return true
	}
}

// existence matches by whether anything is there, when the slice says that there must or cannot be.
func existence(steps []step, ends []criterion) matcher {
	for _, end := range ends {
		if end.outline == nil || len(steps) == 0 || end.outline.Row.Min == 0 && end.outline.Row.Max != 0 {
			continue
		}
		wanted := end.outline.Row.Max != 0
		return func(v *Visit, n element.Node) bool {
			return v.walkSteps(steps, n, func(element.Node) bool { return true }) == wanted
		}
	}
	return nil
}

// bindingMatcher matches codes of a value set that must be from it, where that is not what the base asks anyway.
func (p *rowPlanner) bindingMatcher(c criterion) matcher {
	row := c.outline.Row
	if row.Binding == nil || row.Binding.Strength != "required" || c.element != nil && sameBinding(row.Binding, c.element.Binding) {
		return nil
	}
	b := p.library.validator.newBinding(c.at, row.Binding.ValueSet, fhir.SeverityError)
	if b == nil {
		return nil
	}
	return func(v *Visit, n element.Node) bool {
		answer, coded := v.validator.coded.answer(b, n)
		v.unsure = v.unsure || coded && answer == terminology.Unknown
		return answer == terminology.In
	}
}
