package snapshot

import (
	"strings"

	"hearken/fhir/definition"
)

// changeSlicing says how an element is divided.
func (m *maker) changeSlicing(n *node, c *definition.ElementChange) {
	if c.Slicing == nil {
		return
	}
	base := n.row.Slicing
	made := *c.Slicing
	if base == nil && made.Rules == "" {
		made.Rules = m.missingRules(n)
	}
	if len(made.Discriminators) == 0 && strings.HasSuffix(n.name, "[x]") {
		made.Discriminators = typeSlicing().Discriminators
	}
	if base == nil {
		n.row.Slicing = &made
		return
	}
	if made.Rules == "" {
		made.Rules = base.Rules
	}
	if len(made.Discriminators) == 0 {
		made.Discriminators = base.Discriminators
	}
	switch {
	case base.Rules == "closed" && made.Rules != "closed":
		m.fail(DetailSlicing, "slicing is closed in the base and cannot be opened")
	case base.Ordered && !made.Ordered:
		made.Ordered = true
	case !beginsWith(made.Discriminators, base.Discriminators):
		m.fail(DetailSlicing, "slices are told apart in another way than in the base")
	}
	n.row.Slicing = &made
}

// missingRules reports slicing without rules, which the specification asks for. Guides leave them out where slices are
// open; of a choice it cannot be guessed.
func (m *maker) missingRules(n *node) string {
	if strings.HasSuffix(n.name, "[x]") {
		m.fail(DetailSlicing, "slicing has no rules")
	} else {
		m.warn(DetailSlicing, "slicing has no rules; it is taken to be open")
	}
	return "open"
}

func beginsWith(list, head []definition.Discriminator) bool {
	if len(list) < len(head) {
		return false
	}
	for i := range head {
		if list[i] != head[i] {
			return false
		}
	}
	return true
}
