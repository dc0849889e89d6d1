package interaction

import (
	"strings"
	"time"

	"hearken/fhir"
	"hearken/internal/store"
)

// tags is what an If-Match or If-None-Match header says.
type tags struct {
	any      bool // *
	versions []fhir.VersionID
}

// parseTags reads a list of entity tags. Hearken's are weak, W/"3"; "3" and a bare 3 are taken too, because clients
// that pass on meta.versionId write them. A well-formed tag Hearken never issued names no version. The error is
// CodeInvalid.
func parseTags(header, value string) (tags, error) {
	var found tags
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if part == "*" {
			found.any = true
			continue
		}
		part = strings.TrimPrefix(part, "W/")
		if strings.HasPrefix(part, `"`) != strings.HasSuffix(part, `"`) || len(part) == 1 && part[0] == '"' {
			return tags{}, fhir.Errorf(fhir.CodeInvalid, "%s is not an entity tag such as W/\"3\"", header).At("http." + header)
		}
		part = strings.Trim(part, `"`)
		if part == "" || strings.ContainsAny(part, "\" ") {
			return tags{}, fhir.Errorf(fhir.CodeInvalid, "%s is not an entity tag such as W/\"3\"", header).At("http." + header)
		}
		version, _ := fhir.ParseVersionID(part)
		found.versions = append(found.versions, version)
	}
	return found, nil
}

// has reports whether the tags name the version.
func (t tags) has(version fhir.VersionID) bool {
	for _, v := range t.versions {
		if v == version && v != 0 {
			return true
		}
	}
	return false
}

// checkWrite decides whether a write may go on over the current version of what it writes; current is zero when
// there never was one. A precondition that does not hold is CodeLockError
// (https://hl7.org/fhir/R4/http.html#concurrency).
func checkWrite(c *Call, current store.Record) error {
	exists := current.Version != 0 && !current.Deleted()
	if c.IfMatch != "" {
		want, err := parseTags("If-Match", c.IfMatch)
		if err != nil {
			return err
		}
		if !(want.any && exists) && !want.has(current.Version) {
			return fhir.Errorf(fhir.CodeLockError, "the resource is not at the version that If-Match names").
				At("http.If-Match").Detailed("version-conflict")
		}
	}
	if c.IfNoneMatch != "" {
		refuse, err := parseTags("If-None-Match", c.IfNoneMatch)
		if err != nil {
			return err
		}
		if exists && (refuse.any || refuse.has(current.Version)) {
			return fhir.Errorf(fhir.CodeLockError, "the resource is at a version that If-None-Match excludes").
				At("http.If-None-Match").Detailed("version-conflict")
		}
	}
	return nil
}

// notModified reports whether a conditional read may be answered 304
// (https://hl7.org/fhir/R4/http.html#cread). If-None-Match wins over If-Modified-Since, as RFC 9110 has it.
// What is shown in part was given no tag, and may be shown otherwise though it has not changed: it never is.
func notModified(c *Call, r store.Record) (bool, error) {
	if c.IfNoneMatch != "" {
		known, err := parseTags("If-None-Match", c.IfNoneMatch)
		return err == nil && !r.Partial && (known.any || known.has(r.Version)), err
	}
	if c.IfModifiedSince.IsZero() || r.Partial {
		return false, nil
	}
	// HTTP dates have whole seconds: a change later in the same second counts as known, as with every web server.
	return !r.LastUpdated.Truncate(time.Second).After(c.IfModifiedSince), nil
}
