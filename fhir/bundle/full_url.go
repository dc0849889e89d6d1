package bundle

import (
	"strings"

	"hearken/fhir"
)

// FullURL is the fullUrl that an entry has to have for a literal reference to mean it
// (https://hl7.org/fhir/R4/bundle.html#references): an absolute one that, a relative one that below the root
// of the fullUrl of the entry it stands in; without version and fragment. root is Root of that fullUrl. It is
// "" for what means no entry: a fragment, and what is relative to nothing.
func FullURL(reference, root string, isResource func(string) bool) string {
	path, _ := Cut(reference)
	switch {
	case strings.Contains(path, ":"): // it is absolute
		return path
	case root == "" || fhir.ParseReference(path, isResource).Key.IsZero():
		return ""
	}
	return root + "/" + path
}

// Root is what relative references in an entry are relative to: the base of its fullUrl, "" when that is no REST URL.
func Root(fullURL string, isResource func(string) bool) string {
	return fhir.ParseReference(fullURL, isResource).Base
}

// Cut takes "/_history/2" and "#fragment" off a reference.
func Cut(reference string) (path, rest string) {
	end := len(reference)
	if i := strings.IndexByte(reference, '#'); i >= 0 {
		end = i
	}
	if i := strings.Index(reference[:end], "/_history/"); i >= 0 {
		end = i
	}
	return reference[:end], reference[end:]
}
