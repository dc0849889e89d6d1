package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// checkExtension is the rule of extensions: the one its url names is known, may stand here, and has the
// content its definition asks for (https://hl7.org/fhir/R4/extensibility.html).
func checkExtension(v *Visit, n element.Node) {
	at := n.Child("url")
	if !at.HasValue() {
		return // Extension.url is 1..1
	}
	url, _, versioned := strings.Cut(at.Text(), "|")
	switch {
	case versioned:
		v.Report(at, fhir.SeverityError, fhir.CodeExtension, DetailExtensionURL, "the url of an extension has no version")
	case !isAbsolute(url):
		v.subExtension(n, at)
		return
	case v.validator.options.examples == examplesRefused && isExampleURL(url):
		v.Report(at, fhir.SeverityError, fhir.CodeExtension, DetailExampleURL, "extensions of example servers are not allowed here")
	}
	p := v.profile(url)
	if p == nil || p.definition.Type != "Extension" {
		v.unknownExtension(n, url)
		return
	}
	v.extensionPlace(n, p)
	v.asProfile(n, p)
}

// unknownExtension reports one of which no definition is known. A modifier may change the meaning of
// everything round it, so it is refused (https://hl7.org/fhir/R4/extensibility.html#modifierExtension).
func (v *Visit) unknownExtension(n element.Node, url string) {
	severity := v.validator.options.unknownExtensions
	switch {
	case isExampleURL(url) && v.validator.options.examples == examplesAllowed:
		severity = fhir.Warning
	case isModifier(n):
		severity = fhir.SeverityError
	case isToleratedURL(url):
		severity = fhir.Warning
	}
	v.Report(n, severity, fhir.CodeExtension, DetailUnknownExtension, "no definition of this extension is known")
}

func isModifier(n element.Node) bool { return n.Element().Name == "modifierExtension" }

// isExampleURL reports whether a url is on a server that only exists in examples (RFC 2606 §3, and FHIR's own Acme).
func isExampleURL(url string) bool {
	return strings.Contains(url, "example.org") || strings.Contains(url, "acme.com")
}

// isToleratedURL reports whether a url is of those that are published apart from any FHIR package.
func isToleratedURL(url string) bool {
	return strings.Contains(url, "nema.org") || strings.HasPrefix(url, structureURL) || strings.HasPrefix(url, "http://hl7.org/fhir/tools/") || isOtherRelease(url)
}

const structureURL = "http://hl7.org/fhir/StructureDefinition/"

// isOtherRelease reports whether a url is that of an element of another release of FHIR used as an extension:
// http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.x (https://hl7.org/fhir/R4/versions.html#extensions).
func isOtherRelease(url string) bool {
	rest, ok := strings.CutPrefix(url, "http://hl7.org/fhir/")
	return ok && len(rest) > 3 && rest[0] >= '1' && rest[0] <= '9' && rest[1] == '.' && strings.Contains(rest, "/StructureDefinition/extension-")
}

// extensionPlace checks that an extension stands where its definition allows it to.
func (v *Visit) extensionPlace(n element.Node, p *profile) {
	modifies := p.outline != nil && p.outline.Row.IsModifier
	switch {
	case modifies && !isModifier(n):
		v.Report(n, fhir.SeverityError, fhir.CodeExtension, DetailExtensionModifier, "the extension %s changes the meaning of what it stands on, and must be a modifierExtension", p.canonical)
	case !modifies && isModifier(n):
		v.Report(n, fhir.SeverityError, fhir.CodeExtension, DetailExtensionModifier, "the extension %s changes no meaning, and must not be a modifierExtension", p.canonical)
	}
	if !v.allowed(&p.contexts, n) {
		v.reportWithin(n, fhir.SeverityError, fhir.CodeExtension, DetailExtensionContext, "the extension %s may not stand here", p.canonical)
	}
	v.contextInvariants(&p.contexts, n, p)
}

// subExtension checks an extension whose url is but a name: it is part of the extension round it, which must
// have one of that name.
func (v *Visit) subExtension(n, at element.Node) {
	outer := n.Parent()
	if outer.Structure() != v.validator.extension {
		v.Report(at, fhir.SeverityError, fhir.CodeExtension, DetailExtensionURL, "the url of an extension must be absolute")
		return
	}
	if o, known := v.outlineOf(outer); known && subExtension(o, at.Text()) == nil {
		severity := fhir.SeverityError
		if partErrata[outer.Child("url").Text()] == at.Text() {
			severity = fhir.Warning
		}
		v.Report(n, severity, fhir.CodeExtension, DetailSubExtension, "the extension round this has no part of that name")
	}
}

// outlineOf is what the definition of an extension, or of the one it is part of, says of it; not known when
// there is no definition.
func (v *Visit) outlineOf(n element.Node) (o *definition.Outline, known bool) {
	url := n.Child("url").Text()
	if isAbsolute(url) {
		if p := v.profile(url); p != nil {
			return p.outline, p.outline != nil
		}
		return nil, false
	}
	outer := n.Parent()
	if outer.Structure() != v.validator.extension {
		return nil, false
	}
	if o, known = v.outlineOf(outer); known {
		o = subExtension(o, url)
	}
	return o, o != nil
}

// subExtension finds the part of an extension that has a name.
func subExtension(o *definition.Outline, name string) *definition.Outline {
	for _, s := range o.Child("extension").SlicesOrNone() {
		if unquoted(s.Child("url")) == name {
			return s
		}
	}
	return nil
}
