package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/fhirpath"
)

// contexts is where an extension may stand (https://hl7.org/fhir/R4/defining-extensions.html#context).
type contexts struct {
	elements    map[string]bool // paths and types, "Patient.name"
	extensions  map[string]bool // urls of the extensions it may be part of, with "#part" for a part of one
	expressions []*fhirpath.Expression
	anywhere    bool
	invariants  []compilation // what must be true there besides
}

// contexts reads those of a definition. One without any may stand everywhere, and one with an expression that
// cannot be compiled too.
func (l *profileLibrary) contexts(p *planner, s *definition.StructureDefinition) contexts {
	c := contexts{elements: map[string]bool{}, extensions: map[string]bool{}, anywhere: len(s.Context) == 0}
	for _, context := range s.Context {
		switch context.Type {
		case "extension":
			c.extensions[context.Expression] = true
		case "fhirpath":
			made := p.compileText(context.Expression)
			c.anywhere = c.anywhere || made.err != nil
			c.expressions = append(c.expressions, made.expression)
		default:
			_, path, found := strings.Cut(context.Expression, "#") // an element of a profile
			if !found {
				path = context.Expression
			}
			c.elements[strings.TrimSuffix(path, "[x]")] = true
		}
	}
	for _, path := range contextErrata[s.URL] {
		c.elements[path] = true
	}
	for _, text := range s.ContextInvariants {
		c.invariants = append(c.invariants, p.compileText(text))
	}
	return c
}

// allowed reports whether an extension may stand where it does.
func (v *Visit) allowed(c *contexts, n element.Node) bool {
	on := n.Parent()
	if c.anywhere || c.elements["Element"] || c.elements["Any"] {
		return true
	}
	if len(c.extensions) > 0 && v.isPartOf(c.extensions, on) || c.elements["CanonicalResource"] && isCanonical(on) {
		return true
	}
	if len(c.elements) > 0 && isAt(c.elements, on) {
		return true
	}
	for _, e := range c.expressions {
		if v.selects(e, on) {
			return true
		}
	}
	return false
}

// isPartOf reports whether a node is one of some extensions, or the value of one.
func (v *Visit) isPartOf(extensions map[string]bool, n element.Node) bool {
	if outer := n.Parent(); outer.Structure() == v.validator.extension {
		n = outer
	}
	if n.Structure() != v.validator.extension {
		return false
	}
	url, outer := n.Child("url").Text(), n.Parent()
	return extensions[url] || outer.Structure() == v.validator.extension && extensions[outer.Child("url").Text()+"#"+url]
}

// isCanonical reports whether a resource is of a type that has a canonical URL: CanonicalResource is how
// later releases name what R4 has no name for, and their extensions are used with R4.
func isCanonical(n element.Node) bool {
	if !n.IsResource() {
		return false
	}
	url, status := n.Structure().Element("url"), n.Structure().Element("status")
	return url != nil && status != nil && url.Types[0].Code == "uri"
}

// isAt reports whether a node is of a type or at a path of the set: "HumanName", "Patient.name",
// "HumanName.family", and "Patient.name.family" too.
func isAt(elements map[string]bool, n element.Node) bool {
	for s := n.Structure(); s != nil; s = s.Base {
		if elements[s.Name] || elements[s.Path] {
			return true
		}
	}
	suffix := ""
	for at := n; ; at = at.Parent() {
		e := at.Element()
		if e == nil || at.IsResource() {
			return false
		}
		suffix = "." + e.Name + suffix
		for s := at.Parent().Structure(); s != nil; s = s.Base {
			if elements[s.Name+suffix] || elements[s.Path+suffix] {
				return true
			}
		}
	}
}

// selection is what an expression selects on a resource.
type selection struct {
	expression *fhirpath.Expression
	resource   element.Node
}

// selects reports whether an expression on the resource selects a node. It is evaluated once for each
// resource, however many extensions ask.
func (v *Visit) selects(e *fhirpath.Expression, n element.Node) bool {
	key := selection{e, n.Resource()}
	nodes, known := v.selected[key]
	if !known {
		nodes = map[element.Node]bool{}
		if err := e.Each(&v.env, key.resource, func(i fhirpath.Item) bool {
			nodes[i.Node()] = true
			return true
		}); err != nil {
			nodes = nil // what cannot be told is no fault
		}
		if v.selected == nil {
			v.selected = map[selection]map[element.Node]bool{}
		}
		v.selected[key] = nodes
	}
	return nodes == nil || nodes[n]
}

// contextInvariants checks what must be true of the element an extension stands on. %extension is the extension.
func (v *Visit) contextInvariants(c *contexts, n element.Node, p *profile) {
	if len(c.invariants) == 0 {
		return
	}
	v.env.Variables = map[string]fhirpath.Collection{"extension": {fhirpath.Of(n)}}
	for _, invariant := range c.invariants {
		if invariant.err != nil {
			continue
		}
		if holds, err := invariant.expression.Holds(&v.env, n.Parent()); err == nil && !holds {
			v.reportWithin(n, fhir.SeverityError, fhir.CodeExtension, DetailExtensionContext, "the extension %s may not stand here: %s", p.canonical, invariant.expression)
		}
	}
	v.env.Variables = nil
}
