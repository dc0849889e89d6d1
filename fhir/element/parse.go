package element

import (
	"bytes"

	"hearken/fhir"
	"hearken/fhir/definition"
)

// Parse reads exactly one resource in JSON (https://hl7.org/fhir/R4/json.html). The tree keeps src;
// the caller must not change it afterwards.
//
// When anything is wrong the tree is nil and the outcome names every fault with its FHIRPath location, line
// and column: commas too many or too few; other text that is not JSON (then there is one fatal issue, because
// nothing after it can be understood); and elements, kinds of value and forms of value that the definitions
// do not allow. All of them, up to 200, are told. Limits left zero are those of DefaultLimits.
func Parse(set *definition.Set, src []byte, limits Limits) (*Tree, fhir.Outcome) {
	return ParseAs(set, "", src, limits)
}

// ParseAs is Parse for a place where only one type of resource may stand; "" allows any.
// Another type is a fault at "resourceType".
func ParseAs(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) (*Tree, fhir.Outcome) {
	r := newReader(set, src, limits)
	defer r.release()
	r.document(wanted)
	return r.finish(), r.issues
}

// reader reads JSON onto a tape.
type reader struct {
	builder
	pos     int
	current int32 // the object being read, for the location of malformed text
	commas  int   // where the last comma that was reported stood, and one more
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// document reads the whole text.
func (r *reader) document(wanted fhir.Type) {
	r.current = none
	if len(r.source) > r.limits.Bytes {
		r.fatal(fhir.CodeTooLong, DetailTooLarge, "", 0, "the text is longer than the %d bytes accepted", r.limits.Bytes)
		return
	}
	if bytes.HasPrefix(r.source, byteOrderMark) {
		r.fatal(fhir.CodeInvalid, DetailByteOrderMark, "", 0, "the text begins with a byte order mark, which JSON forbids")
		return
	}
	r.space()
	if !r.rootResource(wanted) {
		return
	}
	r.space()
	if r.pos < len(r.source) {
		r.fatal(fhir.CodeInvalid, DetailTrailing, "", r.pos, "something follows the resource")
	}
}

// rootResource reads the resource that is the document.
func (r *reader) rootResource(wanted fhir.Type) bool {
	if r.peek() != '{' {
		if !r.skip() {
			return false
		}
		r.report(fhir.CodeStructure, DetailWrongKind, "", 0, "a resource is a JSON object")
		return true
	}
	start := r.pos
	structure, ok := r.resourceType("")
	if !ok || structure == nil {
		return ok && r.skip()
	}
	if wanted != "" && string(wanted) != structure.Name {
		r.report(fhir.CodeStructure, DetailWrongType, resourceTypeKey, r.pos, "a %s stands where a %s is wanted", structure.Name, wanted)
	}
	self := r.root(structure)
	r.nodes[self].start = uint32(start)
	if !r.object(self, structure) {
		return false
	}
	r.nodes[self].end = uint32(r.pos)
	return true
}

// enter goes one level deeper into the text; the caller lowers depth again.
func (r *reader) enter() bool {
	return r.enterAt(r.current, r.pos)
}
