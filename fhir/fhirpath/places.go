package fhirpath

import (
	"strings"

	"hearken/fhir/element"
)

// places is where the resources of one tree are, by how references name them. It is made at the
// first reference that is asked for and kept in the Env: resolving n references takes linear time.
type places struct {
	contained map[containedKey]element.Node
	entries   map[string]element.Node // by fullUrl, and without its base: "Patient/1"
}

type containedKey struct {
	container int32
	id        string
}

// local finds a contained resource or an entry of the same Bundle.
func (r *resolution) local(env *Env, text string, from element.Node) element.Node {
	if from.IsZero() {
		return element.Node{}
	}
	inBundle := from.Tree().Root().Structure().Name == "Bundle"
	if text[0] != '#' && !inBundle {
		return element.Node{}
	}
	if text[0] == '#' {
		return r.fragment(env, text[1:], from)
	}
	p := r.placesOf(env, from.Tree())
	if n, ok := p.entries[text]; ok {
		return n
	}
	// A relative reference is relative to the server its own entry comes from.
	if base := r.entryBase(from); base != "" && !strings.Contains(text, ":") {
		return p.entries[base+text]
	}
	return element.Node{}
}

// fragment finds a contained resource; "#" alone is the container.
func (r *resolution) fragment(env *Env, id string, from element.Node) element.Node {
	container := from.Resource()
	if outer := container.Container(); !outer.IsZero() {
		container = outer
	}
	if id == "" {
		return container
	}
	return r.placesOf(env, from.Tree()).contained[containedKey{int32(container.Index()), id}]
}

// entryBase is the fullUrl of the entry a node stands in, up to its type and id.
func (r *resolution) entryBase(n element.Node) string {
	for ; !n.IsZero(); n = n.Parent() {
		if n.NameID() != r.model.entry || n.Parent().Structure().Name != "Bundle" {
			continue
		}
		url := r.child(n, r.model.fullURL).Text()
		resource := r.child(n, r.model.resource)
		suffix := resource.Name() + "/" + r.child(resource, r.model.id).Text()
		if !resource.IsZero() {
			suffix = resource.Structure().Name + "/" + r.child(resource, r.model.id).Text()
		}
		if base, ok := strings.CutSuffix(url, suffix); ok {
			return base
		}
		return ""
	}
	return ""
}

func (r *resolution) placesOf(env *Env, tree *element.Tree) *places {
	if p := env.places[tree]; p != nil {
		return p
	}
	p := &places{contained: map[containedKey]element.Node{}, entries: map[string]element.Node{}}
	r.note(p, tree.Root())
	if env.places == nil || len(env.places) >= maxPlaces {
		env.places = map[*element.Tree]*places{}
	}
	env.places[tree] = p
	return p
}

// maxPlaces bounds how many trees an Env remembers the resources of.
const maxPlaces = 64

// note enters the resources in and below one, which is a Bundle or has contained ones.
func (r *resolution) note(p *places, resource element.Node) {
	for c := resource.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		switch c.NameID() {
		case r.model.contained:
			if id := r.child(c, r.model.id).Text(); c.IsResource() {
				p.contained[containedKey{int32(resource.Index()), id}] = c
			}
		case r.model.entry:
			if inner := r.child(c, r.model.resource); inner.IsResource() {
				if url := r.child(c, r.model.fullURL).Text(); url != "" {
					p.entries[url] = inner
				}
				r.note(p, inner)
			}
		}
	}
}
