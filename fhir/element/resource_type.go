package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

const resourceTypeKey = "resourceType"

// resourceType finds out which resource the object at r.pos is, and leaves r.pos there. The name
// nearly always comes first; only when it does not are the members before it passed over
// (https://hl7.org/fhir/R4/json.html#resources). A missing or unknown type is reported, at
// the location of the resource followed by ".resourceType", and gives nil.
func (r *reader) resourceType(location string) (*definition.Structure, bool) {
	start, side, depth := r.pos, len(r.side), r.depth
	t, found, ok := r.findResourceType()
	r.depth = depth
	if !ok {
		return nil, false
	}
	var structure *definition.Structure
	switch {
	case !found:
		r.report(fhir.CodeStructure, DetailMissingType, memberOf(location, resourceTypeKey), start, "a resource has no resourceType")
	case t.end == t.start:
		r.report(fhir.CodeStructure, DetailWrongKind, memberOf(location, resourceTypeKey), t.start, "resourceType is a string")
	default:
		structure = r.resourceNamed(r.textOf(t))
		if structure == nil {
			r.report(fhir.CodeStructure, DetailUnknownType, memberOf(location, resourceTypeKey), t.start, "resourceType names no resource of FHIR %s", r.set.Version())
		}
	}
	r.pos, r.side = start, r.side[:side]
	return structure, true
}

// findResourceType gives the value of the first member called resourceType; an empty token when
// that is no string.
func (r *reader) findResourceType() (t token, found, ok bool) {
	r.pos++
	r.depth++
	r.space()
	if r.peek() == '}' {
		return t, false, true
	}
	for {
		key, ok := r.key()
		if !ok {
			return t, false, false
		}
		if string(key) == resourceTypeKey {
			if r.peek() != '"' {
				return token{start: r.pos, end: r.pos}, true, true
			}
			t, ok = r.stringToken()
			return t, true, ok
		}
		if !r.skip() {
			return t, false, false
		}
		if more, ok := r.separator('}'); !ok || !more {
			return t, false, ok
		}
	}
}

// resourceNamed finds a type that can have instances.
func (b *builder) resourceNamed(name []byte) *definition.Structure {
	s := b.set.Structure(view(name))
	if s == nil || s.Kind != definition.Resource || s.Abstract {
		return nil
	}
	return s
}

func memberOf(location, name string) string {
	if location == "" {
		return name
	}
	return location + "." + name
}
