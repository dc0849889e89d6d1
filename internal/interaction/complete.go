package interaction

import (
	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
)

// detailSubsetted is the detail of a write of a part of a resource.
const detailSubsetted = "subsetted"

// checkComplete refuses to store what says of itself that it is a part of a resource: the answer to a read
// with _summary or _elements, written back, would take the place of the whole, and a plan would be without
// what was left out (https://hl7.org/fhir/R4/search.html#summary). It holds for new resources too: a part
// would pass for the whole of a plan. Parts inside a stored Bundle are what was found once, and take no
// place.
func checkComplete(root element.Node) fhir.Outcome {
	tag, redacted := search.Incomplete(root)
	if tag.IsZero() {
		return nil
	}
	detail, words := detailSubsetted, "its tag SUBSETTED says that this is a part of a resource, and it would take the place of the whole: read it without _summary and _elements, "+
		"and write that; if this is the whole, take the tag off"
	if redacted {
		detail, words = detailRedacted, "its tags SUBSETTED and REDACTED say that this was seen without some of its elements, and writing it back would lose them"
	}
	line, column := tag.LineColumn()
	return fhir.Outcome{{Severity: fhir.SeverityError, Code: fhir.CodeConflict, Detail: detail, Diagnostics: words, Expression: []string{tag.Location()}, Line: line, Column: column}}
}
