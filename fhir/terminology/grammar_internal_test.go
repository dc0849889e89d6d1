package terminology

import "testing"

func TestGrammars(t *testing.T) {
	for _, row := range []struct {
		system    string
		good, bad []string
	}{
		{languageSystem,
			[]string{"en", "en-GB", "zh-Hant-TW", "zh-yue", "sl-rozaj-biske", "de-CH-1901", "es-419", "x-private", "en-a-bbb-x-a", "i-klingon", "sgn-BE-FR", "qaa"},
			[]string{"", "e", "english language", "en_GB", "en-", "-en", "en--GB", "x", "en-x", "en-a", "toolonglang", "en-GB-", "12", "en-a-b-c"}},
		{mediaSystem,
			[]string{"text/plain", "application/fhir+json", "text/plain; charset=utf-8", `a/b;c="d;e"`, "image/*", "application/vnd.ms-excel", "xml", "json", "ttl"},
			[]string{"", "text", "/plain", "text/", "text/plain; charset", "text/plain;=a", "te xt/plain", "text/pl ain", "text/plain/x", "text/plain; a="}},
		{ucumSystem, []string{"mg", "mm[Hg]", "10*3/uL", "{score}", "kg/m2"}, []string{"", "furlongs", "MG/"}},
		{timeZoneSystem, []string{"Europe/London", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+1", "EST5EDT"}, []string{"", "London/Europe", "Europe/", "+01:00", "Europe/Lon don"}},
	} {
		for _, code := range row.good {
			if got := grammars[row.system].check(code); got != In {
				t.Errorf("check(%s, %q) = %v, want in", row.system, code, got)
			}
		}
		for _, code := range row.bad {
			if got := grammars[row.system].check(code); got != NotIn {
				t.Errorf("check(%s, %q) = %v, want not in", row.system, code, got)
			}
		}
	}
}

// Of SNOMED CT the rules tell what cannot be a concept, and never that something is one.
func TestCheckSnomed(t *testing.T) {
	for _, row := range []struct {
		name, code string
		want       Answer
		concept    bool
	}{
		{"a concept", "22298006", Unknown, true},
		{"of an extension", "816321000000109", Unknown, true},
		{"a digit mistyped", "816321000000108", NotIn, false},
		{"two digits swapped", "813621000000109", NotIn, false},
		{"a description", "680946014", NotIn, false},
		{"too short", "12345", NotIn, false},
		{"a zero first", "022298006", NotIn, false},
		{"no digits", "8163x1000000109", NotIn, false},
		{"a term", "myocardial infarction", NotIn, false},
		{"nothing", "", NotIn, false},
		{"a space behind", "22298006 ", Unknown, false},
		{"an expression", "22298006 |Myocardial infarction (disorder)| : 363698007 = 80891009, 1142135004=#0.5", Unknown, false},
		{"an expression with a sign before it", "=== 22298006 + 80891009", Unknown, false},
		{"an expression with a digit mistyped", "22298006:363698007=80891008", NotIn, false},
		{"an expression with an open term", "22298006 |Myocardial", NotIn, false},
		{"signs alone", "(:=)", NotIn, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := checkSnomed(row.code); got != row.want {
				t.Errorf("checkSnomed(%s) = %v, want %v", row.code, got, row.want)
			}
			if got := IsSnomedConceptID(row.code); got != row.concept {
				t.Errorf("IsSnomedConceptID(%s) = %t, want %t", row.code, got, row.concept)
			}
		})
	}
}

// Grammars and membership are asked for each coding of a resource: they must cost no memory.
func TestGrammars_NoAllocation(t *testing.T) {
	for _, code := range []string{"en-GB", "de-CH-1901", "zh-Hant-TW"} {
		if n := testing.AllocsPerRun(100, func() { IsLanguageTag(code) }); n != 0 {
			t.Errorf("IsLanguageTag(%s) allocates %v times, want 0", code, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { IsMediaType("text/plain; charset=utf-8") }); n != 0 {
		t.Errorf("IsMediaType allocates %v times, want 0", n)
	}
	if n := testing.AllocsPerRun(100, func() { IsTimeZone("America/Argentina/Buenos_Aires") }); n != 0 {
		t.Errorf("IsTimeZone allocates %v times, want 0", n)
	}
}
