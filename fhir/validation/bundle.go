package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// bundleIndex finds the entries of a Bundle by fullUrl. It is made when the first reference asks.
type bundleIndex struct {
	byFullURL map[string]element.Node
}

// find gives the resource of the tree's Bundle with that fullUrl, or the zero Node.
func (x *bundleIndex) find(tree *element.Tree, fullURL string) element.Node {
	if x.byFullURL == nil {
		x.byFullURL = map[string]element.Node{}
		x.index(tree.Root())
	}
	return x.byFullURL[fullURL]
}

// index reads the entries by the names they have in Bundle; another resource has none.
func (x *bundleIndex) index(root element.Node) {
	for entry := root.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
		resource := entry.Child("resource")
		if url := entry.Child("fullUrl"); url.HasValue() && resource.IsResource() {
			x.byFullURL[url.Text()] = resource
		}
	}
}

// checkEntry is the rule of Bundle.entry: a fullUrl is absolute, and one that is the address of a resource names
// the type and id of the resource that is there (https://hl7.org/fhir/R4/bundle.html#bundle-unique). Another
// id is a warning only: the published examples have one, and the address, not the id, is what references resolve by. That
// no fullUrl is versioned or given twice is said by bdl-7 and bdl-8.
func checkEntry(v *Visit, entry element.Node) {
	url := entry.Child("fullUrl")
	if !url.HasValue() {
		return
	}
	if !isAbsolute(url.Text()) {
		v.Report(url, fhir.SeverityError, fhir.CodeValue, DetailFullURL, "Bundle.entry.fullUrl must be an absolute URI")
		return
	}
	resource := entry.Child("resource")
	id := resource.Child("id")
	named := fhir.ParseReference(url.Text(), v.validator.isResource)
	if named.Key.IsZero() || !id.HasValue() {
		return
	}
	switch {
	case string(named.Key.Type) != resource.Structure().Name:
		v.Report(url, fhir.SeverityError, fhir.CodeInvalid, DetailFullURL, "Bundle.entry.fullUrl is the address of another type of resource than the one in the entry")
	case string(named.Key.ID) != id.Text():
		v.Report(url, fhir.Warning, fhir.CodeInvalid, DetailFullURL, "Bundle.entry.fullUrl ends in another id than that of the resource in the entry")
	}
}

// isAbsolute reports whether a URI begins with a scheme (RFC 3986 §3.1).
func isAbsolute(uri string) bool {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || rest == "" || scheme == "" || !isLetter(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if !isAlphanumeric(scheme[i]) && strings.IndexByte("+-.", scheme[i]) < 0 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
