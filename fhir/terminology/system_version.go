package terminology

import "strings"

// SystemVersions says which versions of code systems a value set is evaluated with
// (https://hl7.org/fhir/R4/valueset-operation-expand.html). Each is by the URL of the system.
type SystemVersions struct {
	Default map[string]string // where the value set names none
	Check   map[string]string // the same, and where it names another it is not evaluated
	Force   map[string]string // whatever the value set names
}

// AddCanonical adds "system|version" to one of the maps and gives that; false when it is no such text.
func AddCanonical(to map[string]string, canonical string) (map[string]string, bool) {
	bar := strings.LastIndexByte(canonical, '|')
	if bar <= 0 || bar == len(canonical)-1 {
		return to, false
	}
	if to == nil {
		to = map[string]string{}
	}
	to[canonical[:bar]] = canonical[bar+1:]
	return to, true
}

// IsZero reports whether nothing is said of any version.
func (v SystemVersions) IsZero() bool { return len(v.Default)+len(v.Check)+len(v.Force) == 0 }

// of gives the version to take for one that a value set names or does not name; false when that is not allowed.
func (v SystemVersions) of(system, named string) (version string, ok bool) {
	if forced := v.Force[system]; forced != "" {
		return forced, true
	}
	if checked := v.Check[system]; checked != "" && (named == "" || named != checked) {
		return checked, named == ""
	}
	if named == "" {
		return v.Default[system], true
	}
	return named, true
}

// With gives the value set evaluated with versions of code systems, and so all that it imports. It is
// compiled for this once.
func (v *ValueSet) With(versions SystemVersions) *ValueSet {
	if versions.IsZero() {
		return v
	}
	c := v.library.compiler()
	c.versions = &versions
	return c.root(v.def)
}
