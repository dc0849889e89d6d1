package r4_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
	"hearken/fhir/element"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/internal/fhirtest"
)

// The table has of each operation what a reader of OperationDefinitions takes from the published resource.
func TestOperations_Published(t *testing.T) {
	text, err := os.ReadFile(fhirtest.SharedData(t, "r4core", "operation-definitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(text, &bundle); err != nil {
		t.Fatal(err)
	}
	rows := map[string]definition.Operation{}
	for _, o := range r4.Definitions().Operations() {
		rows[o.ID] = o
	}
	for _, entry := range bundle.Entry {
		tree, faults := element.Parse(r4.Definitions(), entry.Resource, element.DefaultLimits())
		if faults.Failed() {
			t.Errorf("Parse: %v", faults)
			continue
		}
		want := igpackage.Operation(tree.Root())
		if diff := cmp.Diff(want, rows[want.ID]); diff != "" {
			t.Errorf("%s (-published +table):\n%s", want.ID, diff)
		}
	}
	if len(rows) != len(bundle.Entry) {
		t.Errorf("%d operations in the table, %d published", len(rows), len(bundle.Entry))
	}
}
