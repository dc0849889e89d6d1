package terminology_test

import (
	"testing"

	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
)

// Whatever resource is read, every question about it has an answer: what is in an expansion is a member, and
// there once.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"resourceType":"CodeSystem","url":"urn:s","content":"complete","status":"active","concept":[{"code":"a","concept":[{"code":"b","property":[{"code":"parent","valueCode":"a"}]}]}]}`,
		`{"resourceType":"ValueSet","url":"urn:s","compose":{"include":[{"system":"http://hl7.org/fhir/administrative-gender","filter":[{"property":"concept","op":"is-a","value":"male"}]}],"exclude":[{"valueSet":["urn:s"]}]}}`,
		`{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"system":"urn:ietf:bcp:47","filter":[{"property":"code","op":"regex","value":"(a{9}){9}"}]},{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}]},"expansion":{"contains":[{"code":"x"}]}}`,
		`{"resourceType":"ConceptMap","url":"urn:m","group":[{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"x","equivalence":"equal"}]}],"unmapped":{"mode":"other-map","url":"urn:m"}}]}`,
	} {
		f.Add(seed)
	}
	base := r4Library().WithLimits(terminology.Limits{Work: 100_000, Depth: 10, Members: 1000})
	f.Fuzz(func(t *testing.T, text string) {
		tree, faults := element.Parse(r4.Definitions(), []byte(text), element.DefaultLimits())
		if faults.Failed() {
			return
		}
		rows := terminology.Read(tree.Root())
		library := base.With(rows)
		for i := range rows.ValueSets {
			set := library.Compile(&rows.ValueSets[i])
			expanded, failure := set.Expand(terminology.Expand{Count: terminology.All, Nested: true})
			seen := map[string]bool{}
			var each func(all []terminology.Contained)
			each = func(all []terminology.Contained) {
				for _, c := range all {
					if got := set.Validate(c.System, c.Code); got.Answer != terminology.In || seen[c.System+"|"+c.Code] {
						t.Errorf("%q of %q is in the expansion, and %v or twice", c.Code, c.System, got)
					}
					seen[c.System+"|"+c.Code] = true
					each(c.Contains)
				}
			}
			each(expanded.Contains)
			if failure.Reason == 0 && len(seen) != expanded.Total {
				t.Errorf("the expansion has %d codes and a total of %d", len(seen), expanded.Total)
			}
			set.Find("a")
			set.Display("urn:s", "a", "cy")
			_ = set.Systems()
		}
		for i := range rows.CodeSystems {
			system := library.SystemOf(&rows.CodeSystems[i])
			for _, c := range rows.CodeSystems[i].Concepts {
				if got := system.Validate(c.Code); got.Answer == terminology.NotIn {
					t.Errorf("%q of the code system is %v", c.Code, got)
				}
				if got, verdict := system.Subsumes(c.Code, c.Code); verdict.Answer == terminology.In && got != terminology.Equivalent {
					t.Errorf("%q and itself are %s", c.Code, got)
				}
				system.Lookup(c.Code, "cy")
			}
		}
		for i := range rows.ConceptMaps {
			for _, g := range rows.ConceptMaps[i].Groups {
				for _, m := range g.Mappings {
					library.MapOf(&rows.ConceptMaps[i]).Translate(terminology.Translate{Coding: terminology.Coding{System: g.Source, Code: m.Code}})
				}
			}
		}
	})
}

// The grammars take any text, and what they take has no characters that a code cannot have.
func FuzzGrammars(f *testing.F) {
	for _, seed := range []string{"en-GB", "text/plain; charset=utf-8", "Europe/London", "22298006 |a| : 363698007 = 80891009", "mg/dL", "x-", "a/b;c=\"", "i-klingon"} {
		f.Add(seed)
	}
	library := terminology.NewLibrary()
	f.Fuzz(func(t *testing.T, code string) {
		for _, system := range []string{"urn:ietf:bcp:47", "urn:ietf:bcp:13", "https://www.iana.org/time-zones", "http://snomed.info/sct", "http://unitsofmeasure.org"} {
			if first, second := library.ValidateCode(system, "", code), library.ValidateCode(system, "", code); first != second {
				t.Errorf("%s: %q is %v and %v", system, code, first, second)
			}
		}
		if terminology.IsLanguageTag(code) || terminology.IsTimeZone(code) {
			for i := range len(code) {
				if code[i] <= ' ' || code[i] > '~' {
					t.Errorf("%q is taken", code)
				}
			}
		}
		if terminology.IsSnomedConceptID(code) && (len(code) < 6 || len(code) > 18) {
			t.Errorf("%q is taken for an identifier", code)
		}
	})
}
