package fhir

import "strings"

// Reference is a literal reference taken apart
// (https://hl7.org/fhir/R4/references.html#literal). A zero Key means it does not name a
// resource in REST form: a fragment, a urn, or some other URL, found whole in Raw.
type Reference struct {
	Raw      string    // as written
	Base     string    // "https://other.example/fhir" for an absolute REST URL, "" for a relative one
	Key      Key       // the resource named
	Version  VersionID // of a version-specific reference; 0 otherwise
	Fragment string    // what follows "#", without it
}

// ParseReference reads Reference.reference. isType says which names are resource types, so
// that "https://example.org/a/b" is not taken for a resource of type "a". It never fails: what is
// not in REST form has a zero Key.
func ParseReference(raw string, isType func(string) bool) Reference {
	ref := Reference{Raw: raw}
	path, fragment, _ := strings.Cut(raw, "#")
	ref.Fragment = fragment
	path, version := cutHistory(path)
	rest, id, ok := cutLast(path)
	if !ok || !ID(id).Valid() {
		return ref
	}
	base, typ, ok := cutLast(rest)
	if !ok {
		typ = rest
	}
	if !isType(typ) || ok && !strings.Contains(base, "://") {
		return ref
	}
	ref.Base, ref.Key, ref.Version = base, Key{Type(typ), ID(id)}, version
	return ref
}

// cutHistory takes "/_history/3" off a path; a version this server cannot have issued leaves the path whole.
func cutHistory(path string) (string, VersionID) {
	before, after, found := strings.Cut(path, "/_history/")
	if !found {
		return path, 0
	}
	version, ok := ParseVersionID(after)
	if !ok {
		return path, 0
	}
	return before, version
}

func cutLast(path string) (before, last string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}
