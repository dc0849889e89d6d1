package search

import (
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/search/query"
)

// Reads lists the elements of its type that a parameter reads, by their paths ("Patient.address"): what it
// has a value of may depend on these, on what is below them and on what they are below of, and on nothing
// else of the resource. It is never too short: an expression that cannot be told is one that reads all
// ("Patient").
func (r *Registry) Reads(p *query.Parameter) []string {
	o := r.offers[p]
	if o == nil {
		return nil
	}
	base := r.set.Structure(string(p.Base))
	var found []string
	for _, branch := range o.branches {
		found = append(found, pathsIn(r.set, base, branch)...)
	}
	parts := componentsOf(o.definition)
	if len(parts) == 0 {
		return found
	}
	var tuples []string
	for _, path := range found {
		for _, part := range parts {
			for _, branch := range splitUnion(part.Expression) {
				tuples = append(tuples, strings.TrimSuffix(path+"."+namesAt(strings.TrimLeft(branch, "(")), "."))
			}
		}
	}
	return tuples
}

// pathsIn are the paths in a branch of an expression: they begin with the type or with what it specialises.
// Names in the parentheses of a function are about what is before it.
func pathsIn(set *definition.Set, base *definition.Structure, branch string) (found []string) {
	quoted := false
	for i := 0; i < len(branch); {
		if branch[i] == '\'' {
			quoted = !quoted
		}
		length := nameLength(branch[i:])
		if length == 0 || quoted || i > 0 && branch[i-1] == '.' {
			i += max(length, 1)
			continue
		}
		if name := branch[i : i+length]; set.Structure(name) != nil && base.IsA(name) {
			rest := strings.TrimPrefix(branch[i+length:], ".")
			found = append(found, strings.TrimSuffix(base.Name+"."+namesAt(rest), "."))
		}
		i += length
	}
	if found == nil {
		return []string{strings.TrimSuffix(base.Name+"."+namesAt(strings.TrimLeft(branch, "(")), ".")}
	}
	return found
}

// namesAt is the path that a text begins with, up to the first function or operator.
func namesAt(text string) string {
	end := 0
	for at := 0; ; {
		length := nameLength(text[at:])
		if next := at + length; length == 0 || next < len(text) && text[next] == '(' {
			return strings.TrimSuffix(text[:end], ".")
		}
		at += length
		end = at
		if at >= len(text) || text[at] != '.' {
			return text[:end]
		}
		at++
	}
}

// Overlap reports whether one of two paths is the other, or of something inside it.
func Overlap(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(b, a) && (len(a) == len(b) || b[len(a)] == '.')
}
