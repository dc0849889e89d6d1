package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/xhtml"
)

// checkNarrative is the rule of the XHTML of narratives beyond txt-1 and txt-2
// (https://hl7.org/fhir/R4/narrative.html#xhtml): elements stand where HTML lets them, links go somewhere,
// and the text is in the language it is said to be in.
func checkNarrative(v *Visit, n element.Node) {
	if !n.HasValue() {
		return
	}
	found, language := n.Narrative(), n.Resource().Child("language").Text()
	if found.Has(xhtml.IsNested|xhtml.IsPlain) && language == "" || !found.Has(xhtml.IsWellFormed) {
		return
	}
	details := xhtml.Inspect([]byte(n.Text()))
	for _, place := range details.Misplaced {
		v.Report(n, fhir.SeverityError, fhir.CodeStructure, DetailNarrativeNesting, "HTML does not let %s", place)
	}
	for _, link := range details.Links {
		v.link(n, link)
	}
	for _, image := range details.Images {
		if !isHyperlink(image) {
			v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailNarrativeLink, "the source of an image is empty, or has characters that no URL has")
		}
	}
	v.narrativeTargets(n, details.Targets)
	v.narrativeLanguage(n, details, language)
}

// link checks what an a or area links to.
func (v *Visit) link(n element.Node, link string) {
	id, fragment := strings.CutPrefix(link, "#")
	scheme, _, absolute := strings.Cut(link, ":")
	switch {
	case !isHyperlink(link):
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailNarrativeLink, "a link is empty, or has characters that no URL has")
	case absolute && isAbsolute(link) && !isFollowed(scheme) && !v.isRewritten(n, link):
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailNarrativeLink, "a link has a scheme that nothing on a page can follow")
	case fragment && id != "" && !v.learnt.ids.has(n, id):
		v.Report(n, fhir.SeverityError, fhir.CodeInvalid, DetailNarrativeLink, "a link goes to an id (#…) that nothing in the resource has")
	}
}

// isRewritten reports whether a link is to another entry of what is sent to a server, which puts the address
// in its place (https://hl7.org/fhir/R4/http.html#trules).
func (v *Visit) isRewritten(n element.Node, link string) bool {
	round := bundleRound(n)
	return !round.IsZero() && bundleTypeOf(round).isExchange() && v.env.Entry(link, n).Count > 0
}

// isFollowed names the schemes a browser follows or hands on.
func isFollowed(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp", "ftps", "mailto", "tel", "sms", "geo", "data", "cid":
		return true
	}
	return false
}

// isHyperlink reports whether a URL of HTML has something in it, and nothing but what URLs are made of (RFC
// 3986 §2, and "|", which canonicals have). Data is not looked into: txt-1 has.
func isHyperlink(url string) bool {
	if strings.HasPrefix(url, "data:") {
		return true
	}
	for _, c := range url {
		if c < 0x80 && !isAlphanumeric(byte(c)) && !strings.ContainsRune(";?:@&=+$.,/%-_~#[]!'()*|", c) {
			return false
		}
	}
	return url != ""
}

func (v *Visit) narrativeTargets(n element.Node, targets map[string]int) {
	for _, times := range targets {
		if times > 1 {
			v.Report(n, fhir.Warning, fhir.CodeBusinessRule, DetailNarrativeID, "an id or name is given to more than one element: links to it are ambiguous")
			return
		}
	}
}

// narrativeLanguage compares languages: that of the div with that of the resource, and that of the parts with
// whether all text is in one of them.
func (v *Visit) narrativeLanguage(n element.Node, details xhtml.Details, language string) {
	switch {
	case language == "" || len(details.Languages) > 0:
	case details.Language == "":
		v.Report(n, fhir.Warning, fhir.CodeBusinessRule, DetailNarrativeLanguage, "the resource says its language, and the div has neither lang nor xml:lang")
	case !strings.EqualFold(details.Language, language):
		v.Report(n, fhir.Warning, fhir.CodeBusinessRule, DetailNarrativeLanguage, "the div says another language than the resource")
	}
	if len(details.Languages) > 0 && details.Unassigned {
		v.Report(n, fhir.Warning, fhir.CodeBusinessRule, DetailNarrativeLanguage, "parts of the narrative say their language, and there is text outside of them")
	}
}
