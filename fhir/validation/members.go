package validation

import (
	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// members is a value set as a binding asks it.
type members interface {
	coding(system, code string) terminology.Answer
	code(code string) terminology.Answer // in any of its systems
}

// listed is the codes of a value set of the base definitions, sorted.
type listed struct{ list *definition.CodeList }

func (l listed) coding(system, code string) terminology.Answer {
	return answerOf(l.list.Has(system, code))
}

func (l listed) code(code string) terminology.Answer { return answerOf(l.list.HasCode(code)) }

// coding and code make a codeRule the members of its value set.
func (r codeRule) coding(system, code string) terminology.Answer {
	return answerOf(system == r.system && r.valid(code))
}

func (r codeRule) code(code string) terminology.Answer { return answerOf(r.valid(code)) }

// selected is a value set of a library.
type selected struct{ set *terminology.ValueSet }

func (s selected) coding(system, code string) terminology.Answer {
	return s.set.Validate(system, code).Answer
}

func (s selected) code(code string) terminology.Answer { return s.set.ValidateCode(code).Answer }

func answerOf(in bool) terminology.Answer {
	if in {
		return terminology.In
	}
	return terminology.NotIn
}

// membersOf finds a value set: as a list of the base definitions, which is fastest, or in the library of
// terminology. It is nil when it is in neither.
func (v *Validator) membersOf(valueSet string) members {
	if list := v.set.CodeList(valueSet); list != nil {
		rule := codeRules[list.Rule]
		switch {
		case list.Enumerable():
			return listed{list}
		case rule.valid != nil:
			return rule
		}
	}
	if v.options.terminology == nil {
		return nil
	}
	set, err := v.options.terminology.ValueSet(valueSet)
	if err != nil {
		return nil
	}
	return selected{set}
}
