package validation

import (
	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/terminology"
)

// binding is a value set that codes at a place are from (https://hl7.org/fhir/R4/terminologies.html#strength), or the
// maximum value set of a weaker one.
type binding struct {
	valueSet string // canonical
	members  members
	shape    codedShape
	severity fhir.Severity // of a code that is not in it
	wanted   bool          // there should be a code at all, not words alone
}

// codedShape is where the codes of a bound element are.
type codedShape uint8

const (
	shapeText     codedShape = iota + 1 // code, uri, string: the value itself, with no system
	shapeCoding                         // system and code: Coding, Quantity and its kinds
	shapeConcept                        // CodeableConcept: one of its codings
	shapeQuantity                       // as Coding, but one without a code is a plain number
)

// codedNames are the elements that hold codes.
type codedNames struct {
	system, code, coding, value, extension definition.NameID
}

func newCodedNames(set *definition.Set) codedNames {
	return codedNames{
		system: set.NameID("system"), code: set.NameID("code"), coding: set.NameID("coding"),
		value: set.NameID("value"), extension: set.NameID("extension"),
	}
}

// shapeOf tells where a type has its codes; 0 for a type that has none.
func shapeOf(s *definition.Structure) codedShape {
	switch {
	case s == nil:
		return 0
	case s.Kind == definition.Primitive:
		return shapeText
	case s.IsA("CodeableConcept"):
		return shapeConcept
	case s.IsA("Coding"):
		return shapeCoding
	case s.IsA("Quantity"):
		return shapeQuantity
	}
	return 0
}

// newBinding makes a binding for a type; nil for a type without codes, and for a value set of which nothing is known.
func (v *Validator) newBinding(s *definition.Structure, valueSet string, severity fhir.Severity) *binding {
	shape, members := shapeOf(s), v.membersOf(valueSet)
	if shape == 0 || members == nil {
		return nil
	}
	return &binding{valueSet: valueSet, members: members, shape: shape, severity: severity, wanted: severity != fhir.Information}
}

// strengths are how severe it is that a code is not in the value set of a binding. Weaker ones are told of
// only where there is a library of terminology to ask.
var strengths = map[string]fhir.Severity{"required": fhir.SeverityError, "extensible": fhir.Warning, "preferred": fhir.Information}

// planBindings adds the value sets that the row and the type of a field hold its codes to.
func (v *Validator) planBindings(plan *fieldPlan, f *definition.Field) {
	for _, b := range []*definition.Binding{f.Element.Binding, f.Type.Binding} {
		if b == nil {
			continue
		}
		if severity, known := strengths[b.Strength]; known && (severity == fhir.SeverityError || v.options.terminology != nil) {
			plan.bindings = v.appendBinding(plan.bindings, f.Type, b.ValueSet, severity)
		}
		// A maximum value set is no binding of the specification but an extension of it: an error for a
		// bare code (a language), which has no other meaning, a warning for what may have one.
		switch {
		case b.MaxValueSet != "" && shapeOf(f.Type) == shapeText:
			plan.bindings = v.appendBinding(plan.bindings, f.Type, b.MaxValueSet, fhir.SeverityError)
		case b.MaxValueSet != "":
			plan.bindings = v.appendBinding(plan.bindings, f.Type, b.MaxValueSet, fhir.Warning)
		}
	}
}

func (v *Validator) appendBinding(to []*binding, s *definition.Structure, valueSet string, severity fhir.Severity) []*binding {
	if b := v.newBinding(s, valueSet, severity); b != nil {
		return append(to, b)
	}
	return to
}

// binding reports a code that is not in the value set. Codes and systems are named in the
// definitions, not in the message: what was sent could be anything.
func (v *Visit) binding(b *binding, n element.Node) {
	switch answer, coded := v.validator.coded.answer(b, n); {
	case answer == terminology.NotIn:
		v.notInValueSet(b, n)
	case coded || b.shape == shapeText || b.shape == shapeQuantity || !b.wanted:
	case n.Child("extension").IsZero(): // an extension may say why there is no code
		v.noCode(b, n)
	}
}

// answer says whether what is coded at a node is in a value set, and whether there is a code at all. Of a
// CodeableConcept one coding has to be; others may translate it
// (https://hl7.org/fhir/R4/datatypes.html#CodeableConcept).
func (c *codedNames) answer(b *binding, n element.Node) (answer terminology.Answer, coded bool) {
	switch b.shape {
	case shapeText:
		if !n.HasValue() {
			return terminology.Unknown, false
		}
		return b.members.code(n.Text()), true
	case shapeConcept:
		return c.conceptAnswer(b, n)
	}
	return c.codingAnswer(b, n)
}

func (c *codedNames) conceptAnswer(b *binding, n element.Node) (answer terminology.Answer, coded bool) {
	answer = terminology.NotIn
	for coding := range n.ChildrenNamed(c.coding) {
		one, hasCode := c.codingAnswer(b, coding)
		if one == terminology.In {
			return one, true
		}
		if one == terminology.Unknown && hasCode {
			answer = terminology.Unknown
		}
		coded = true
	}
	if !coded {
		return terminology.Unknown, false
	}
	return answer, true
}

// codingAnswer asks about the system and code of a Coding or Quantity.
func (c *codedNames) codingAnswer(b *binding, n element.Node) (answer terminology.Answer, coded bool) {
	var system, code string
	for child := n.FirstChild(); !child.IsZero(); child = child.NextSibling() {
		switch child.NameID() {
		case c.system:
			system = child.Text()
		case c.code:
			code = child.Text()
		}
	}
	if code == "" {
		return terminology.Unknown, false
	}
	return b.members.coding(system, code), true
}

// checkCoding is the rule of codes: a system that is known as a whole has them, and those of others have the
// form it prescribes. It is a warning: systems grow, and what is loaded may be older than what was sent.
func checkCoding(v *Visit, n element.Node) {
	code := n.Child("code")
	system := n.Child("system").Text()
	if !code.HasValue() || system == "" {
		return
	}
	verdict := v.validator.options.terminology.ValidateCode(system, n.Child("version").Text(), code.Text())
	if verdict.Answer == terminology.NotIn {
		v.Report(code, fhir.Warning, fhir.CodeInvalidCode, DetailUnknownCode, "%s", verdict.Message())
	}
}

func (v *Visit) notInValueSet(b *binding, n element.Node) {
	v.Report(n, b.severity, fhir.CodeInvalidCode, DetailNotInValueSet, "%s must have a code of the value set %s", placeOf(n), b.valueSet)
}

func (v *Visit) noCode(b *binding, n element.Node) {
	v.Report(n, b.severity, fhir.CodeInvalidCode, DetailNoCode, "%s has no code, and needs one of the value set %s", placeOf(n), b.valueSet)
}

// placeOf names the definition of a node: "Patient.gender".
func placeOf(n element.Node) string {
	if e := n.Element(); e != nil {
		return e.Path
	}
	return n.Name()
}
