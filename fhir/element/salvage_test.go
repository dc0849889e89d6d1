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

func TestSalvageXML(t *testing.T) {
	set := r4.Definitions()
	for _, row := range []struct{ name, src, want string }{
		{"nothing is wrong", patientTag + `<active value="true"/></Patient>`, `{"resourceType":"Patient","active":true}`},
		{"unknown element", patientTag + `<frob><a/></frob><active value="true"/></Patient>`, `{"resourceType":"Patient","active":true}`},
		{"bad values beside good ones", patientTag + `<active value="yes"/><gender value="male"/><birthDate value=""/></Patient>`, `{"resourceType":"Patient","gender":"male"}`},
		{"a good value with an extension and text", patientTag + `<gender value="male">x<extension url="a"><valueCode value="b"/></extension></gender></Patient>`, `{"resourceType":"Patient","gender":"male"}`},
		{"an element too late", patientTag + `<gender value="male"/><active value="true"/></Patient>`, `{"resourceType":"Patient","gender":"male","active":true}`},
		{"not XML", patientTag + `<active value="true"/>`, ""},
		{"a document type", `<!DOCTYPE a>` + patientTag + `</Patient>`, ""},
		{"another type", `<Observation xmlns="http://hl7.org/fhir"/>`, ""},
		{"no namespace", `<Patient/>`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ""
			if tree := element.SalvageXML(set, "Patient", []byte(row.src), element.Limits{}); tree != nil {
				got = shown(tree.Root())
			}
			if got != row.want {
				t.Errorf("SalvageXML(%s) = %s, want %s", row.src, got, row.want)
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
