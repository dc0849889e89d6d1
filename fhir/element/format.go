package element

import (
	"hearken/fhir"
	"hearken/fhir/definition"
)

// Format is a representation that resources are read from and written in
// (https://hl7.org/fhir/R4/formats.html). Zero is none.
type Format uint8

// The formats there are. Turtle is not among them.
const (
	JSON Format = iota + 1
	XML
)

// Formats lists them, the one that is kept first.
func Formats() []Format { return []Format{JSON, XML} }

// formatNames has the short name of each format and the media types it goes by
// (https://hl7.org/fhir/R4/http.html#mime-type): FHIR's own, as that was called before R3, which clients
// still send, and the generic ones.
var formatNames = [...]struct {
	short      string
	mediaTypes []string
}{
	JSON: {"json", []string{"application/fhir+json", "application/json+fhir", "application/json", "text/json"}},
	XML:  {"xml", []string{"application/fhir+xml", "application/xml+fhir", "application/xml", "text/xml"}},
}

// specificMediaTypes is how many of a format's media types speak of FHIR.
const specificMediaTypes = 2

// FormatOf is the format of a media type in lower case and without parameters; 0 for one that is not of a resource.
func FormatOf(mediaType string) Format {
	for _, f := range Formats() {
		for _, name := range formatNames[f].mediaTypes {
			if name == mediaType {
				return f
			}
		}
	}
	return 0
}

// String is the short name: "json".
func (f Format) String() string { return formatNames[f].short }

// MediaType is what a resource is sent as: "application/fhir+json".
func (f Format) MediaType() string { return formatNames[f].mediaTypes[0] }

// MediaTypes are all the media types the format goes by, that which it is sent as first. They are not to be changed.
func (f Format) MediaTypes() []string { return formatNames[f].mediaTypes }

// FHIRMediaTypes are those that speak of FHIR, and can mean nothing else.
func (f Format) FHIRMediaTypes() []string { return formatNames[f].mediaTypes[:specificMediaTypes] }

// ParseAs is ParseAs or ParseXMLAs.
func (f Format) ParseAs(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) (*Tree, fhir.Outcome) {
	if f == XML {
		return ParseXMLAs(set, wanted, src, limits)
	}
	return ParseAs(set, wanted, src, limits)
}

// Salvage is Salvage or SalvageXML.
func (f Format) Salvage(set *definition.Set, wanted fhir.Type, src []byte, limits Limits) *Tree {
	if f == XML {
		return SalvageXML(set, wanted, src, limits)
	}
	return Salvage(set, wanted, src, limits)
}
