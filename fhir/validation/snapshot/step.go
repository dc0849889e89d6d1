package snapshot

import (
	"strings"
	"unicode/utf8"

	"hearken/fhir/definition"
)

// step goes from a node to a child by name, and to a slice of it when one is named. last reports that the row
// is about what is found: then a slice that is not there yet is made. A fault is reported and gives nil.
func (m *maker) step(at *node, name, sliceName string, change *definition.ElementChange, last bool) *node {
	if !m.expand(at) {
		return nil
	}
	child := at.child(name)
	if child == nil {
		if choice, code := choiceOf(at, name); choice != nil {
			return m.typeSlice(choice, name, code, sliceName, change, last)
		}
		if !m.structure.Constraint && last {
			return m.add(at, name)
		}
		m.fail(DetailUnknownPath, "there is no %s in %s", name, at.name)
		return nil
	}
	if sliceName == "" {
		return child
	}
	if s := child.slice(sliceName); s != nil {
		return s
	}
	if !last {
		m.fail(DetailSliceName, "%s has no slice %s", name, sliceName)
		return nil
	}
	return m.newSlice(child, sliceName)
}

// choiceOf finds the choice that a name like "valueQuantity" is one type of, among the children of a node.
func choiceOf(at *node, name string) (choice *node, code string) {
	for _, c := range at.children {
		stem, isChoice := strings.CutSuffix(c.name, "[x]")
		suffix, begins := strings.CutPrefix(name, stem)
		if !isChoice || !begins || suffix == "" {
			continue
		}
		for _, ref := range c.row.Types {
			if capitalised(ref.Code) == suffix {
				return c, ref.Code
			}
		}
	}
	return nil, ""
}

func capitalised(code string) string {
	r, n := utf8.DecodeRuneInString(code)
	return strings.ToUpper(string(r)) + code[n:]
}

// typeSlice is the slice of a choice that a path in short form is about
// (https://hl7.org/fhir/R4/profiling.html#slicing): "Observation.valueQuantity" for the Quantity of
// "Observation.value[x]". Where the base has no other type and no slice is asked for, it is the choice
// itself.
func (m *maker) typeSlice(choice *node, name, code, sliceName string, change *definition.ElementChange, last bool) *node {
	if last && sliceName != "" && sliceName != name && !hasPlainID(change) {
		m.fail(DetailSliceName, "the slice of %s for one type is called %s", choice.name, name)
		return nil
	}
	if s := choice.slice(name); s != nil {
		return s
	}
	if len(choice.slices) == 0 && (!last && len(choice.row.Types) == 1 || sliceName == "" && choice.base != nil && len(choice.base.row.Types) == 1) {
		return choice
	}
	s := m.newSlice(choice, name)
	if s != nil && choice.parent.isExtension() {
		choice.row.Types = s.row.Types // an extension has one value: what it says of one type it says of its value
	}
	return s
}

// hasPlainID reports whether a row has an id, and one that names no slice at its end: then so does the row.
func hasPlainID(change *definition.ElementChange) bool {
	last := change.ID[strings.LastIndexByte(change.ID, '.')+1:]
	return change.ID != "" && !strings.Contains(last, ":")
}

// isExtension reports whether an extension stands here.
func (n *node) isExtension() bool {
	return n.row.Path == "Extension" || len(n.row.Types) == 1 && n.row.Types[0].Code == "Extension"
}

func typeSlicing() *definition.Slicing {
	return &definition.Slicing{Rules: "open", Discriminators: []definition.Discriminator{{Type: "type", Path: "$this"}}}
}

// newSlice makes a slice of an element that is sliced, or that slices itself: extensions by url, choices by type. It
// begins as what it is a slice of, with the children that has in the base.
func (m *maker) newSlice(main *node, name string) *node {
	if main.row.Slicing == nil {
		switch {
		case main.name == "extension" || main.name == "modifierExtension":
			main.row.Slicing = &definition.Slicing{Rules: "open", Discriminators: []definition.Discriminator{{Type: "value", Path: "url"}}}
		case strings.HasSuffix(main.name, "[x]"):
			main.row.Slicing = typeSlicing()
		case !isResliced(main, name):
			m.fail(DetailSlicing, "%s is not sliced, so it cannot have a slice %s", main.name, name)
			return nil
		}
	}
	if main.isClosed() {
		m.fail(DetailSlicing, "the slices of %s are closed in the base: there can be no other", main.name)
		return nil
	}
	from := main
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		if outer := main.slice(name[:i]); outer != nil {
			from = outer
		}
	}
	s := main.addSlice(name, from.row)
	if stem, isChoice := strings.CutSuffix(main.name, "[x]"); isChoice {
		m.beginTypeSlice(main, s, strings.TrimPrefix(name, stem))
	} else {
		s.row.Min = 0
	}
	if from.base != nil && !m.adopt(s, from.base) {
		return nil
	}
	return s
}

// isClosed reports whether the base allows no more slices than it has.
func (n *node) isClosed() bool {
	return n.base != nil && n.base.row.Slicing != nil && n.base.row.Slicing.Rules == "closed" && len(n.base.slices) > 0
}

// beginTypeSlice gives a slice of a choice the type it is named after. Where no other type is left it is the choice.
func (m *maker) beginTypeSlice(choice, s *node, suffix string) {
	if len(choice.row.Types) > 1 {
		s.row.Min = 0
	}
	for i := range choice.row.Types {
		if capitalised(choice.row.Types[i].Code) == suffix {
			s.row.Types = choice.row.Types[i : i+1 : i+1]
		}
	}
}

// isResliced reports whether a name is that of a slice of a slice that is itself sliced.
func isResliced(main *node, name string) bool {
	i := strings.LastIndexByte(name, '/')
	return i >= 0 && main.slice(name[:i]) != nil && main.slice(name[:i]).row.Slicing != nil
}
