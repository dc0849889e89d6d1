package search

import (
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/fhir/terminology"
)

// The modifiers of tokens that ask a terminology (https://hl7.org/fhir/R4/search.html#token). What they mean
// is written out as the codes it stands for, so that the query is one of codes like any other.
const (
	inModifier    = "in"
	notInModifier = "not-in"
)

var terminologyModifiers = []string{inModifier, notInModifier, belowModifier, aboveModifier}

// asksTerminology reports whether the reader's modifier is one of those.
func (v *valueReader) asksTerminology() bool {
	return v.parameter.Kind == query.KindToken && slices.Contains(terminologyModifiers, v.modifier)
}

// byTerminology reads the canonical of a value set, or system|code, and gives the codes it stands for.
func (v *valueReader) byTerminology(raw string) (e query.Expr, problem string) {
	var codes []query.TokenTest
	v.notKnown = false
	if v.modifier == belowModifier || v.modifier == aboveModifier {
		codes, problem = v.related(raw)
	} else {
		codes, problem = v.members(raw)
	}
	if problem != "" {
		return nil, problem
	}
	v.conditions += len(codes)
	any := query.Or{}
	for _, t := range codes {
		// As a bare value is read: see token.
		t.AnySystem = v.datatypes.only("code", "boolean")
		any = append(any, query.Match{Parameter: v.parameter, Test: t})
	}
	if len(any) == 0 {
		return query.Const(false), ""
	}
	return any, ""
}

// members lists the codes of a value set, unless they are more than one search may ask for.
func (v *valueReader) members(raw string) ([]query.TokenTest, string) {
	canonical, ok := unescape(raw)
	if !ok {
		return nil, badEscape
	}
	v.notKnown = true // whatever goes wrong from here
	set, err := v.Terminology().ValueSet(canonical)
	if err != nil {
		return nil, "a value set of this canonical is not loaded"
	}
	expanded, failure := set.Expand(terminology.Expand{Count: v.limits.Conditions + 1})
	if failure.Reason != 0 {
		return nil, failure.Message()
	}
	codes := make([]query.TokenTest, len(expanded.Contains))
	for i, c := range expanded.Contains {
		codes[i] = query.TokenTest{System: c.System, Code: c.Code}
	}
	return codes, ""
}

// related lists a code with those below or above it in its system.
func (v *valueReader) related(raw string) ([]query.TokenTest, string) {
	t, problem := tokenTest(raw)
	if problem != "" || t.System == "" || t.AnyCode {
		return nil, "with :" + v.modifier + " a token is system|code"
	}
	v.notKnown = true
	system := v.Terminology().System(t.System, "")
	list := system.Below
	if v.modifier == aboveModifier {
		list = system.Above
	}
	related, verdict := list(t.Code)
	if verdict.Answer != terminology.In {
		return nil, verdict.Reason.String()
	}
	codes := make([]query.TokenTest, len(related))
	for i, code := range related {
		codes[i] = query.TokenTest{System: t.System, Code: code}
	}
	return codes, ""
}

// withTerminology adds the modifiers that a terminology makes possible to those a parameter takes anyway.
func (v *valueReader) withTerminology(valid []string) []string {
	p := v.parameter
	if v.Terminology == nil || p.Kind != query.KindToken || p.Intrinsic != query.NotIntrinsic || v.datatypes.only("ContactPoint", "Identifier", "boolean") {
		return valid
	}
	return append(slices.Clip(valid), terminologyModifiers...)
}

// notEvaluable is the fault of a value that is well formed, and names what is not known.
func notEvaluable(name, format string, args ...any) fault {
	f := badValue(name, format, args...)
	f.code = fhir.CodeNotSupported
	return f
}
