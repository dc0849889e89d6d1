// Package xhtml checks the XHTML of a narrative (https://hl7.org/fhir/R4/narrative.html#xhtml): that it is
// well-formed, and that it holds nothing but formatting. It reads the text in place and copies nothing.
package xhtml
