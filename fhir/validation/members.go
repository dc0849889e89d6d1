package validation

import (
	"errors"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
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

// membersOf finds a value set: as a list of the base definitions, which is fastest, or in the library of terminology. It is nil when
// it is in neither.
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

// memberOf answers the function of that name in expressions by the validator's terminology.
type memberOf struct{ validator *Validator }

// errNotKnown says that a membership cannot be told from what is loaded.
var errNotKnown = &fhir.Error{Op: "memberOf", Code: fhir.CodeNotFound, Err: errors.New("it is not known whether the value set has the code")}

// MemberOf implements fhirpath.Terminology.
func (m memberOf) MemberOf(coded fhirpath.Item, valueSet string) (bool, error) {
	set := m.validator.membersOf(valueSet)
	if set == nil {
		return false, errNotKnown
	}
	answer := terminology.Unknown
	if n := coded.Node(); !n.IsZero() {
		answer = m.validator.memberAnswer(set, n)
	} else if text, ok := coded.Text(); ok {
		answer = set.code(text)
	}
	if answer == terminology.Unknown {
		return false, errNotKnown
	}
	return answer == terminology.In, nil
}

func (v *Validator) memberAnswer(set members, n element.Node) terminology.Answer {
	shape := shapeOf(n.Structure())
	if shape == 0 {
		return terminology.Unknown
	}
	answer, _ := v.coded.answer(&binding{members: set, shape: shape}, n)
	return answer
}
