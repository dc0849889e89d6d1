package validation

import (
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkURI is the rule of the values of uri and its kinds (https://hl7.org/fhir/R4/datatypes.html#uri): a urn
// that is an OID or UUID is one wherever it stands, and neither goes without its "urn:"; a system is no value
// set.
func checkURI(v *Visit, n element.Node) {
	text := n.Text()
	if len(text) < len("oid:") {
		return
	}
	switch text[:len("oid:")] {
	case "urn:":
		v.urn(n, text)
	case "oid:":
		v.Report(n, fhir.SeverityError, fhir.CodeValue, DetailURI, "an OID is written urn:oid:")
	case "uuid":
		if strings.HasPrefix(text, "uuid:") {
			v.Report(n, fhir.SeverityError, fhir.CodeValue, DetailURI, "a UUID is written urn:uuid:")
		}
	case "http":
		if n.NameID() == v.validator.coded.system && v.isValueSet(text) {
			v.systemOf(n, text)
		}
	}
}

// isValueSet reports whether a URL is that of a value set, as all that FHIR servers and guides publish are written.
func (v *Visit) isValueSet(url string) bool { return strings.Contains(url, "/ValueSet/") }

func (v *Visit) urn(n element.Node, text string) {
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "|") // of a canonical
	switch {                            // warnings only: the published examples have both
	case strings.HasPrefix(text, "urn:uuid:") && !element.ValidPrimitive("uuid", text):
		v.Report(n, fhir.Warning, fhir.CodeValue, DetailURI, "what follows urn:uuid: is no UUID in lower case")
	case strings.HasPrefix(text, "urn:oid:") && !element.ValidPrimitive("oid", text):
		v.Report(n, fhir.Warning, fhir.CodeValue, DetailURI, "what follows urn:oid: is no OID")
	}
}
