package load

import (
	"math"
	"strings"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

// isXML reports whether a file holds a resource in XML.
func isXML(path string) bool { return strings.HasSuffix(path, ".xml") }

// fileLimits are those of a reader of files somebody named: they are as large as they are.
var fileLimits = element.Limits{Bytes: math.MaxInt, Nodes: math.MaxInt}

// fromXML is the text of a resource in XML as JSON, which every server takes; or else its faults, with their lines.
func fromXML(text []byte, at Fault) ([]byte, []Fault) {
	tree, issues := element.ParseXML(r4.Definitions(), text, fileLimits)
	if tree != nil {
		return tree.Source(), nil
	}
	var faults []Fault
	for _, issue := range issues {
		f := at
		f.Line, f.Reason = issue.Line, string(issue.Code)+": "+issue.Diagnostics
		if len(issue.Expression) > 0 {
			f.Place = issue.Expression[0]
		}
		faults = append(faults, f)
	}
	return nil, faults
}
