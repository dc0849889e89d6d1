package element

import (
	"bytes"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// ParseNDJSON reads resources in JSON that stand one a line (application/fhir+ndjson,
// https://hl7.org/fhir/R4/nd-json.html); lines with nothing in them are passed over. Lines and columns are
// those of the whole text. A resource that has a fault is left out of the trees, and all faults of all lines
// are in the outcome. Limits are those of one resource.
func ParseNDJSON(set *definition.Set, src []byte, limits Limits) ([]*Tree, fhir.Outcome) {
	var trees []*Tree
	var outcome fhir.Outcome
	number := 0
	for line := range bytes.Lines(src) {
		if len(bytes.TrimSpace(line)) > 0 {
			tree, faults := parseLine(set, bytes.TrimRight(line, "\r\n"), number, limits)
			if outcome = append(outcome, faults...); tree != nil {
				trees = append(trees, tree)
			}
		}
		number++
	}
	return trees, outcome
}

func parseLine(set *definition.Set, line []byte, number int, limits Limits) (*Tree, fhir.Outcome) {
	r := newReader(set, line, limits)
	defer r.release()
	r.lines.before = number
	r.document("")
	return r.finish(), r.issues
}
