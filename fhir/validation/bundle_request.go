package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkRequest is the rule of an entry that asks a server for something
// (https://hl7.org/fhir/R4/http.html#transaction): what is created or updated is there, and is of the type
// the URL names. Where a request may stand at all is said by bdl-3.
func checkRequest(v *Visit, entry element.Node) {
	request, resource := entry.Child("request"), entry.Child("resource")
	if request.IsZero() || bundleTypeOf(entry.Parent()) == isHistory {
		return
	}
	method, url := request.Child("method").Text(), request.Child("url")
	switch method {
	case "POST", "PUT", "PATCH":
	default:
		return
	}
	path, _, _ := strings.Cut(url.Text(), "?")
	name, id, _ := strings.Cut(path, "/")
	switch {
	case strings.ContainsAny(path, "$_"): // an operation or a search has what it needs
	case !resource.IsResource():
		v.Report(entry, fhir.SeverityError, fhir.CodeRequired, DetailBundleRequest, "an entry that creates, updates or patches must have a resource")
	case method == "PATCH" || !v.validator.isResource(name):
	case name != resource.Structure().Name:
		v.Report(url, fhir.SeverityError, fhir.CodeInvalid, DetailBundleRequest, "Bundle.entry.request.url names another type than that of the resource in the entry")
	case method == "PUT" && id != "" && resource.Child("id").HasValue() && resource.Child("id").Text() != id:
		v.Report(url, fhir.SeverityError, fhir.CodeInvalid, DetailBundleRequest, "Bundle.entry.request.url names another id than that of the resource in the entry")
	}
}
