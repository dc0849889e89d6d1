package snapshot

import (
	"strings"

	"hearken/fhir/definition"
)

// expand gives a leaf the children of what stands there: of the element its content is that of, of its type, or of
// the profile of its type. It reports a fault and gives false when there is no telling which.
func (m *maker) expand(n *node) bool {
	if len(n.children) > 0 {
		return true
	}
	source, ok := m.contentOf(n)
	if source == nil {
		return ok
	}
	n.content = source
	return m.adopt(n, source)
}

// adopt gives a node copies of another's children, within the limit.
func (m *maker) adopt(n, source *node) bool {
	for _, c := range source.children {
		if m.elements += c.size(); m.elements > maxElements {
			m.fail(DetailTooManyElements, "more than %d elements", maxElements)
			return false
		}
		n.children = append(n.children, c.copyTo(n, nil))
	}
	return true
}

// contentOf is the node whose children those of a leaf are; nil when it has no type to take them from. It is not ok
// when a fault was reported.
func (m *maker) contentOf(n *node) (content *node, ok bool) {
	types := n.row.Types
	switch code := oneCode(types); {
	case n.row.ContentReference != "":
		content = m.referenced(n)
	case n.content != nil && !hasProfile(types):
		content = n.content
	case len(types) == 0:
		return nil, true
	case code == "":
		content = m.treeOf(typeCanonical("Element"), "") // what all datatypes have: id and extensions
	case hasProfile(types):
		content = m.treeOf(types[0].Profiles[0], code)
	default:
		content = m.treeOf(typeCanonical(code), "")
	}
	return content, content != nil
}

// hasProfile reports whether there is one type, with one profile.
func hasProfile(types []definition.TypeRef) bool {
	return len(types) == 1 && len(types[0].Profiles) == 1
}

// oneCode is the code that all types have, or "".
func oneCode(types []definition.TypeRef) string {
	code := ""
	for _, ref := range types {
		if code != "" && ref.Code != code {
			return ""
		}
		code = ref.Code
	}
	return code
}

// treeOf makes a tree of a structure; when that is unknown, of the type instead.
func (m *maker) treeOf(canonical, fallback string) *node {
	rows, issues := m.generator.rowsOf(canonical)
	if root := grow(rows); root != nil {
		return root
	}
	if issues.Failed() {
		m.fail(DetailUnknownProfile, "%s has no snapshot: %s", canonical, issues[0].Diagnostics)
		return nil
	}
	if fallback == "" {
		m.fail(DetailUnknownProfile, "the structure %s is unknown", canonical)
		return nil
	}
	m.warn(DetailUnknownProfile, "the profile %s is unknown: what it says is left out", canonical)
	return m.treeOf(typeCanonical(fallback), "")
}

// referenced is the element whose content a leaf has, as the type defines it; the leaf takes its types.
func (m *maker) referenced(n *node) *node {
	at := m.treeOf(typeCanonical(m.root.name), "")
	if at == nil {
		return nil
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(n.row.ContentReference, at.name+"."), ".") {
		if at = at.child(part); at == nil {
			m.fail(DetailUnknownPath, "there is no %s, whose content it should have", n.row.ContentReference)
			return nil
		}
	}
	n.row.ContentReference, n.row.Types = "", at.row.Types
	return at
}
