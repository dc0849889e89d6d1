package smart_test

import (
	"testing"

	"hearken/fhir"
	"hearken/internal/smart"
)

func BenchmarkRestrict(b *testing.B) {
	for _, row := range []struct {
		name, caller, scopes string
		t                    fhir.Type
	}{
		{"everything", "user", "user/*.rs", "CarePlan"},
		{"compartment", "app", "openid launch/patient patient/*.rs", "CarePlan"},
		{"granular", "user", "user/CarePlan.rs?status=active", "CarePlan"},
		{"referenced", "app", "patient/*.rs", "Practitioner"},
	} {
		p := caller(row.caller, row.scopes)
		r := rules()
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Restrict(p, row.t, smart.Read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
