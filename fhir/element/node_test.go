package element_test

import (
	"slices"
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
)

const nodeSource = `{
  "resourceType": "Bundle",
  "type": "collection",
  "entry": [
    {"fullUrl": "urn:a"},
    {"resource": {
      "resourceType": "Observation",
      "contained": [{"resourceType": "Patient", "id": "p", "name": [{"given": ["A", "B\n"], "_given": [null, {"id": "g"}]}]}],
      "_status": {"extension": [{"url": "http://a", "valueCode": "x"}]},
      "valueQuantity": {"value": 1.00}
    }}
  ]
}`

func TestNode_Location(t *testing.T) {
	tree := parse(t, nodeSource)
	want := []string{
		"Bundle", "Bundle.type", "Bundle.entry[0]", "Bundle.entry[0].fullUrl", "Bundle.entry[1]",
		"Bundle.entry[1].resource/*Observation*/",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/.id",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/.name[0]",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/.name[0].given[0]",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/.name[0].given[1]",
		"Bundle.entry[1].resource/*Observation*/.contained[0]/*Patient*/.name[0].given[1].id",
		"Bundle.entry[1].resource/*Observation*/.status",
		"Bundle.entry[1].resource/*Observation*/.status.extension[0]",
		"Bundle.entry[1].resource/*Observation*/.status.extension[0].url",
		"Bundle.entry[1].resource/*Observation*/.status.extension[0].value.ofType(code)",
		"Bundle.entry[1].resource/*Observation*/.value.ofType(Quantity)",
		"Bundle.entry[1].resource/*Observation*/.value.ofType(Quantity).value",
	}
	var got []string
	for i := range tree.Len() {
		got = append(got, tree.Node(i).Location())
	}
	if !slices.Equal(got, want) {
		t.Errorf("locations of %s\n got %q\nwant %q", nodeSource, got, want)
	}
}

func TestNode(t *testing.T) {
	root := parse(t, nodeSource).Root()
	observation := root.Child("entry").NextSibling().Child("resource")
	patient := observation.Child("contained")
	given := patient.Child("name").Child("given").NextSibling()
	status, value := observation.Child("status"), observation.Child("value")
	line, column := value.LineColumn()
	for _, row := range []struct {
		name      string
		got, want any
	}{
		{"name of the root", root.Name(), "Bundle"},
		{"name of a choice", value.Name(), "value"},
		{"JSON name of a choice", value.Field().JSONName, "valueQuantity"},
		{"type of a choice", value.Structure().Name, "Quantity"},
		{"type of an entry", observation.Structure().Name, "Observation"},
		{"element of the root", root.Element() == nil, true},
		{"name id", value.NameID(), r4.Definitions().NameID("value")},
		{"text decoded", given.Text(), "B\n"},
		{"text as written", value.Child("value").Text(), "1.00"},
		{"text of an object", value.Text(), ""},
		{"text of no value", status.Text(), ""},
		{"position", given.Position(), 1},
		{"primitive", given.IsPrimitive(), true},
		{"complex is not primitive", value.IsPrimitive(), false},
		{"has value", given.HasValue(), true},
		{"has only extensions", status.HasValue(), false},
		{"is resource", observation.IsResource() && patient.IsResource() && root.IsResource(), true},
		{"is no resource", value.IsResource(), false},
		{"resource of a value", given.Resource(), patient},
		{"resource of itself", patient.Resource(), patient},
		{"container", patient.Container(), observation},
		{"an entry has no container", observation.Container().IsZero(), true},
		{"the root has no container", root.Container().IsZero(), true},
		{"no element has a container", given.Container().IsZero(), true},
		{"source", string(value.Source()), `{"value": 1.00}`},
		{"source of a string", string(given.Source()), `"B\n"`},
		{"source of no value", status.Source() == nil, true},
		{"line", line, 10},
		{"column", column, 24},
		{"absent child", root.Child("total").IsZero(), true},
		{"named children", len(slices.Collect(root.ChildrenNamed(r4.Definitions().NameID("entry")))), 2},
		{"children", len(slices.Collect(observation.Children())), 3},
	} {
		if row.got != row.want {
			t.Errorf("%s = %v, want %v", row.name, row.got, row.want)
		}
	}
}

func TestNode_Zero(t *testing.T) {
	var n element.Node
	line, column := n.LineColumn()
	start, end := n.Span()
	if !n.IsZero() || n.Tree() != nil || n.Index() != 0 || n.Structure() != nil || n.Element() != nil || n.Field() != nil ||
		n.Name() != "" || n.NameID() != 0 || !n.Parent().IsZero() || !n.FirstChild().IsZero() || !n.NextSibling().IsZero() ||
		!n.Child("x").IsZero() || n.Position() != 0 || n.IsPrimitive() || n.HasValue() || n.Text() != "" || n.IsResource() ||
		!n.Resource().IsZero() || !n.Container().IsZero() || n.Location() != "" || n.Source() != nil || line+column+start+end != 0 {
		t.Error("the zero Node answers something, want nothing from each method")
	}
	for range n.Children() {
		t.Error("the zero Node has a child, want none")
	}
}
