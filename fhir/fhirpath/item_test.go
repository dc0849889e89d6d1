package fhirpath_test

import (
	"testing"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/fhirpath"
)

func TestItem_Values(t *testing.T) {
	root := parse(t, []byte(fuzzPatient)).Root()
	active, born := fhirpath.Of(root.Child("active")), fhirpath.Of(root.Child("birthDate"))
	births := fhirpath.Of(root.Child("multipleBirth"))
	weight := fhirpath.Of(root.Child("extension").Child("value"))

	if b, ok := active.Boolean(); !b || !ok {
		t.Errorf("Boolean() of a FHIR boolean = %v, %v, want true", b, ok)
	}
	if n, ok := births.Integer(); n != 2 || !ok {
		t.Errorf("Integer() of a FHIR integer = %v, %v, want 2", n, ok)
	}
	if d, ok := births.Decimal(); !ok || d.String() != "2" {
		t.Errorf("Decimal() of a FHIR integer = %v, %v, want 2", d, ok)
	}
	if value, unit, ok := weight.Quantity(); !ok || value.String() != "1.50" || unit != "kg" {
		t.Errorf("Quantity() of a FHIR Quantity = %v %v, %v, want 1.50 kg", value, unit, ok)
	}
	if text, ok := fhirpath.Of(root.Child("id")).Text(); text != "a" || !ok {
		t.Errorf("Text() of an id = %q, %v, want a", text, ok)
	}
	if _, ok := born.Text(); ok {
		t.Error("Text() of a date is ok, want not: it is no string")
	}
	if _, ok := fhirpath.Of(root.Child("name")).Boolean(); ok {
		t.Error("Boolean() of a HumanName is ok, want not")
	}
	for want, item := range map[string]fhirpath.Item{
		"FHIR.boolean": active, "FHIR.date": born, "FHIR.Quantity": weight, "FHIR.Patient": fhirpath.Of(root),
		"System.Long": fhirpath.OfInteger(1 << 40), "System.Integer": fhirpath.OfInteger(1), "System.String": fhirpath.OfString("x"),
	} {
		if got := item.Type(); got != want {
			t.Errorf("Type() = %s, want %s", got, want)
		}
	}
	if !fhirpath.Of(root.Child("photo")).IsZero() {
		t.Error("Of(the zero Node) is not the zero Item")
	}
}

func TestEqual(t *testing.T) {
	a := parse(t, []byte(`{"resourceType":"Patient","name":[{"id":"x","family":"A","given":["B","C"]},{"given":["B","C"],"family":"A"},{"given":["C","B"],"family":"A"}]}`)).Root()
	first := a.FirstChild()
	second := first.NextSibling()
	third := second.NextSibling()
	half := fhirpath.OfDecimal(apd.New(50, -2))
	rows := []struct {
		name string
		a, b fhirpath.Item
		want bool
	}{
		{"elements without regard to ids and member order", fhirpath.Of(first), fhirpath.Of(second), true},
		{"elements with another order of items", fhirpath.Of(second), fhirpath.Of(third), false},
		{"an element and its value", fhirpath.Of(first.Child("family")), fhirpath.OfString("A"), true},
		{"an integer and a decimal", fhirpath.OfInteger(1), fhirpath.OfDecimal(apd.New(100, -2)), true},
		{"decimals of different precision", half, fhirpath.OfDecimal(apd.New(5, -1)), true},
		{"a number and a string", fhirpath.OfInteger(1), fhirpath.OfString("1"), false},
		{"quantities in different units", fhirpath.OfQuantity(apd.New(1, 0), "kg"), fhirpath.OfQuantity(apd.New(1000, 0), "g"), true},
		{"quantities that do not convert", fhirpath.OfQuantity(apd.New(1, 0), "kg"), fhirpath.OfQuantity(apd.New(1, 0), "m"), false},
	}
	for _, row := range rows {
		if got := fhirpath.Equal(row.a, row.b); got != row.want {
			t.Errorf("%s: Equal(%v, %v) = %v, want %v", row.name, row.a, row.b, got, row.want)
		}
	}
}
