package search

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// branchesFor takes the union that is a parameter's expression apart and keeps the branches that apply to a type:
// those that begin with it, with what it specialises, or with none (`name | alias`). All branches of a
// parameter of thirty types but one never concern a given resource.
func branchesFor(set *definition.Set, base fhir.Type, expression string) []string {
	structure := set.Structure(string(base))
	var kept []string
	for _, branch := range splitUnion(expression) {
		name := leadingName(branch)
		if other := set.Structure(name); other == nil || other.Kind != definition.Resource || structure.IsA(name) {
			kept = append(kept, branch)
		}
	}
	return kept
}

// splitUnion cuts an expression at the operators "|" that are in no parentheses and no string.
func splitUnion(expression string) []string {
	var branches []string
	depth, start, quoted := 0, 0, false
	for i := range len(expression) {
		switch c := expression[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			branches = append(branches, strings.TrimSpace(expression[start:i]))
			start = i + 1
		}
	}
	if rest := strings.TrimSpace(expression[start:]); rest != "" {
		branches = append(branches, rest)
	}
	return branches
}

// leadingName is the first name of a branch: "Patient" of "(Patient.deceased as boolean)".
func leadingName(branch string) string {
	branch = strings.TrimLeft(branch, "(")
	return branch[:nameLength(branch)]
}

func nameLength(text string) int {
	for i := range len(text) {
		if c := text[i]; c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return i
		}
	}
	return len(text)
}
