package terminology

import "hearken/fhir/element"

// Coding is a code of a system, as a resource says it (https://hl7.org/fhir/R4/datatypes.html#Coding).
type Coding struct{ System, Version, Code, Display string }

// ReadCoding reads a Coding, or a Quantity, whose unit is its display.
func ReadCoding(n element.Node) Coding {
	var c Coding
	for child := n.FirstChild(); !child.IsZero(); child = child.NextSibling() {
		switch child.Name() {
		case "system":
			c.System = child.Text()
		case "version":
			c.Version = child.Text()
		case "code":
			c.Code = child.Text()
		case "display", "unit":
			c.Display = child.Text()
		}
	}
	return c
}
