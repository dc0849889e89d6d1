package fhirpath

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// resolution is resolve(): what references, and strings that are references, point to
// (https://hl7.org/fhir/R4/fhirpath.html#functions). A fragment is found among the contained
// resources, and the entries of the same Bundle by fullUrl; the rest is asked of the
// Resolver. Without one the result is an Unresolved item of the type the reference names, so that
// search parameters (subject.where(resolve() is Patient)) need no look-up. What cannot be found is left out.
type resolution struct {
	source operand
	model  *model
	at     int
}

func compileResolve(c *compiler, s *syntax, source part) (part, *Error) {
	r := &resolution{source.operand, c.model, s.at}
	return part{r, shape{single: source.single, uses: source.uses | usesOutside}}, nil
}

func (r *resolution) collect(env *Env, _ int) error {
	base := len(env.stack)
	if err := r.source.collect(env, 0); err != nil {
		return err
	}
	kept := base
	for at := base; at < len(env.stack); at++ {
		found, err := r.resolve(env, env.stack[at])
		if err != nil {
			return err
		}
		if found.kind != 0 {
			env.stack[kept] = found
			kept++
		}
	}
	env.stack = env.stack[:kept]
	return nil
}

func (r *resolution) resolve(env *Env, i Item) (Item, error) {
	if err := env.spend(1, r.at); err != nil {
		return Item{}, err
	}
	text, from := r.reference(env, i)
	if text == "" {
		return r.namedType(i), nil
	}
	if found := r.local(env, text, from); !found.IsZero() {
		return Of(found), nil
	}
	if text[0] == '#' {
		return Item{}, nil
	}
	if env.Resolver == nil {
		return r.unresolved(text, i), nil
	}
	found, ok := env.Resolver.Resolve(text, from)
	if !ok {
		return Item{}, nil
	}
	if !found.Tree().Set().Fits(r.model.set) {
		return Item{}, failed(r.at, "resolve: the resource was parsed with other definitions")
	}
	return Of(found), nil
}

// reference gives the text of a Reference, uri or string, and where it stands.
func (r *resolution) reference(env *Env, i Item) (string, element.Node) {
	if i.kind == Element && !i.node.IsPrimitive() {
		return r.child(i.node, r.model.reference).Text(), i.node
	}
	text, _ := i.Text()
	if i.kind == Element {
		return text, i.node
	}
	return text, env.context.node
}

func (r *resolution) child(n element.Node, id definition.NameID) element.Node {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() == id {
			return c
		}
	}
	return element.Node{}
}

// unresolved is a resource known by the type its reference names, in its path or as Reference.type.
func (r *resolution) unresolved(text string, i Item) Item {
	if key := fhir.ParseReference(text, r.model.set.IsResource).Key; !key.IsZero() {
		return Item{kind: Unresolved, text: string(key.Type)}
	}
	// A conditional reference names its type too: Patient?identifier=…
	if name, _, ok := strings.Cut(text, "?"); ok && r.model.set.IsResource(name) {
		return Item{kind: Unresolved, text: name}
	}
	return r.namedType(i)
}

// namedType goes by Reference.type, for a logical reference or a urn.
func (r *resolution) namedType(i Item) Item {
	if i.kind != Element || i.node.IsPrimitive() {
		return Item{}
	}
	if name := i.node.Child("type").Text(); r.model.set.IsResource(name) {
		return Item{kind: Unresolved, text: name}
	}
	return Item{}
}
