package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// rowPlanner makes the plan of one profile from its snapshot, leaving out all that the base asks anyway.
type rowPlanner struct {
	library *profileLibrary
	planner *planner
	profile *profile
	named   map[string]*rowPlan // the rows that are no slices, by path: what a contentReference may name
	pending []*rowPlan          // those with a contentReference
	nesting int                 // how far a discriminator has gone into what is in what it looks at
}

// root makes the plan of the profile as a whole.
func (p *rowPlanner) root(o *definition.Outline) *rowPlan {
	s := p.profile.structure
	plan := p.row(o, s, nil, nil)
	for _, from := range p.pending {
		if to := p.named[from.content]; to != nil && to.content == "" && says(to, map[*rowPlan]bool{}) {
			from.linked = to
		}
	}
	settle(plan)
	return plan
}

// row makes the plan of a row and those below it. s is the type that stands there, nil when that is one of several; e is the element of
// the base, nil at the root; whole is the row that this one is a slice of.
func (p *rowPlanner) row(o *definition.Outline, s *definition.Structure, e *definition.Element, whole *definition.Outline) *rowPlan {
	plan := &rowPlan{profile: p.profile, name: nameOf(o.Row)}
	if p.named[o.Row.Path] == nil {
		p.named[o.Row.Path] = plan
	}
	plan.types = p.types(o.Row, e, whole)
	p.values(plan, o.Row, s, whole)
	p.bindings(plan, o.Row, s, e, whole)
	p.invariants(plan, o.Row, s, e, whole)
	switch {
	case len(o.Children) > 0 && s != nil:
		p.children(plan, o, s)
	case o.Row.ContentReference != "":
		plan.content = o.Row.ContentReference
		p.pending = append(p.pending, plan)
	}
	return plan
}

func nameOf(row *definition.ElementDefinition) string {
	if row.ID != "" {
		return row.ID
	}
	if row.SliceName != "" {
		return row.Path + ":" + row.SliceName
	}
	return row.Path
}

// children makes the plans of what stands below a row, in the order of the snapshot.
func (p *rowPlanner) children(plan *rowPlan, o *definition.Outline, s *definition.Structure) {
	for _, c := range o.Children {
		e := s.Element(c.Name)
		if e == nil {
			if e = choiceElement(s, c.Name); e == nil || o.Child(e.Name) != nil {
				continue
			}
		}
		plan.children = append(plan.children, p.child(c, e, shortForms(o, s, c.Name)))
	}
}

// shortForms are the rows like "valueQuantity" that stand beside "value[x]": slices of it by another name.
func shortForms(o *definition.Outline, s *definition.Structure, name string) []*definition.Outline {
	var found []*definition.Outline
	for _, c := range o.Children {
		if e := choiceElement(s, c.Name); e != nil && e.Name == name && s.Element(c.Name) == nil {
			found = append(found, c)
		}
	}
	return found
}

// choiceElement finds the choice that a name like "valueQuantity" is one type of.
func choiceElement(s *definition.Structure, name string) *definition.Element {
	if f := s.Field([]byte(name)); f != nil && f.Element.Choice {
		return f.Element
	}
	return nil
}

// child makes the plan of a row for all items of its name, and for its slices.
func (p *rowPlanner) child(o *definition.Outline, e *definition.Element, more []*definition.Outline) *childPlan {
	plan := &childPlan{profile: p.profile, id: e.NameID, element: e, name: nameOf(o.Row), max: definition.Unbounded}
	if o.Row.Min > e.Min {
		plan.min = o.Row.Min
	}
	if o.Row.Max != definition.Unbounded && (e.Max == definition.Unbounded || o.Row.Max < e.Max) {
		plan.max = o.Row.Max
	}
	plan.whole = p.row(o, typeOfRow(p.library.set, o.Row, e), e, nil)
	if slices := append(o.Slices[:len(o.Slices):len(o.Slices)], more...); len(slices) > 0 {
		plan.slicing = p.slicing(o, e, o.Row.Slicing, slices)
	}
	return plan
}

// typeOfRow is the structure at a row, where there is only one; of several what they have in common.
func typeOfRow(set *definition.Set, row *definition.ElementDefinition, e *definition.Element) *definition.Structure {
	if len(e.Fields) == 1 && (!e.Fields[0].Type.Abstract || len(row.Types) == 0) {
		return e.Fields[0].Type
	}
	code := ""
	for i := range row.Types {
		if code != "" && row.Types[i].Code != code {
			return set.Structure("Element")
		}
		code = row.Types[i].Code
	}
	return set.Structure(code)
}

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

// bindings adds the value sets that the base does not hold the element to.
func (p *rowPlanner) bindings(plan *rowPlan, row *definition.ElementDefinition, s *definition.Structure, e *definition.Element, whole *definition.Outline) {
	b := row.Binding
	if b == nil || e != nil && sameBinding(b, e.Binding) || whole != nil && sameBinding(b, whole.Row.Binding) {
		return
	}
	v := p.library.validator
	for _, s := range bindable(p.library.set, row, s) {
		if severity, known := strengths[b.Strength]; known {
			plan.bindings = v.appendBinding(plan.bindings, s, b.ValueSet, severity)
		}
		if b.MaxValueSet != "" && (e == nil || e.Binding == nil || e.Binding.MaxValueSet != b.MaxValueSet) {
			plan.bindings = v.appendBinding(plan.bindings, s, b.MaxValueSet, fhir.SeverityError)
		}
		for _, more := range b.Additional {
			if severity, known := purposes[more.Purpose]; known {
				plan.bindings = v.appendBinding(plan.bindings, s, more.ValueSet, severity)
			}
		}
	}
}

// purposes are those of additional bindings that say something of codes (http://hl7.org/fhir/R5/valueset-additional-binding-purpose.html).
var purposes = map[string]fhir.Severity{"maximum": fhir.SeverityError, "required": fhir.SeverityError, "extensible": fhir.Warning, "preferred": fhir.Information}

// bindable are the types of a row that may have codes: one of each shape, since a binding says the same of all types.
func bindable(set *definition.Set, row *definition.ElementDefinition, s *definition.Structure) []*definition.Structure {
	if shapeOf(s) != 0 || len(row.Types) < 2 {
		return []*definition.Structure{s}
	}
	var found []*definition.Structure
	for i := range row.Types {
		if of := set.Structure(row.Types[i].Code); shapeOf(of) != 0 {
			found = append(found, of)
		}
	}
	return found
}

func sameBinding(a, b *definition.Binding) bool {
	return b != nil && a.Strength == b.Strength && a.ValueSet == b.ValueSet && a.MaxValueSet == b.MaxValueSet && len(a.Additional) == len(b.Additional)
}

// invariants adds those that neither the base nor the whole has.
func (p *rowPlanner) invariants(plan *rowPlan, row *definition.ElementDefinition, s *definition.Structure, e *definition.Element, whole *definition.Outline) {
	for i := range row.Constraints {
		c := &row.Constraints[i]
		if c.Expression == "" || e != nil && has(e.Constraints, c) || p.ofTypes(row, s, c) || whole != nil && hasRow(whole.Row, c) {
			continue
		}
		made := p.invariant(c, s)
		plan.invariants = append(plan.invariants, made)
		plan.quick = plan.quick || made.test != nil
	}
}

// ofTypes reports whether an invariant is one of the type that stands there, or of every type that may.
func (p *rowPlanner) ofTypes(row *definition.ElementDefinition, s *definition.Structure, c *definition.Constraint) bool {
	if s != nil {
		return has(s.Constraints, c)
	}
	for i := range row.Types {
		if of := p.library.set.Structure(row.Types[i].Code); of == nil || !has(of.Constraints, c) {
			return false
		}
	}
	return len(row.Types) > 0
}

func has(list []*definition.Constraint, c *definition.Constraint) bool {
	for _, one := range list {
		if one.Key == c.Key {
			return true
		}
	}
	return false
}

func hasRow(row *definition.ElementDefinition, c *definition.Constraint) bool {
	for i := range row.Constraints {
		if row.Constraints[i].Key == c.Key {
			return true
		}
	}
	return false
}

// invariant compiles one. What is only good practice is a warning, whatever its severity.
func (p *rowPlanner) invariant(c *definition.Constraint, s *definition.Structure) *invariant {
	i := &invariant{constraint: c, severity: fhir.Warning}
	if c.Error && !c.BestPractice {
		i.severity = fhir.SeverityError
	}
	if s != nil && !s.Abstract {
		i.test = compileQuickTest(c.Expression, s)
	}
	made := p.planner.compileText(c.Expression)
	i.expression, i.err = made.expression, made.err
	return i
}

// settle links what a plan has by reference, and takes out whatever asks nothing. A plan that is reached again while it is
// being settled asks nothing beyond what it asks the first time.
func settle(p *rowPlan) {
	if p == nil || p.settling {
		return
	}
	p.settling = true
	kept := p.children[:0]
	for _, c := range p.children {
		settle(c.whole)
		if c.whole.asksNothing() {
			c.whole = nil
		}
		settleSlicing(c.slicing)
		if c.slicing != nil && c.slicing.asksNothing() {
			c.slicing = nil
		}
		if c.min > 0 || c.max != definition.Unbounded || c.whole != nil || c.slicing != nil {
			kept = append(kept, c)
		}
	}
	p.children = kept
}

// says reports whether a plan asks anything, looking through what is not settled yet.
func says(p *rowPlan, seen map[*rowPlan]bool) bool {
	if p == nil || seen[p] {
		return false
	}
	seen[p] = true
	if p.types != nil || !p.values.asksNothing() || len(p.bindings)+len(p.invariants) > 0 {
		return true
	}
	for _, c := range p.children {
		if c.min > 0 || c.max != definition.Unbounded || says(c.whole, seen) || slicingSays(c.slicing, seen) {
			return true
		}
	}
	return false
}

func slicingSays(p *slicingPlan, seen map[*rowPlan]bool) bool {
	if p == nil {
		return false
	}
	for _, s := range p.slices {
		if s.min > 0 || s.max != definition.Unbounded || says(s.row, seen) || slicingSays(s.inner, seen) {
			return true
		}
	}
	return p.closed || p.ordered || p.atEnd
}

func settleSlicing(p *slicingPlan) {
	if p == nil {
		return
	}
	for _, s := range append(p.slices[:len(p.slices):len(p.slices)], p.rest) {
		if s == nil {
			continue
		}
		settle(s.row)
		settleSlicing(s.inner)
		if s.inner != nil && s.inner.asksNothing() {
			s.inner = nil
		}
		if s.match != nil && s.row.asksNothing() {
			s.row = nil
		}
	}
	p.number()
}
