package validation

import "testing"

func TestCodeRules(t *testing.T) {
	for _, row := range []struct {
		rule      string
		good, bad []string
	}{
		{"bcp47",
			[]string{"en", "en-GB", "zh-Hant-TW", "zh-yue", "sl-rozaj-biske", "de-CH-1901", "es-419", "x-private", "en-a-bbb-x-a", "i-klingon", "sgn-BE-FR", "qaa"},
			[]string{"", "e", "english language", "en_GB", "en-", "-en", "en--GB", "x", "en-x", "en-a", "toolonglang", "en-GB-", "12", "en-a-b-c"}},
		{"bcp13",
			[]string{"text/plain", "application/fhir+json", "text/plain; charset=utf-8", `a/b;c="d;e"`, "image/*", "application/vnd.ms-excel", "xml", "json", "ttl"},
			[]string{"", "text", "/plain", "text/", "text/plain; charset", "text/plain;=a", "te xt/plain", "text/pl ain", "text/plain/x", "text/plain; a="}},
		{"ucum", []string{"mg", "mm[Hg]", "10*3/uL", "{score}", "kg/m2"}, []string{"", "furlongs", "MG/"}},
		{"ucum-time", []string{"a", "mo", "wk", "d", "h", "min"}, []string{"kg", "b", ""}},
		{"ucum-length", []string{"m", "km", "[mi_i]"}, []string{"s", ""}},
		{"iana-tz", []string{"Europe/London", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+1", "EST5EDT"}, []string{"", "London/Europe", "Europe/", "+01:00", "Europe/Lon don"}},
	} {
		rule := codeRules[row.rule]
		for _, code := range row.good {
			if !rule.valid(code) {
				t.Errorf("rule %s of %q = false, want true", row.rule, code)
			}
		}
		for _, code := range row.bad {
			if rule.valid(code) {
				t.Errorf("rule %s of %q = true, want false", row.rule, code)
			}
		}
	}
}
