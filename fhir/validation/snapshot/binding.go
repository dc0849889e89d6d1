package snapshot

import (
	"slices"

	"hearken/fhir/definition"
)

// strengths orders how binding a binding is (https://hl7.org/fhir/R4/valueset-binding-strength.html).
var strengths = map[string]int{"": 0, "example": 1, "preferred": 2, "extensible": 3, "required": 4}

// changeBinding narrows a binding. Whether a value set is part of another takes terminology to say, and is not asked.
func (m *maker) changeBinding(n *node, c *definition.ElementChange) {
	if c.Binding == nil {
		return
	}
	if n.row.Binding == nil {
		n.row.Binding = c.Binding
		return
	}
	made := *n.row.Binding
	if strengths[c.Binding.Strength] < strengths["required"] && made.Strength == "required" && c.Binding.Strength != "" {
		m.fail(DetailBinding, "a required binding cannot be made %s", c.Binding.Strength)
	}
	if c.Binding.Strength != "" {
		made.Strength = c.Binding.Strength
	}
	if c.Binding.ValueSet != "" {
		made.ValueSet = c.Binding.ValueSet
	}
	if c.Binding.MaxValueSet != "" {
		made.MaxValueSet = c.Binding.MaxValueSet
	}
	made.Additional = append(slices.Clip(made.Additional), c.Binding.Additional...)
	n.row.Binding = &made
}
