package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkBundleLinks is the rule of Bundle.link (https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.link):
// only what comes in pages has links to them, and each once; a document may have links to style sheets.
func checkBundleLinks(v *Visit, bundle element.Node) {
	var seen map[string]bool
	kind := bundleTypeOf(bundle)
	for link := bundle.FirstChild(); !link.IsZero(); link = link.NextSibling() {
		if link.Structure().Path != "Bundle.link" {
			continue
		}
		relation := link.Child("relation")
		name := relation.Text()
		switch {
		case isPageLink(name) && kind != isSearchset && kind != isHistory:
			v.Report(relation, fhir.SeverityError, fhir.CodeInvalid, DetailBundleLink, "a Bundle of this type has no pages, and no links to them")
		case (isPageLink(name) || name == "self") && seen[name]:
			v.Report(link, fhir.SeverityError, fhir.CodeInvalid, DetailBundleLink, "a Bundle has one link of this relation at most")
		case name == "stylesheet" && kind == isDocument:
			v.stylesheet(bundle, link.Child("url"))
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[name] = true
	}
}

func isPageLink(relation string) bool {
	switch relation {
	case "first", "previous", "next", "last":
		return true
	}
	return false
}

// hl7Stylesheet is the style sheet any document may use.
const hl7Stylesheet = "https://hl7.org/fhir/fhir.css"

// stylesheet checks the link of a document to its style sheet (https://hl7.org/fhir/R4/documents.html#css): a
// resource in the Bundle; one elsewhere is not there when the document is read again.
func (v *Visit) stylesheet(bundle, url element.Node) {
	switch text := url.Text(); {
	case text == "" || text == hl7Stylesheet:
	case isAbsolute(text):
		if v.env.Entry(text, url).Count > 0 {
			return
		}
		v.Report(url, fhir.Warning, fhir.CodeBusinessRule, DetailStylesheet, "a style sheet outside the document may not be there when it is read")
		if !strings.HasPrefix(text, "https:") {
			v.Report(url, fhir.Warning, fhir.CodeBusinessRule, DetailStylesheet, "a style sheet should be fetched by https")
		}
	case styleEntry(bundle, text).IsZero():
		v.Report(url, fhir.SeverityError, fhir.CodeNotFound, DetailStylesheet, "no entry of the document is this style sheet")
	}
}

// styleEntry finds the entry whose resource has the type and id of a relative link from the Bundle itself.
func styleEntry(bundle element.Node, url string) element.Node {
	for entry := bundle.FirstChild(); !entry.IsZero(); entry = entry.NextSibling() {
		resource := entry.Child("resource")
		if id, ok := strings.CutPrefix(url, typeOf(resource)+"/"); ok && resource.Child("id").Text() == id {
			return entry
		}
	}
	return element.Node{}
}
