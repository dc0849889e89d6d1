package careplan_test

import (
	"testing"
	"time"

	"hearken/internal/access"
	"hearken/internal/careplan"
)

// Only a named professional withholds by the serious-harm test, and only until a time: a label without these,
// however it came here, does not hold.
func TestWithholding_Holds(t *testing.T) {
	now := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	for _, row := range []struct {
		name  string
		says  careplan.Withholding
		label string
		want  bool
	}{
		{"serious harm", careplan.Withholding{Labels: []string{"serious-harm"}, Named: true, Until: later}, access.LabelSeriousHarm, true},
		{"that has ended", careplan.Withholding{Labels: []string{"serious-harm"}, Named: true, Until: before}, access.LabelSeriousHarm, false},
		{"that ends now", careplan.Withholding{Labels: []string{"serious-harm"}, Named: true, Until: now}, access.LabelSeriousHarm, false},
		{"by nobody", careplan.Withholding{Labels: []string{"serious-harm"}, Until: later}, access.LabelSeriousHarm, false},
		{"without an end", careplan.Withholding{Labels: []string{"serious-harm"}, Named: true}, access.LabelSeriousHarm, false},
		{"another label", careplan.Withholding{Labels: []string{"serious-harm"}, Named: true, Until: later}, access.LabelThirdParty, false},
		{"somebody else's words", careplan.Withholding{Labels: []string{"third-party"}}, access.LabelThirdParty, true},
		{"that have ended", careplan.Withholding{Labels: []string{"third-party"}, Until: before}, access.LabelThirdParty, false},
		{"a concern", careplan.Withholding{Labels: []string{"third-party", "safeguarding"}}, access.LabelSafeguarding, true},
		{"no label", careplan.Withholding{Named: true, Until: later}, access.LabelSafeguarding, false},
	} {
		if got := row.says.Holds(row.label, now); got != row.want {
			t.Errorf("%s holds: %t, want %t", row.name, got, row.want)
		}
		if _, ok := row.says.Ends(); row.want && !ok {
			t.Errorf("%s holds and is not marked", row.name)
		}
	}
	if _, ok := (&careplan.Withholding{Labels: []string{"serious-harm"}, Named: true}).Ends(); ok {
		t.Error("serious harm without an end is marked")
	}
}
