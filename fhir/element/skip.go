package element

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

// separator passes over the comma that has another member or item after it, or over
// the closing bracket.
func (r *reader) separator(closing byte) (more, ok bool) {
	r.space()
	switch r.peek() {
	case ',':
		r.pos++
		r.space()
		return true, true
	case closing:
		r.pos++
		return false, true
	}
	return false, r.malformed("a comma or a closing bracket is missing")
}
