package element

import (
	"fmt"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// The stable details of the faults a reader reports; "invalid-" followed by a primitive type
// ("invalid-date") is the detail of a value of the wrong form.
const (
	DetailMalformed          = "malformed-json"
	DetailInvalidUTF8        = "invalid-utf8"
	DetailByteOrderMark      = "byte-order-mark"
	DetailTrailing           = "trailing-content"
	DetailTooLarge           = "size-limit"
	DetailTooDeep            = "depth-limit"
	DetailTooManyNodes       = "node-limit"
	DetailTooManyFaults      = "fault-limit"
	DetailMissingType        = "missing-resource-type"
	DetailUnknownType        = "unknown-resource-type"
	DetailWrongType          = "wrong-resource-type"
	DetailUnknownElement     = "unknown-element"
	DetailDuplicate          = "duplicate-key"
	DetailChoiceTwice        = "choice-given-twice"
	DetailWrongKind          = "wrong-json-type"
	DetailExpectedArray      = "expected-array"
	DetailUnexpectedArray    = "unexpected-array"
	DetailNull               = "null-value"
	DetailMisaligned         = "misaligned-array"
	DetailEmptyString        = "empty-string"
	DetailEmptyArray         = "empty-array"
	DetailEmptyObject        = "empty-object"
	DetailLoneSurrogate      = "lone-surrogate"
	DetailControlCharacter   = "control-character"
	DetailStringTooLong      = "string-too-long"
	detailInvalidValuePrefix = "invalid-"
)

// maxFaults is how many faults are reported of one text. More help nobody, and a text made
// of faults must not cost more to refuse than a good one to read.
const maxFaults = 200

// faults collects what is wrong with a text.
type faults struct {
	issues  fhir.Outcome
	lines   lineIndex
	stopped bool // nothing more can be read, or is worth reading
}

// report adds a fault at a byte offset and a location.
func (b *builder) report(code fhir.IssueCode, detail, location string, offset int, format string, args ...any) {
	if b.stopped {
		return
	}
	line, column := b.lines.find(b.source, offset)
	issue := fhir.Issue{
		Severity: fhir.SeverityError, Code: code, Detail: detail,
		Diagnostics: fmt.Sprintf(format, args...), Line: line, Column: column,
	}
	if location != "" {
		issue.Expression = []string{location}
	}
	b.issues = append(b.issues, issue)
	if len(b.issues) == maxFaults {
		b.stopped = true
		b.issues = append(b.issues, fhir.Issue{
			Severity: fhir.SeverityError, Code: fhir.CodeTooCostly, Detail: DetailTooManyFaults,
			Diagnostics: fmt.Sprintf("more than %d faults; what follows was not read", maxFaults),
			Line:        line, Column: column,
		})
	}
}

// fatal reports a fault after which nothing more can be read.
func (b *builder) fatal(code fhir.IssueCode, detail, location string, offset int, format string, args ...any) bool {
	b.report(code, detail, location, offset, format, args...)
	if len(b.issues) > 0 {
		b.issues[len(b.issues)-1].Severity = fhir.Fatal
	}
	b.stopped = true
	return false
}

// locate is the location of a node on the unfinished tape; "" before the root.
func (b *builder) locate(index int32) string {
	if index < 0 || int(index) >= len(b.nodes) {
		return ""
	}
	return string(appendLocation(nil, b.set, b.nodes, index))
}

// locateMember is the location of a JSON member that has no node. A name that is no
// element's could be anything, a patient's too, so only what looks like an identifier is shown.
func (b *builder) locateMember(parent int32, name []byte) string {
	base := b.locate(parent)
	if !isIdentifier(name) {
		return base
	}
	if base == "" {
		return string(name)
	}
	return base + "." + string(name)
}

// locateField is the location of an element as a whole, or of one item when position is not negative.
func (b *builder) locateField(parent int32, e *definition.Element, position int) string {
	dst := appendLocation(nil, b.set, b.nodes, parent)
	if position >= 0 {
		return string(appendStep(dst, e, position))
	}
	dst = append(dst, '.')
	return string(append(dst, e.Name...))
}

// maxNameShown is more than the longest element name of FHIR.
const maxNameShown = 64

func isIdentifier(name []byte) bool {
	if len(name) == 0 || len(name) > maxNameShown || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for _, c := range name {
		if !isNameByte(c) {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
