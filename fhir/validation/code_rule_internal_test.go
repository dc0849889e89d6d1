package validation

import "testing"

// Each rule that definition.CodeList may name is a grammar of fhir/terminology or fhir/ucum, whose tests say more.
func TestCodeRules(t *testing.T) {
	for _, row := range []struct{ rule, good, bad string }{
		{"bcp47", "en-GB", "en_GB"},
		{"bcp13", "text/plain; charset=utf-8", "text"},
		{"ucum", "mm[Hg]", "furlongs"},
		{"ucum-time", "wk", "kg"},
		{"ucum-length", "km", "s"},
		{"iana-tz", "Europe/London", "London/Europe"},
	} {
		if rule := codeRules[row.rule]; !rule.valid(row.good) || rule.valid(row.bad) {
			t.Errorf("rule %s of %q, %q = %t, %t, want true, false", row.rule, row.good, row.bad, rule.valid(row.good), rule.valid(row.bad))
		}
	}
}
