package validation

import (
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkSearchset is the rule of the answer to a search (https://hl7.org/fhir/R4/http.html#search): it says by
// its link to itself what was searched for, and each entry says why it is there.
func checkSearchset(v *Visit, bundle element.Node) {
	if bundleTypeOf(bundle) != isSearchset {
		return
	}
	self := linkOf(bundle, "self")
	if self.IsZero() {
		v.Report(bundle, fhir.Warning, fhir.CodeInvalid, DetailSearchset, "the answer to a search should have a link to itself that says what was understood")
	}
	types := v.searchedTypes(self.Child("url").Text())
	for entry := bundle.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
		if entry.Structure().Path == "Bundle.entry" {
			v.found(entry, types)
		}
	}
}

func linkOf(bundle element.Node, relation string) element.Node {
	for link := bundle.FirstChild(); !link.IsZero(); link = link.NextSibling() {
		if link.Structure().Path == "Bundle.link" && link.Child("relation").Text() == relation {
			return link
		}
	}
	return element.Node{}
}

// searchedTypes reads the resource types from the URL of a search; nil when it does not say any.
func (v *Visit) searchedTypes(url string) []string {
	path, query, _ := strings.Cut(url, "?")
	last := path[strings.LastIndexByte(path, '/')+1:]
	if last == "_search" {
		path = strings.TrimSuffix(path, "/_search")
		last = path[strings.LastIndexByte(path, '/')+1:]
	}
	if v.Set().IsResource(last) {
		return []string{last}
	}
	for parameter := range strings.SplitSeq(query, "&") {
		if types, ok := strings.CutPrefix(parameter, "_type="); ok {
			return strings.Split(types, ",")
		}
	}
	return nil
}

// found checks one entry of an answer.
func (v *Visit) found(entry element.Node, types []string) {
	resource, mode := entry.Child("resource"), entry.Child("search").Child("mode").Text()
	if !resource.IsResource() { // bdl-5 says so
		return
	}
	name, hasID := resource.Structure().Name, resource.Child("id").HasValue()
	switch mode {
	case "":
		v.Report(entry, fhir.Warning, fhir.CodeInvalid, DetailSearchset, "an entry of the answer to a search should say by search.mode why it is there")
		if !hasID && name != "OperationOutcome" {
			v.Report(resource, fhir.Warning, fhir.CodeInvalid, DetailSearchset, "a resource that was searched for should have an id")
		}
	case "outcome":
		if name != "OperationOutcome" {
			v.Report(resource, fhir.SeverityError, fhir.CodeInvalid, DetailSearchset, "the outcome of a search must be an OperationOutcome")
		}
	default:
		if !hasID {
			v.Report(resource, fhir.SeverityError, fhir.CodeInvalid, DetailSearchset, "a resource that was searched for must have an id")
		}
		if mode == "match" && types != nil && !slices.Contains(types, name) {
			v.Report(resource, fhir.SeverityError, fhir.CodeInvalid, DetailSearchset, "a match must be of a type that was searched for")
		}
	}
}
