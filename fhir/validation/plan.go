package validation

import (
	"fmt"

	"hearken/fhir/definition"
	"hearken/fhir/fhirpath"
)

// structurePlan is what has to be checked of a node because of what it is.
type structurePlan struct {
	required     presence // the elements that must be there, as bits
	lateRequired []*definition.Element
	elements     []*definition.Element
	invariants   []*invariant
	rules        []Rule
	value        Rule // of the value of a primitive; cheap, for it is asked of each
	calls        []call
}

// fieldPlan is what has to be checked of a node because of where it stands.
type fieldPlan struct {
	bit        presence // of its element among those of the parent
	max        int      // how often it may stand, when that is more than once and not any number
	never      bool     // its maximum is 0
	element    *definition.Element
	invariants []*invariant
	bindings   []*binding
	targets    *targets
	plainLeaf  bool // a value without id and extensions has nothing to check
}

var noFieldPlan fieldPlan

// presence is a set of elements of one structure: bit i is element i. The largest
// structure of FHIR has 54 elements; any beyond 64 have no bit and are looked for one by one.
type presence uint64

const presenceBits = 64

func bitOf(e *definition.Element) presence {
	if e.Order >= presenceBits {
		return 0
	}
	return 1 << e.Order
}

// planner makes the tables of a Validator.
type planner struct {
	validator *Validator
	compiled  map[string]compilation // FHIRPath by its text: dom-2 is on 144 structures
}

type compilation struct {
	expression *fhirpath.Expression
	err        error
}

func newPlanner(v *Validator) *planner {
	return &planner{validator: v, compiled: map[string]compilation{}}
}

func (p *planner) planStructures() {
	structures := p.validator.set.Structures()
	p.validator.structures = make([]structurePlan, len(structures))
	for i, s := range structures {
		plan := &p.validator.structures[i]
		plan.elements = s.Elements
		for _, e := range s.Elements {
			switch {
			case e.Min == 0 || s.Kind == definition.Primitive:
			case bitOf(e) == 0 || e.Min > 1:
				plan.lateRequired = append(plan.lateRequired, e)
			default:
				plan.required |= bitOf(e)
			}
		}
		for _, c := range s.Constraints {
			plan.invariants = p.appendInvariant(plan.invariants, c, s)
		}
		if s.IsA("uri") {
			plan.value = checkURI
		}
		for _, placed := range p.validator.options.rules {
			if s.Path == placed.structure || s.IsA(placed.structure) {
				plan.rules = append(plan.rules, placed.rule)
			}
		}
	}
}

func (p *planner) planFields() {
	fields := p.validator.set.Fields()
	p.validator.fields = make([]fieldPlan, len(fields))
	for i, f := range fields {
		plan := &p.validator.fields[i]
		plan.element = f.Element
		plan.bit = bitOf(f.Element)
		plan.never = f.Element.Max == 0
		if f.Element.Max > 1 {
			plan.max = f.Element.Max
		}
		for _, c := range f.Element.Constraints {
			plan.invariants = p.appendInvariant(plan.invariants, c, f.Type)
		}
		p.planType(plan, f)
		p.validator.planBindings(plan, f)
		plan.plainLeaf = p.validator.isPlainLeaf(plan, f)
	}
}

// isPlainLeaf reports whether a value without id and extensions has nothing to check.
func (v *Validator) isPlainLeaf(plan *fieldPlan, f *definition.Field) bool {
	return f.Type.Kind == definition.Primitive && plan.max == 0 && len(plan.invariants) == 0 && len(plan.bindings) == 0 &&
		plan.targets == nil && v.plain(f.Type)
}

// planType adds what the row says of the field's type: reference targets, and the profiles of a
// datatype that base resources use (SimpleQuantity), whose root invariants hold here.
func (p *planner) planType(plan *fieldPlan, f *definition.Field) {
	for i := range f.Element.Types {
		ref := &f.Element.Types[i]
		if ref.Code != f.Type.Name {
			continue
		}
		plan.targets = newTargets(p.validator.set, f.Element, ref)
		for _, canonical := range ref.Profiles {
			profile := p.validator.set.StructureDefinition(canonical)
			if profile == nil || len(profile.Elements) == 0 {
				continue
			}
			root := &profile.Elements[0]
			for j := range root.Constraints {
				if !hasKey(f.Type.Constraints, root.Constraints[j].Key) {
					plan.invariants = p.appendInvariant(plan.invariants, &root.Constraints[j], f.Type)
				}
			}
		}
	}
}

func hasKey(constraints []*definition.Constraint, key string) bool {
	for _, c := range constraints {
		if c.Key == key {
			return true
		}
	}
	return false
}

// plain reports whether a primitive with a value and without children passes all that its
// structure asks: its invariants hold of any value, and it has no rules.
func (v *Validator) plain(s *definition.Structure) bool {
	plan := &v.structures[s.Index]
	for _, invariant := range plan.invariants {
		if !invariant.trivialOfValues {
			return false
		}
	}
	return len(plan.rules) == 0
}

// compile compiles an expression that is part of the validator; one that cannot be is listed under its key.
func (p *planner) compile(key, expression string) compilation {
	_, known := p.compiled[expression]
	made := p.compileText(expression)
	if made.err != nil && !known {
		p.validator.unsupported = append(p.validator.unsupported, fmt.Errorf("%s: %w", key, made.err))
	}
	return made
}

// compileText compiles each expression once.
func (p *planner) compileText(expression string) compilation {
	made, known := p.compiled[expression]
	if !known {
		made.expression, made.err = fhirpath.Compile(p.validator.set, expression)
		p.compiled[expression] = made
	}
	return made
}
