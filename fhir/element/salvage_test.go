package element_test

import (
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

func TestSalvage(t *testing.T) {
	set := r4.Definitions()
	for _, row := range []struct{ name, src, want string }{
		{"nothing is wrong", `{"resourceType":"Patient","active":true}`, `{"resourceType":"Patient","active":true}`},
		{"unknown element", `{"resourceType":"Patient","frob":{"a":[1]},"active":true}`, `{"resourceType":"Patient","active":true}`},
		{"bad value beside good ones", `{"resourceType":"Patient","birthDate":"yesterday","active":"yes","gender":"male"}`, `{"resourceType":"Patient","gender":"male"}`},
		{"not JSON", `{"resourceType":"Patient","active":true`, ""},
		{"two values", `{"resourceType":"Patient"} {}`, ""},
		{"another type", `{"resourceType":"Observation"}`, ""},
		{"no type", `{"active":true}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ""
			if tree := element.Salvage(set, "Patient", []byte(row.src), element.Limits{}); tree != nil {
				got = shown(tree.Root())
			}
			if got != row.want {
				t.Errorf("Salvage(%s) = %s, want %s", row.src, got, row.want)
			}
		})
	}
}

// shown is the values of a flat resource, as JSON has them.
func shown(root element.Node) string {
	out := `{"resourceType":"` + root.Structure().Name + `"`
	for child := range root.Children() {
		switch {
		case !child.HasValue():
		case child.Structure().Name == "boolean":
			out += `,"` + child.Name() + `":` + child.Text()
		default:
			out += `,"` + child.Name() + `":"` + child.Text() + `"`
		}
	}
	return out + "}"
}
