package snapshot

import (
	"hearken/fhir/definition"
)

// changeTypes narrows the types of an element: each must be one the base has, or a specialisation of it.
func (m *maker) changeTypes(n *node, c *definition.ElementChange) {
	if len(c.Types) == 0 {
		return
	}
	for i := range c.Types {
		ref := &c.Types[i]
		if len(n.row.Types) > 0 && !m.fits(ref.Code, n.row.Types) {
			m.fail(DetailType, "%s is none of the types of the base", ref.Code)
		}
		m.checkProfiles(n, ref)
	}
	n.row.Types = c.Types
	m.addFromProfile(n, c)
	if n.main != nil && len(n.children) == 0 && len(n.main.children) > 0 && hasProfile(n.row.Types) {
		m.expand(n) // what it is a slice of was walked into: so is the slice
	}
}

// fits reports whether a type is among those of the base, or specialises one of them.
func (m *maker) fits(code string, base []definition.TypeRef) bool {
	for i := range base {
		if m.isA(code, base[i].Code) {
			return true
		}
	}
	return false
}

// isA reports whether a type is another or is derived from it.
func (m *maker) isA(code, ancestor string) bool {
	for range 20 {
		if code == ancestor {
			return true
		}
		s := m.generator.source(typeCanonical(code))
		if s == nil || s.Constraint || s.BaseDefinition == "" {
			return false
		}
		base := m.generator.source(s.BaseDefinition)
		if base == nil || base.Type == code {
			return false
		}
		code = base.Type
	}
	return false
}

// checkProfiles checks that the profiles of a type are profiles of that type, or of one derived from it (a
// profile of Patient for a Resource).
func (m *maker) checkProfiles(n *node, ref *definition.TypeRef) {
	for _, canonical := range ref.Profiles {
		profile := m.generator.source(canonical)
		switch {
		case n == m.root && canonical == m.structure.URL:
			m.fail(DetailRecursive, "it is of its own profile")
		case profile == nil:
			m.warn(DetailUnknownProfile, "the profile %s is unknown", canonical)
		case !m.isA(profile.Type, ref.Code):
			m.fail(DetailProfileType, "%s is a profile of %s, not of %s", canonical, profile.Type, ref.Code)
		}
	}
}

// addFromProfile takes over what the profile of an element's one type says of the type as a whole: its
// invariants and whether it is a modifier.
func (m *maker) addFromProfile(n *node, c *definition.ElementChange) {
	if !hasProfile(n.row.Types) {
		return
	}
	rows, _ := m.generator.rowsOf(n.row.Types[0].Profiles[0])
	if len(rows) == 0 {
		return
	}
	for i := range rows[0].Constraints {
		n.row.Constraints = addConstraint(n.row.Constraints, &rows[0].Constraints[i])
	}
	if n.main != nil {
		m.cardinalityOf(n, &rows[0], c)
	}
	n.row.IsModifier = n.row.IsModifier || rows[0].IsModifier
	if n.row.Binding == nil {
		n.row.Binding = rows[0].Binding
	}
}

// cardinalityOf gives a slice the cardinality of its profile's root, where the row says none.
func (m *maker) cardinalityOf(n *node, root *definition.ElementDefinition, c *definition.ElementChange) {
	if !c.Given.Has(definition.GivenMin) {
		n.row.Min = root.Min
	}
	if !c.Given.Has(definition.GivenMax) {
		n.row.Max = root.Max
	}
}
