package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// bundleType is Bundle.type (https://hl7.org/fhir/R4/valueset-bundle-type.html).
type bundleType string

// The types that have rules of their own.
const (
	isDocument  bundleType = "document"
	isMessage   bundleType = "message"
	isHistory   bundleType = "history"
	isSearchset bundleType = "searchset"
)

func bundleTypeOf(bundle element.Node) bundleType { return bundleType(bundle.Child("type").Text()) }

// isExchange reports whether entries are requests to a server or its answers: they may lack a fullUrl, and a
// resource that is to be created its id.
func (t bundleType) isExchange() bool {
	switch t {
	case "transaction", "batch", "transaction-response", "batch-response":
		return true
	}
	return false
}

// bundleRound is the innermost Bundle with an entry round a node, or the zero Node.
func bundleRound(n element.Node) element.Node {
	for ; !n.IsZero(); n = n.Parent() {
		if n.Structure().Path == "Bundle.entry" {
			return n.Parent()
		}
	}
	return n
}

// checkEntry is the rule of Bundle.entry about its identity
// (https://hl7.org/fhir/R4/bundle.html#bundle-unique). It has a fullUrl, which is absolute; one that is the
// address of a resource names the type and id of the resource that is there. What is sent to a server or
// comes back from it may have none, nor may remarks on a search, and a resource to be created no id. That no
// fullUrl is versioned or given twice is said by bdl-7 and bdl-8.
func checkEntry(v *Visit, entry element.Node) {
	url, resource := entry.Child("fullUrl"), entry.Child("resource")
	exchange := bundleTypeOf(entry.Parent()).isExchange()
	switch {
	case !url.HasValue():
		if !exchange && entry.Child("search").Child("mode").Text() != "outcome" {
			v.Report(entry, fhir.SeverityError, fhir.CodeRequired, DetailFullURL, "an entry of this type of Bundle must have a fullUrl, which is the identity of its resource")
		}
	case !isAbsolute(url.Text()):
		v.Report(entry, fhir.SeverityError, fhir.CodeValue, DetailFullURL, "Bundle.entry.fullUrl must be an absolute URI")
	case resource.IsResource():
		v.identity(entry, fhir.ParseReference(url.Text(), v.validator.isResource).Key, resource, exchange)
	}
}

// identity compares the address of a resource with the resource.
func (v *Visit) identity(entry element.Node, named fhir.Key, resource element.Node, exchange bool) {
	id := resource.Child("id")
	switch {
	case named.IsZero():
	case string(named.Type) != resource.Structure().Name:
		v.Report(entry, fhir.SeverityError, fhir.CodeInvalid, DetailFullURL, "Bundle.entry.fullUrl is the address of another type of resource than the one in the entry")
	case !id.HasValue() && !exchange:
		v.Report(entry, fhir.SeverityError, fhir.CodeInvalid, DetailFullURL, "Bundle.entry.fullUrl is the address of a resource, and the resource in the entry has no id")
	case id.HasValue() && string(named.ID) != id.Text():
		// A warning only: the published examples have one, and the address, not the id, is what references resolve by.
		v.Report(entry, fhir.Warning, fhir.CodeInvalid, DetailFullURL, "Bundle.entry.fullUrl ends in another id than that of the resource in the entry")
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
