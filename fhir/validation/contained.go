package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// containedIndex finds the contained resources of a tree by their id. It is made for a container
// when the first reference into it is met, so that many references take linear time.
type containedIndex struct {
	byID map[containedKey]element.Node
	done map[element.Node]bool
}

type containedKey struct {
	container element.Node
	id        string
}

// find gives the resource that "#id" means where it is written; "#" alone is the container.
func (x *containedIndex) find(from element.Node, id string) element.Node {
	container := from.Resource()
	if outer := container.Container(); !outer.IsZero() {
		container = outer
	}
	if id == "" {
		return container
	}
	return x.in(container, id)
}

// in gives the first resource of that id right in a container.
func (x *containedIndex) in(container element.Node, id string) element.Node {
	x.index(container)
	return x.byID[containedKey{container, id}]
}

func (x *containedIndex) index(container element.Node) {
	if x.done[container] {
		return
	}
	if x.done == nil {
		x.done, x.byID = map[element.Node]bool{}, map[containedKey]element.Node{}
	}
	x.done[container] = true
	for n := container.FirstChild(); !n.IsZero(); n = n.NextSibling() {
		if n.IsResource() {
			key := containedKey{container, n.Child("id").Text()}
			if _, taken := x.byID[key]; !taken && key.id != "" {
				x.byID[key] = n
			}
		}
	}
}

// checkContained is the rule of resources: those inside another have an id of their own there
// (https://hl7.org/fhir/R4/references.html#contained). That they are referred to, contain nothing and
// have no version or security labels is said by the invariants dom-2 to dom-5.
func checkContained(v *Visit, n element.Node) {
	container := n.Container()
	if container.IsZero() {
		return
	}
	id := n.Child("id")
	if !id.HasValue() {
		v.reportMissing(n, "id", DetailContainedID, "a contained resource must have an id")
		return
	}
	if v.contained.in(container, id.Text()) != n {
		v.Report(id, fhir.SeverityError, fhir.CodeDuplicate, DetailContainedTwice, "two contained resources have this id")
	}
}

// fragmentResolves is the invariant ref-1, in linear time and with what R4's expression forgets: "#" alone is
// the container, where there is one (https://hl7.org/fhir/R4/references.html#contained; so R4B has it).
func fragmentResolves(v *Visit, n element.Node) bool {
	for c := n.FirstChild(); !c.IsZero(); c = c.NextSibling() {
		if c.NameID() != v.validator.reference.reference {
			continue
		}
		id, fragment := strings.CutPrefix(c.Text(), "#")
		switch {
		case !fragment:
			return true
		case id == "":
			return !n.Resource().Container().IsZero()
		}
		return !v.contained.find(n, id).IsZero()
	}
	return true
}
