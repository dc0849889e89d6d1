package igpackage

import (
	"strconv"
	"strings"

	"hearken/fhir/definition"
	"hearken/fhir/element"
)

// elementChange makes one row (https://hl7.org/fhir/R4/elementdefinition.html).
func elementChange(s *definition.StructureDefinition, n element.Node) (definition.ElementChange, error) {
	row := definition.ElementChange{}
	row.Path = text(n, "path")
	for c := range n.Children() {
		if err := readMember(s, &row, c); err != nil {
			return row, err
		}
	}
	return row, nil
}

func readMember(s *definition.StructureDefinition, row *definition.ElementChange, c element.Node) (err error) {
	switch c.Name() {
	case "id":
		row.ID = c.Text()
	case "sliceName":
		row.SliceName = c.Text()
	case "contentReference":
		row.ContentReference = withoutHash(c.Text())
	case "min":
		row.Min, err = strconv.Atoi(c.Text())
		row.Given |= definition.GivenMin
	case "max":
		row.Max, err = maximum(s, row.Path, c.Text())
		row.Given |= definition.GivenMax
	case "base":
		row.BaseMax, err = maximum(s, row.Path, text(c, "max"))
	case "maxLength":
		row.MaxLength, err = strconv.Atoi(c.Text())
	case "type":
		row.Types = append(row.Types, typeRef(s, row, c))
	case "binding":
		row.Binding = binding(c)
	case "constraint":
		row.Constraints = append(row.Constraints, constraint(s, c))
	case "slicing":
		row.Slicing = slicing(c)
	case "representation":
		row.XMLAttr = row.XMLAttr || c.Text() == "xmlAttr"
	case "extension":
		err = readExtension(row, c)
	default:
		readFlag(row, c)
		readValue(row, c)
	}
	return err
}

// readExtension reads what extensions of FHIR's own say of the values of an element
// (https://hl7.org/fhir/R4/elementdefinition-profiles.html).
func readExtension(row *definition.ElementChange, c element.Node) (err error) {
	switch value := c.Child("value").Text(); text(c, "url") {
	case extensionURL + "minLength":
		row.MinLength, err = strconv.Atoi(value)
	case extensionURL + "regex":
		row.Regex = value
	case mustHaveValueURL:
		row.MustHaveValue = value == "true"
	}
	return err
}

func readFlag(row *definition.ElementChange, c element.Node) {
	value := c.Text() == "true"
	switch c.Name() {
	case "mustSupport":
		row.MustSupport, row.Given = value, row.Given|definition.GivenMustSupport
	case "isModifier":
		row.IsModifier, row.Given = value, row.Given|definition.GivenIsModifier
	case "isSummary":
		row.IsSummary, row.Given = value, row.Given|definition.GivenIsSummary
	}
}

// readValue keeps fixed[x], pattern[x], minValue[x] and maxValue[x] as compact JSON.
func readValue(row *definition.ElementChange, c element.Node) {
	if c.IsPrimitive() && !c.HasValue() {
		return
	}
	value := func() []byte { return element.AppendJSON(nil, c, element.WriteOptions{}) }
	switch c.Name() {
	case "fixed":
		row.Fixed, row.FixedType = value(), c.Structure().Name
	case "pattern":
		row.Pattern, row.PatternType = value(), c.Structure().Name
	case "minValue":
		row.MinValue = value()
	case "maxValue":
		row.MaxValue = value()
	}
}

func maximum(s *definition.StructureDefinition, path, text string) (int, error) {
	if text == "*" {
		return definition.Unbounded, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, rowError(s, path, "max is neither a number nor *")
	}
	return int(n), nil
}

const (
	extensionURL  = "http://hl7.org/fhir/StructureDefinition/"
	systemTypeURL = "http://hl7.org/fhirpath/System."

	// What R5 has of its own, and profiles of R4 say by extension.
	mustHaveValueURL     = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue"
	additionalBindingURL = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
)

// typeRef makes a type; where the row names a FHIRPath system type, the FHIR type its extension gives.
func typeRef(s *definition.StructureDefinition, row *definition.ElementChange, n element.Node) definition.TypeRef {
	ref := definition.TypeRef{Versioning: text(n, "versioning")}
	for c := range n.Children() {
		switch c.Name() {
		case "code":
			ref.Code = c.Text()
		case "profile":
			ref.Profiles = append(ref.Profiles, c.Text())
		case "targetProfile":
			ref.TargetProfiles = append(ref.TargetProfiles, c.Text())
		case "aggregation":
			ref.Aggregation = append(ref.Aggregation, c.Text())
		}
	}
	if regex := extension(n, "regex"); regex.HasValue() {
		row.Regex = regex.Text()
	}
	fhirType := extension(n, "structuredefinition-fhir-type")
	name, isSystem := strings.CutPrefix(ref.Code, systemTypeURL)
	switch {
	case isSystem && s.Kind == definition.Resource && row.Path == s.Type+".id":
		ref.Code = "id" // published as string: see the errata of fhir/r4
	case fhirType.HasValue():
		ref.Code = fhirType.Text()
	case isSystem && name != "":
		ref.Code = strings.ToLower(name[:1]) + name[1:]
	}
	return ref
}

// extension finds the value of one of FHIR's own extensions, or the zero Node.
func extension(n element.Node, name string) element.Node {
	for c := range n.Children() {
		if c.Name() == "extension" && text(c, "url") == extensionURL+name {
			return c.Child("value")
		}
	}
	return element.Node{}
}

func binding(n element.Node) *definition.Binding {
	b := &definition.Binding{
		Strength: text(n, "strength"), ValueSet: text(n, "valueSet"), MaxValueSet: extension(n, "elementdefinition-maxValueSet").Text(),
	}
	for c := range n.Children() {
		if url := text(c, "url"); c.Name() == "extension" && (url == additionalBindingURL || url == extensionURL+"additional-binding") {
			b.Additional = appendAdditional(b.Additional, c)
		}
	}
	return b
}

// appendAdditional adds an additional binding, but for one that holds only in some context of use, which
// cannot be told.
func appendAdditional(to []definition.AdditionalBinding, n element.Node) []definition.AdditionalBinding {
	var one definition.AdditionalBinding
	for c := range n.Children() {
		switch value := c.Child("value"); text(c, "url") {
		case "purpose":
			one.Purpose = value.Text()
		case "valueSet":
			one.ValueSet = value.Text()
		case "usage":
			return to
		}
	}
	return append(to, one)
}

// constraint makes an invariant; one that names no source is of the structure it stands in.
func constraint(s *definition.StructureDefinition, n element.Node) definition.Constraint {
	c := definition.Constraint{
		Key: text(n, "key"), Error: text(n, "severity") == "error", Expression: text(n, "expression"), Source: text(n, "source"),
		BestPractice: extension(n, "elementdefinition-bestpractice").Text() == "true",
	}
	if c.Source == "" {
		c.Source = s.URL
	}
	return c
}

func slicing(n element.Node) *definition.Slicing {
	s := &definition.Slicing{Rules: text(n, "rules"), Ordered: text(n, "ordered") == "true"}
	for c := range n.Children() {
		if c.Name() == "discriminator" {
			s.Discriminators = append(s.Discriminators, definition.Discriminator{Type: text(c, "type"), Path: text(c, "path")})
		}
	}
	return s
}
