package gen

import "strings"

const fhirPathType = "http://hl7.org/fhirpath/System."

// types is the types column: "Reference(Patient|Group) CodeableConcept", "Quantity{SimpleQuantity}",
// or "#Bundle.link" for a content reference.
func types(s structureDefinition, e elementDefinition) string {
	if e.ContentReference != "" {
		return e.ContentReference
	}
	var all []string
	for _, ref := range e.Type {
		text := typeCode(s, e, ref)
		if len(ref.Profile) > 0 {
			text += "{" + shortList(ref.Profile) + "}"
		}
		if len(ref.TargetProfile) > 0 {
			text += "(" + shortList(ref.TargetProfile) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// typeCode is the FHIR type where the snapshot names a FHIRPath system type: from the fhir-type
// extension, or from the system type itself where there is none (xhtml.id).
func typeCode(s structureDefinition, e elementDefinition, ref typeRef) string {
	if s.Kind == "resource" && e.Path == s.Type+".id" {
		return "id" // errata.go, "Resource.id"
	}
	if ref.Code == "" {
		return untyped[e.Path] // errata.go, "untyped"
	}
	if fhirType := findExtension(ref.Extension, "structuredefinition-fhir-type"); fhirType.ValueURL != "" {
		return fhirType.ValueURL
	}
	if name, ok := strings.CutPrefix(ref.Code, fhirPathType); ok {
		return strings.ToLower(name[:1]) + name[1:]
	}
	return ref.Code
}

func shortList(canonicals []string) string {
	short := make([]string, len(canonicals))
	for i, canonical := range canonicals {
		short[i] = shorten(canonical, structureURL)
	}
	return strings.Join(short, "|")
}
