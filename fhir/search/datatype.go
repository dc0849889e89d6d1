package search

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// datatypes is what can be said of the elements a parameter selects without a resource at hand. It decides
// how a request is read: whether a token's case matters, whether a uri may have a version.
type datatypes struct {
	names     map[string]bool // "CodeableConcept", "code"; empty when nothing is known
	targets   map[string]bool // resource types the references may point to
	anyTarget bool            // they may point to anything, or it is not known
}

// only reports whether all the elements are of one of the named types, and there are some.
func (d datatypes) only(names ...string) bool {
	found := 0
	for _, name := range names {
		if d.names[name] {
			found++
		}
	}
	return found > 0 && found == len(d.names)
}

// staticDatatypes follows each branch through the definitions as far as it is a path with casts and filters.
func staticDatatypes(set *definition.Set, base fhir.Type, branches []string) datatypes {
	d := datatypes{names: map[string]bool{}, targets: map[string]bool{}}
	for _, branch := range branches {
		f := follower{set: set, at: []place{{structure: set.Structure(string(base))}}}
		f.follow(branch)
		if f.lost {
			d.names[unknownDatatype] = true
			d.anyTarget = true
			continue
		}
		for _, p := range f.at {
			d.names[p.structure.Name] = true
			d.addTargets(set, p, f.resolvesTo)
		}
	}
	return d
}

func (d *datatypes) addTargets(set *definition.Set, p place, resolvesTo string) {
	if resolvesTo != "" {
		d.targets[resolvesTo] = true
		return
	}
	profiles := p.targetProfiles()
	if len(profiles) == 0 {
		d.anyTarget = true
	}
	for _, profile := range profiles {
		if target := set.ByURL(profile); target != nil && !target.Abstract {
			d.targets[target.Name] = true
		} else {
			d.anyTarget = true
		}
	}
}

// place is where a path may have led: a type, and the element it stands at.
type place struct {
	element   *definition.Element
	structure *definition.Structure
}

func (p place) targetProfiles() []string {
	if p.element == nil {
		return nil
	}
	for i := range p.element.Types {
		if p.element.Types[i].Code == p.structure.Name {
			return p.element.Types[i].TargetProfiles
		}
	}
	return nil
}

// follower walks the definitions as a path says. It knows names, `as`, ofType(), where() and indexes, which is
// what published parameters are made of; at anything else it is lost.
type follower struct {
	set        *definition.Set
	at         []place
	resolvesTo string // of where(resolve() is T)
	lost       bool
}

func (f *follower) follow(branch string) {
	if inner, ok := strings.CutPrefix(branch, "("); ok && strings.HasSuffix(inner, ")") {
		branch = inner[:len(inner)-1]
	}
	path, cast, isCast := strings.Cut(branch, " as ")
	for i, step := range splitPath(path) {
		name := step[:nameLength(step)]
		if structure := f.set.Structure(name); i == 0 && structure != nil && structure.Kind == definition.Resource {
			continue
		}
		f.step(name, step[len(name):])
	}
	if isCast {
		f.keep(strings.TrimSpace(cast))
	}
	f.lost = f.lost || len(f.at) == 0
}

// step takes one part of a path: a name and what follows it, "('x')", "(Age)", "[0]" or nothing.
func (f *follower) step(name, rest string) {
	argument := strings.TrimSuffix(strings.TrimPrefix(rest, "("), ")")
	switch {
	case rest == "" || strings.HasPrefix(rest, "["):
		f.children(name)
	case name == "as" || name == "ofType":
		f.keep(argument)
	case name == "where":
		if target, ok := strings.CutPrefix(argument, "resolve() is "); ok {
			f.resolvesTo = target
		}
	default:
		f.lost = true
	}
}

func (f *follower) children(name string) {
	var next []place
	for _, p := range f.at {
		if element := p.structure.Element(name); element != nil {
			for _, field := range element.Fields {
				next = append(next, place{element, field.Type})
			}
		}
	}
	f.at = next
}

func (f *follower) keep(name string) {
	var kept []place
	for _, p := range f.at {
		if p.structure.Name == name {
			kept = append(kept, p)
		}
	}
	f.at = kept
}

// splitPath cuts a path at the dots that are in no parentheses.
func splitPath(path string) []string {
	var steps []string
	depth, start := 0, 0
	for i := range len(path) {
		switch path[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '.':
			if depth == 0 {
				steps = append(steps, path[start:i])
				start = i + 1
			}
		}
	}
	return append(steps, path[start:])
}

// unknownDatatype stands among datatypes.names for what could not be followed.
const unknownDatatype = "?"
