package element

import "hearken/fhir"

// skip passes over a value of any kind, checking no more than that it is JSON: the content
// of an unknown element, or of one whose kind is already a fault.
func (r *reader) skip() bool {
	switch c := r.peek(); {
	case c == '"':
		side := len(r.side)
		_, ok := r.stringToken()
		r.side = r.side[:side]
		return ok
	case c == '{':
		return r.skipObject()
	case c == '[':
		return r.skipArray()
	case c == 't':
		return r.literal("true")
	case c == 'f':
		return r.literal("false")
	case c == 'n':
		return r.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		_, _, ok := r.numberToken()
		return ok
	}
	return r.malformed("a value is missing or is not JSON")
}

func (r *reader) skipObject() bool {
	if !r.enter() {
		return false
	}
	r.pos++
	r.space()
	if r.peek() == '}' {
		r.pos++
		r.depth--
		return true
	}
	for {
		side := len(r.side)
		if _, ok := r.key(); !ok {
			return false
		}
		r.side = r.side[:side]
		if !r.skip() {
			return false
		}
		if more, ok := r.separator('}'); !ok || !more {
			r.depth--
			return ok
		}
	}
}

func (r *reader) skipArray() bool {
	if !r.enter() {
		return false
	}
	r.pos++
	r.space()
	if r.peek() == ']' {
		r.pos++
		r.depth--
		return true
	}
	for {
		if !r.skip() {
			return false
		}
		if more, ok := r.separator(']'); !ok || !more {
			r.depth--
			return ok
		}
	}
}

// separator passes over the comma that has another member or item after it, or over the closing bracket. A comma too
// many or too few is reported, and reading goes on: what was meant is plain.
func (r *reader) separator(closing byte) (more, ok bool) {
	r.space()
	at := r.pos
	switch c := r.peek(); {
	case c == ',':
		r.pos++
		r.space()
		if r.peek() == closing {
			r.comma(at, "a comma stands before the closing bracket, with nothing after it")
			r.pos++
			return false, !r.stopped
		}
		return true, true
	case c == closing:
		r.pos++
		return false, true
	case c == '"' || closing == ']' && (c == '{' || c == '['):
		r.comma(at, "a comma is missing")
		return true, !r.stopped
	case c == ']' || c == '}':
		return false, r.malformed("a bracket closes here that is not the one last opened")
	}
	return false, r.malformed("a comma or a closing bracket is missing")
}

// comma reports a comma too many or too few, once: what comes before resourceType is read twice.
func (r *reader) comma(at int, words string) {
	if at < r.commas {
		return
	}
	r.commas = at + 1
	r.report(fhir.CodeInvalid, DetailMalformed, r.locate(r.current), at, "%s", words)
}
