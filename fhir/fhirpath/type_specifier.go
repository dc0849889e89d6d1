package fhirpath

import (
	"strings"

	"hearken/fhir/definition"
)

// typeFilter tells whether an item is of a type named in an expression
// (http://hl7.org/fhirpath/N1/#type-specifiers).
type typeFilter struct {
	name      string
	set       *definition.Set
	structure *definition.Structure // nil when the name is no FHIR type
	member    []bool                // by Structure.Index
	system    Kind                  // 0 when the name is no System type
	exact     bool
}

func (t *typeFilter) matches(i Item) bool {
	switch i.kind {
	case Element:
		return t.member != nil && t.member[i.node.Structure().Index]
	case Unresolved:
		s := t.set.Structure(i.text)
		return s != nil && t.member != nil && t.member[s.Index]
	}
	return i.kind == t.system && i.kind != 0
}

// typeFilter resolves a type specifier: FHIR's types first, then System's. With exact set a
// primitive type is itself only, as for as() and ofType().
func (c *compiler) typeFilter(s *syntax, exact bool) (*typeFilter, *Error) {
	namespace, name, ok := typeName(s)
	if !ok {
		return nil, invalid(s.at, "a type name is expected")
	}
	t := &typeFilter{name: name, set: c.model.set, exact: exact}
	if namespace != "System" {
		t.structure = c.model.set.Structure(name)
		if t.structure != nil && strings.Contains(t.structure.Path, ".") {
			t.structure = nil
		}
	}
	if namespace != "FHIR" {
		t.system = systemKinds[name]
	}
	if t.structure == nil && t.system == 0 && namespace != "System" {
		return nil, invalid(s.at, "there is no type %s", name)
	}
	c.legacy(t, namespace)
	if t.structure != nil {
		t.exact = exact && t.structure.Kind == definition.Primitive
		t.member = c.model.members(t.structure, t.exact)
	}
	return t, nil
}

// legacy makes an unqualified System type stand for the FHIR primitive as well, as R4's
// invariants have it (que-7: answer is Boolean).
func (c *compiler) legacy(t *typeFilter, namespace string) {
	if c.normative || namespace != "" || t.structure != nil {
		return
	}
	if primitive := c.model.set.Structure(strings.ToLower(t.name[:1]) + t.name[1:]); primitive != nil {
		t.structure = primitive
	}
}

// typeName takes "Patient", "FHIR.Patient" or "System.Boolean" apart.
func typeName(s *syntax) (namespace, name string, ok bool) {
	if s.form != formName {
		return "", "", false
	}
	if s.left == nil {
		return "", s.name, true
	}
	ok = s.left.form == formName && s.left.left == nil && (s.left.name == "FHIR" || s.left.name == "System")
	return s.left.name, s.name, ok
}

var systemKinds = map[string]Kind{
	"Boolean": Boolean, "String": String, "Integer": Integer, "Long": Long, "Decimal": Decimal,
	"Date": Date, "DateTime": DateTime, "Time": Time, "Quantity": Quantity,
}
