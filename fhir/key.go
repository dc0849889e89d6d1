package fhir

import "strconv"

// Type is the name of a resource type ("CarePlan") or datatype ("HumanName").
type Type string

// ID is the logical id of a resource: 1 to 64 characters of A-Z, a-z, 0-9, "-" and "."
// (https://hl7.org/fhir/R4/datatypes.html#id).
type ID string

// maxIDLength is the longest logical id FHIR allows, in characters.
const maxIDLength = 64

// Valid reports whether the id has the form the specification asks for.
func (id ID) Valid() bool {
	if len(id) == 0 || len(id) > maxIDLength {
		return false
	}
	for i := range len(id) {
		if !isIDByte(id[i]) {
			return false
		}
	}
	return true
}

func isIDByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.'
}

// VersionID numbers the versions of one resource: 1 for the first, one more for
// each later one, deletions included. Zero means "no particular version".
type VersionID uint64

// String is the decimal form used in meta.versionId and in URLs.
func (v VersionID) String() string { return strconv.FormatUint(uint64(v), 10) }

// ETag is the weak entity tag of the version, W/"3"
// (https://hl7.org/fhir/R4/http.html#concurrency).
func (v VersionID) ETag() string { return `W/"` + v.String() + `"` }

// ParseVersionID reads a version as it stands in a URL or in meta.versionId.
// Anything but a positive decimal number without leading zeros is ok = false: this server never
// issued it, so no such version exists.
func ParseVersionID(s string) (v VersionID, ok bool) {
	if s == "" || s[0] == '0' || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return VersionID(n), err == nil
}

// Key names one resource on this server, whatever its version.
type Key struct {
	Type Type
	ID   ID
}

// IsZero reports whether the key names nothing.
func (k Key) IsZero() bool { return k == Key{} }

// String is the relative reference "CarePlan/123".
func (k Key) String() string { return string(k.Type) + "/" + string(k.ID) }
