package gen

import (
	"cmp"
	"slices"
	"strings"
)

type compartmentDefinition struct {
	URL, Code string
	Resource  []struct {
		Code  string
		Param []string
	}
}

// exampleCompartment is in the bundle to show what a CompartmentDefinition looks like, and
// claims the code Device a second time.
const exampleCompartment = compartURL + "example"

// focus stands for the resource a compartment is of, which is always in it
// (https://hl7.org/fhir/R4/compartmentdefinition.html).
const focus = "{def}"

// compartmentsTable writes a row for each compartment and one below it for each resource type
// that can be in it.
func compartmentsTable(src *source) (string, error) {
	all := slices.Clone(src.compartments)
	slices.SortFunc(all, func(a, b compartmentDefinition) int { return cmp.Compare(a.Code, b.Code) })
	var t table
	for _, c := range all {
		if c.URL == exampleCompartment {
			continue
		}
		if err := t.row("=", c.Code, c.URL); err != nil {
			return "", err
		}
		for _, member := range c.Resource {
			parameters := member.Param
			if member.Code == c.Code && !slices.Contains(parameters, focus) {
				parameters = append([]string{focus}, parameters...) // Patient and Device leave it out
			}
			if len(parameters) == 0 {
				continue
			}
			if err := t.row(member.Code, strings.Join(parameters, " ")); err != nil {
				return "", err
			}
		}
	}
	return t.text.String(), nil
}
