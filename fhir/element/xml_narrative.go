package element

import (
	"hearken/fhir/definition"
	"hearken/fhir/xhtml"
)

// narrative reads the div of a narrative, whose value is its own markup
// (https://hl7.org/fhir/R4/narrative.html). It is kept as it was sent when it says itself which
// namespace it is in; a div that has it from further up, or by a prefix, is given its own.
func (r *xmlReader) narrative(f *frame, field *definition.Field, t tag) bool {
	node, ok := r.append(f, field, field.Type, t.start)
	if !ok {
		return false
	}
	value := token{start: t.start, decoded: noText}
	kept := t.start
	if t.prefixed || !t.declares {
		value.decoded = uint32(len(r.side))
		r.open[len(r.open)-1].renamed = t.prefixed
		kept = r.keepTag(kept, t.start+1)
		r.side = append(r.side, ` xmlns="`+xhtml.Namespace+`"`...)
	}
	if kept, ok = r.markup(value.decoded != noText, kept); !ok {
		return false
	}
	value.end = r.pos
	if value.decoded != noText {
		r.side = append(r.side, r.source[kept:r.pos]...)
		value.length = uint32(len(r.side)) - value.decoded
	}
	r.fill(node, value, hasValue)
	if !r.holdsXHTML(value) {
		r.badForm(node, field, formXHTML, nil, t.start)
	}
	return true
}

// markup reads on to the end of the div. When it is copied, the prefixes of XHTML are left out; what
// stands from kept on is still to be copied.
func (r *xmlReader) markup(copied bool, kept int) (int, bool) {
	for depth := 1; depth > 0; {
		what, t, ok := r.next()
		switch {
		case !ok:
			return 0, false
		case what == startTag:
			depth++
			if copied && t.prefixed && t.space == xhtmlSpace {
				r.open[len(r.open)-1].renamed = true
				kept = r.keepTag(kept, t.start+1)
			}
		case what == endTag:
			depth--
			if r.closed.renamed && r.closedAt > 0 {
				kept = r.keepTag(kept, r.closedAt)
			}
		}
	}
	return kept, true
}

// keepTag copies what stands before a tag's name, and the name without its prefix.
func (r *xmlReader) keepTag(kept, name int) int {
	r.side = append(r.side, r.source[kept:name]...)
	whole := r.source[name : name+lengthOfName(r.source[name:])]
	_, local := splitName(whole)
	r.side = append(r.side, local...)
	return name + len(whole)
}

// holdsXHTML checks the form of the div's text.
func (r *xmlReader) holdsXHTML(value token) bool {
	if value.decoded != noText {
		return formXHTML.holds(r.textOf(value))
	}
	return formXHTML.holds(r.source[value.start:value.end])
}
