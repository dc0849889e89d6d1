package validation

import "hearken/fhir/definition"

// types makes the plan of the types a row leaves; nil when they are those of the base, or of what it is a slice of.
func (p *rowPlanner) types(row *definition.ElementDefinition, e *definition.Element, whole *definition.Outline) *typesPlan {
	if e == nil || len(row.Types) == 0 || sameTypes(row.Types, e.Types) || whole != nil && sameTypes(row.Types, whole.Row.Types) {
		return nil
	}
	plan := &typesPlan{exact: e.Choice}
	for i := range row.Types {
		ref := &row.Types[i]
		s := p.library.set.Structure(ref.Code)
		if s == nil {
			continue
		}
		t := plan.of(s)
		if t == nil || t.structure != s {
			t = &typePlan{structure: s}
			plan.allowed = append(plan.allowed, t)
			if !sameProfiles(ref, e) {
				t.profiles = ref.Profiles
			}
		} else if len(t.profiles) > 0 && len(ref.Profiles) > 0 {
			t.profiles = append(t.profiles[:len(t.profiles):len(t.profiles)], ref.Profiles...)
		} else {
			t.profiles = nil
		}
		if ref.Code == "Reference" {
			p.target(t, ref, e)
		}
	}
	if len(plan.allowed) == 0 || !plan.narrows(e) {
		return nil
	}
	return plan
}

// narrows reports whether there is anything to ask: where only one type can stand at all, only what is asked of it.
func (p *typesPlan) narrows(e *definition.Element) bool {
	if e.Choice || len(e.Fields) == 1 && e.Fields[0].Type.Abstract {
		return true
	}
	for _, t := range p.allowed {
		if len(t.profiles) > 0 || t.targets != nil {
			return true
		}
	}
	return false
}

// sameProfiles reports whether a type has the profiles it has in the base, whose invariants are checked there.
func sameProfiles(ref *definition.TypeRef, e *definition.Element) bool {
	for i := range e.Types {
		if e.Types[i].Code == ref.Code && sameTexts(e.Types[i].Profiles, ref.Profiles) {
			return true
		}
	}
	return false
}

func sameTypes(a, b []definition.TypeRef) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Code != b[i].Code || a[i].Versioning != b[i].Versioning || !sameTexts(a[i].Profiles, b[i].Profiles) ||
			!sameTexts(a[i].TargetProfiles, b[i].TargetProfiles) || !sameTexts(a[i].Aggregation, b[i].Aggregation) {
			return false
		}
	}
	return true
}

func sameTexts(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// target adds what a Reference may be to.
func (p *rowPlanner) target(t *typePlan, ref *definition.TypeRef, e *definition.Element) {
	if t.targets == nil {
		t.targets = &targetsPlan{narrowed: &targets{element: e, strict: true}}
	}
	plan := t.targets
	plan.aggregation, plan.versioning = append(plan.aggregation, ref.Aggregation...), ref.Versioning
	if len(ref.TargetProfiles) == 0 {
		plan.narrowed, plan.types = nil, append(plan.types, "Resource")
	}
	for _, canonical := range ref.TargetProfiles {
		name, isType := p.library.typeOf(canonical)
		if isType {
			plan.types = append(plan.types, name)
		} else {
			plan.profiles = append(plan.profiles, canonical)
		}
		if name == "" || name == "Resource" || name == "DomainResource" {
			plan.narrowed = nil
		}
		if plan.narrowed != nil && !plan.narrowed.has(name) {
			plan.narrowed.types = append(plan.narrowed.types, name)
		}
	}
	if plan.narrowed != nil && p.sameTargets(plan.narrowed, e) {
		plan.narrowed = nil
	}
}

// sameTargets reports whether the types a Reference may be to are those of the base, which is checked there.
func (p *rowPlanner) sameTargets(t *targets, e *definition.Element) bool {
	for i := range e.Types {
		if base := newTargets(p.library.set, e, &e.Types[i]); base != nil {
			return sameTexts(base.types, t.types)
		}
	}
	return false
}
