package validation

import (
	"hearken/fhir/element"
	"hearken/fhir/xhtml"
)

// idIndex finds out whether anything in a resource has an id that a narrative links to: an element, what it
// contains, something in its narratives, or, in a Bundle, the resource of an entry. It reads a resource when
// it is first asked about it.
type idIndex struct {
	resources map[element.Node]map[string]bool
}

func (x *idIndex) has(n element.Node, id string) bool {
	resource := n.Resource()
	if outer := resource.Container(); !outer.IsZero() {
		resource = outer
	}
	if x.of(resource)[id] {
		return true
	}
	round := bundleRound(resource)
	return !round.IsZero() && x.of(round)[id]
}

// of gives the ids in a resource; of a Bundle those of the resources in its entries.
func (x *idIndex) of(resource element.Node) map[string]bool {
	if ids := x.resources[resource]; ids != nil {
		return ids
	}
	if x.resources == nil {
		x.resources = map[element.Node]map[string]bool{}
	}
	ids := map[string]bool{}
	x.resources[resource] = ids
	if resource.Structure().Path == "Bundle" {
		for entry := resource.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
			ids[entry.Child("resource").Child("id").Text()] = true
		}
	}
	below(resource, func(n element.Node) bool {
		switch {
		case n.Name() == "id" && n.HasValue():
			ids[n.Text()] = true
		case n.Narrative().Has(xhtml.IsWellFormed) && !n.Narrative().Has(xhtml.IsPlain):
			for id := range xhtml.Inspect([]byte(n.Text())).Targets {
				ids[id] = true
			}
		}
		return !n.IsResource() || !n.Container().IsZero()
	})
	return ids
}
