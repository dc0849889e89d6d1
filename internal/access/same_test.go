package access_test

import (
	"reflect"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
)

// Two callers are the same when all that is known of them is, whenever it is: a field that was added and not
// given here a value fails.
func TestSame(t *testing.T) {
	other := access.Caller{
		Now: time.Unix(1, 0), Role: access.Clinical, Purpose: access.Care, Organisation: "A", Urgent: true, Agreement: access.InForce, Staff: access.Lapsed, Partner: true,
		Patient: "p", Others: []fhir.ID{"q"}, ActsFor: []fhir.ID{"p"}, Ended: []string{"2024"}, Contacts: []fhir.ID{"p"}, Grants: []access.Grant{{Patient: "p"}},
	}
	from := reflect.ValueOf(other)
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		if from.Field(i).IsZero() {
			t.Errorf("%s has no value here", name)
		}
		var one, two access.Caller
		reflect.ValueOf(&one).Elem().Field(i).Set(from.Field(i))
		if one.Same(&two) != (name == "Now") || two.Same(&one) != (name == "Now") {
			t.Errorf("callers who differ in %s are the same: %v", name, one.Same(&two))
		}
		if !one.Same(&one) {
			t.Errorf("a caller with %s is not the same as themself", name)
		}
	}
}
