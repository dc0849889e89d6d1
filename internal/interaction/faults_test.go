package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A body that cannot be read is judged by the rules as well, but for what is at fault already: no fault is told that
// mending the others would mend.
func TestCreate_AllFaultsAtOnce(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"unknown element and code", `{"resourceType":"Patient","frob":1,"gender":"x"}`, []string{"Patient.frob", "Patient.gender"}},
		{"value of a required element", `{"resourceType":"Observation","status":1,"code":{"text":"x"}}`, []string{"Observation.status"}},
		{"value inside a required element", `{"resourceType":"Observation","status":"final","code":{"text":1}}`, []string{"Observation.code.text"}},
		{"a required element of another kind", `{"resourceType":"Observation","status":"final","code":"x"}`, []string{"Observation.code"}},
		{"an invariant on the value at fault", `{"resourceType":"Patient","contact":[{"gender":1}]}`, []string{"Patient.contact[0].gender"}},
		{"an invariant beside it", `{"resourceType":"Patient","active":1,"contact":[{"gender":"male"}]}`, []string{"Patient.active", "Patient.contact[0]"}},
		{"a reference at fault and one to another type", `{"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"},"generalPractitioner":[{"reference":1}]}`,
			[]string{"Patient.generalPractitioner[0].reference", "Patient.managingOrganization"}},
		{"narrative", `{"resourceType":"Patient","text":{"status":"generated","div":""},"gender":"x"}`, []string{"Patient.text.div", "Patient.gender"}},
		{"an array for one", `{"resourceType":"Patient","gender":["x"]}`, []string{"Patient.gender"}},
		{"nothing more than JSON", `{"resourceType":"Patient","gender":"x"`, []string{"Patient"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			a := mustDo(t, s, 400, "POST", strings.Split(tt.body, `"`)[3], tt.body)
			var got []string
			for i := 0; at(t, a.Body, fmt.Sprintf("issue.%d", i)) != nil; i++ {
				if place := text(t, a.Body, fmt.Sprintf("issue.%d.expression.0", i)); text(t, a.Body, fmt.Sprintf("issue.%d.severity", i)) != "warning" {
					got = append(got, place)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places of faults (-want +got):\n%s\n%s", diff, a.Body)
			}
		})
	}
}
