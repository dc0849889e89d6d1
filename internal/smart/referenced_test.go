package smart_test

import (
	"testing"

	"hearken/fhir"
	"hearken/internal/smart"
)

// What a patient's app can reach outside the compartment is who, where and with what: nothing that may be
// about somebody else, and nothing that a resource the app may write could be made to point at.
func TestReferencedBy(t *testing.T) {
	p := caller("app", "patient/*.cruds")
	for _, row := range []struct {
		name fhir.Type
		want bool
	}{
		{"Practitioner", true}, {"PractitionerRole", true}, {"Organization", true}, {"Location", true}, {"Medication", true},
		{"Task", false}, {"Device", false}, {"Contract", false}, {"Binary", false}, {"Bundle", false}, {"Linkage", false}, {"Parameters", false},
		{"Subscription", false}, {"ValueSet", false}, {"SearchParameter", false}, {"MessageHeader", false}, {"EpisodeOfCare", true},
	} {
		got := restriction(p, row.name, smart.Read)
		if (got != "403") != row.want {
			t.Errorf("Restrict(%s) = %s, want readable: %v", row.name, got, row.want)
		}
	}
}
