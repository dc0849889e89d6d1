package validation

import "hearken/fhir/definition"

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

// row makes the plan of a row and those below it. s is the type that stands there, nil when that is one of
// several; e is the element of the base, nil at the root; whole is the row that this one is a slice of.
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
