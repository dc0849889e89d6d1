package fhirpath

import (
	"hearken/fhir/bundle"
	"hearken/fhir/element"
)

// places is where the resources of one tree are, by how references name them. It is made at the
// first reference that is asked for and kept in the Env: resolving n references takes linear time.
type places struct {
	contained map[containedKey]element.Node
	noted     map[element.Node]bool // containers whose contained resources are in the map
	entries   bundle.Index
}

type containedKey struct {
	container element.Node
	id        string
}

// Entry gives what a reference written at a node means among the entries of the Bundle round it, if there is one. It
// is what resolve() asks; the Env keeps what it has learnt of the Bundle.
func (env *Env) Entry(reference string, from element.Node) bundle.Match {
	if !bundle.Holds(from) {
		return bundle.Match{}
	}
	return env.placesOf(from.Tree()).entries.Find(reference, from)
}

// local finds a contained resource or an entry of the same Bundle.
func (r *resolution) local(env *Env, text string, from element.Node) element.Node {
	if from.IsZero() {
		return element.Node{}
	}
	if text[0] == '#' {
		return r.fragment(env, text[1:], from)
	}
	return env.Entry(text, from).Resource
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
	p := env.placesOf(from.Tree())
	if !p.noted[container] {
		p.noted[container] = true
		r.note(p, container)
	}
	return p.contained[containedKey{container, id}]
}

func (env *Env) placesOf(tree *element.Tree) *places {
	if p := env.places[tree]; p != nil {
		return p
	}
	p := &places{contained: map[containedKey]element.Node{}, noted: map[element.Node]bool{}}
	if env.places == nil || len(env.places) >= maxPlaces {
		env.places = map[*element.Tree]*places{}
	}
	env.places[tree] = p
	return p
}

// maxPlaces bounds how many trees an Env remembers the resources of.
const maxPlaces = 64

// note enters the resources that a container contains.
func (r *resolution) note(p *places, container element.Node) {
	for c := container.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() == r.model.contained && c.IsResource() {
			p.contained[containedKey{container, r.child(c, r.model.id).Text()}] = c
		}
	}
}
