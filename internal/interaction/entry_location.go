package interaction

import (
	"strconv"
	"strings"

	"hearken/fhir"
)

// entryLocation is the FHIRPath of an entry: "Bundle.entry[3]".
func entryLocation(position int) string { return "Bundle.entry[" + strconv.Itoa(position) + "]" }

// entryExpressions makes locations in the request or the resource of an entry lead from the Bundle. Those that do
// already stay as they are.
func entryExpressions(expressions []string, position int, typ fhir.Type) []string {
	at := entryLocation(position)
	if len(expressions) == 0 {
		return []string{at}
	}
	out := make([]string, len(expressions))
	for i, expression := range expressions {
		rest, ofResource := strings.CutPrefix(expression, string(typ)+".")
		switch {
		case strings.HasPrefix(expression, "Bundle.entry["):
			out[i] = expression
		case typ != "" && ofResource:
			out[i] = at + ".resource/*" + string(typ) + "*/." + rest
		default:
			out[i] = at + ".request"
		}
	}
	return out
}

// entryPosition reads the place of an entry from a location that leads into it.
func entryPosition(location string) (position int, ok bool) {
	rest, ok := strings.CutPrefix(location, "Bundle.entry[")
	digits, _, found := strings.Cut(rest, "]")
	position, err := strconv.Atoi(digits)
	return position, ok && found && err == nil
}
