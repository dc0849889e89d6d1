package conformance

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/terminology"
	"hearken/internal/store"
)

// Definitions is what is in force at one moment: one consistent set, by which a whole request is judged. It never
// changes.
type Definitions struct {
	// Both are made when they are first asked for.
	terminology func() *terminology.Library
	validate    func() Validate

	owner      *InForce
	turn       uint64       // of the owner, when these were read
	commit     store.Commit // of the state they were read from
	live       map[fhir.Key]*live
	structures map[string][]*definition.StructureDefinition // of live, by canonical, newest version first
	forms      map[string][]element.Node                    // Questionnaires of live, likewise
}

// Validate judges a resource by a set of definitions, and by the profiles besides that its meta.profile names.
type Validate func(tree *element.Tree, profiles ...string) fhir.Outcome

// Validate judges a resource by the definitions, and by the profiles besides: all faults and remarks. On a
// server that validates nothing there are none.
func (d *Definitions) Validate(tree *element.Tree, profiles ...string) fhir.Outcome {
	if d.validate == nil {
		return nil
	}
	return d.validate()(tree, profiles...)
}

// Validates reports whether anything is judged at all.
func (d *Definitions) Validates() bool { return d.validate != nil }

// Terminology is the code systems, value sets and concept maps.
func (d *Definitions) Terminology() *terminology.Library { return d.terminology() }

// live is an active definition that a client has stored.
type live struct {
	key       fhir.Key
	commit    store.Commit
	node      element.Node
	structure *definition.StructureDefinition // of a StructureDefinition
}

// Structure finds a structure by canonical with or without "|version"; nil when there is none. What FHIR
// itself defines is found first, then what the guides define, then what clients have stored. It is a
// snapshot.Source.
func (d *Definitions) Structure(canonical string) *definition.StructureDefinition {
	if s := d.owner.guides.Structure(canonical); s != nil {
		return s
	}
	url, version, _ := strings.Cut(canonical, "|")
	for _, s := range d.structures[url] {
		if version == "" || s.Version == version {
			return s
		}
	}
	return nil
}

// Questionnaire finds the Questionnaire that a response names by canonical with or without "|version", of a
// guide or stored by a client; the zero Node when there is none.
func (d *Definitions) Questionnaire(canonical string) element.Node {
	if r := d.owner.guides.library.Resource(canonical); r != nil {
		return r.Node
	}
	url, version, _ := strings.Cut(canonical, "|")
	for _, form := range d.forms[url] {
		if version == "" || form.Child("version").Text() == version {
			return form
		}
	}
	return element.Node{}
}

// Change is what a write would make of a definition: another content, or none.
type Change struct {
	Key  fhir.Key
	Node element.Node // zero for a deletion
}

// With gives the definitions that will be in force once the changes are stored, for what comes in one transaction with
// them. It is d itself when none of them has an effect.
func (d *Definitions) With(changes ...Change) *Definitions {
	if d.owner == nil {
		return d
	}
	all, changed := maps.Clone(d.live), false
	for _, c := range changes {
		if d.owner.guides.keys[c.Key] {
			continue
		}
		if l := d.owner.read(c.Node); l != nil {
			l.key, l.commit = c.Key, latest
			all[c.Key], changed = l, true
		} else if all[c.Key] != nil {
			delete(all, c.Key)
			changed = true
		}
	}
	if !changed {
		return d
	}
	return d.owner.definitions(all)
}

// again is the same definitions, read at another time.
func (d *Definitions) again() *Definitions {
	same := *d
	return &same
}

// latest is after whatever is stored.
const latest = math.MaxUint64

// read makes a live definition of a resource; nil when it takes no effect: it is not active, it cannot be
// understood, or its canonical is not for clients to define.
func (f *InForce) read(n element.Node) *live {
	url := n.Child("url").Text()
	if n.IsZero() || !IsLive(fhir.Type(n.Structure().Name)) || n.Child("status").Text() != "active" || url == "" || IsCore(url) || f.guides.Has(url) {
		return nil
	}
	l := &live{node: n}
	if n.Structure().Name == "StructureDefinition" {
		row, err := igpackage.StructureDefinition(n)
		if err != nil {
			return nil
		}
		l.structure = &row
	}
	return l
}

// definitions makes the set of what FHIR, the guides and clients define. Of two definitions of one canonical
// and version the one written last counts.
func (f *InForce) definitions(all map[fhir.Key]*live) *Definitions {
	d := &Definitions{owner: f, live: all, structures: map[string][]*definition.StructureDefinition{}, forms: map[string][]element.Node{}}
	inOrder := make([]*live, 0, len(all))
	for _, l := range all {
		inOrder = append(inOrder, l)
	}
	slices.SortFunc(inOrder, func(a, b *live) int {
		return cmp.Or(cmp.Compare(b.commit, a.commit), cmp.Compare(a.key.Type, b.key.Type), cmp.Compare(a.key.ID, b.key.ID))
	})
	var terms []element.Node
	for _, l := range inOrder {
		switch s := l.structure; {
		case s != nil:
			d.structures[s.URL] = append(d.structures[s.URL], s)
		case l.node.Structure().Name == "Questionnaire":
			url := l.node.Child("url").Text()
			d.forms[url] = append(d.forms[url], l.node)
		default:
			terms = append(terms, l.node)
		}
	}
	for _, versions := range d.forms {
		slices.SortStableFunc(versions, func(a, b element.Node) int {
			return definition.CompareVersions(b.Child("version").Text(), a.Child("version").Text())
		})
	}
	for _, versions := range d.structures {
		slices.SortStableFunc(versions, func(a, b *definition.StructureDefinition) int {
			return definition.CompareVersions(b.Version, a.Version)
		})
	}
	d.terminology = f.guides.Terminology
	if len(terms) > 0 {
		d.terminology = sync.OnceValue(func() *terminology.Library { return f.guides.Terminology().With(terminology.Read(terms...)) })
	}
	if f.validator != nil {
		d.validate = sync.OnceValue(func() Validate { return f.validator(d) })
	}
	return d
}
