package validation

import (
	"crypto/sha1" // the hash that FHIR asks for; it guards against mistakes, not against people
	"encoding/base64"
	"strconv"
	"strings"

	"hearken/fhir"
	"hearken/fhir/element"
)

// checkAttachment is the rule of Attachment that size and hash are those of its data
// (https://hl7.org/fhir/R4/datatypes.html#Attachment). Another hash is a warning: many write it in another
// way, a published example too, and the data is there. Of data that is elsewhere nothing is known.
func checkAttachment(v *Visit, n element.Node) {
	data, size, hash := n.Child("data"), n.Child("size"), n.Child("hash")
	if !data.HasValue() || !size.HasValue() && !hash.HasValue() {
		return
	}
	content, ok := decodeBase64(data.Text())
	if !ok {
		return
	}
	if most, err := strconv.Atoi(size.Text()); err == nil && most != len(content) {
		v.Report(size, fhir.SeverityError, fhir.CodeInvalid, DetailAttachment, "Attachment.size is %d, and its data has %d bytes", most, len(content))
	}
	sum := sha1.Sum(content)
	if given, ok := decodeBase64(hash.Text()); ok && hash.HasValue() && string(given) != string(sum[:]) {
		v.Report(hash, fhir.Warning, fhir.CodeInvalid, DetailAttachment, "Attachment.hash is not the SHA-1 of its data")
	}
}

// decodeBase64 reads base64 with white space in it, as FHIR has it.
func decodeBase64(text string) ([]byte, bool) {
	content, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return content, err == nil
}
