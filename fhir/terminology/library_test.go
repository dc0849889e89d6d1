package terminology_test

import (
	"strings"
	"sync"
	"testing"

	"hearken/fhir"
	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/fhir/terminology"
)

func r4Library() *terminology.Library { return terminology.NewLibrary(r4.Terminology()) }

// What the generator lists of a value set, by its own reading of the bundles, is what the library says is in it.
func TestValidate_RequiredBindings(t *testing.T) {
	library := r4Library()
	lists := r4.Definitions().Facts().CodeLists
	if len(lists) < 200 {
		t.Fatalf("%d lists, want all of the required bindings", len(lists))
	}
	for i := range lists {
		list := &lists[i]
		if !list.Enumerable() {
			continue
		}
		set, err := library.ValueSet(list.URL)
		if err != nil {
			t.Errorf("ValueSet(%s) error: %v", list.URL, err)
			continue
		}
		for _, part := range list.Systems {
			for _, code := range part.Codes {
				if got := set.Validate(part.System, code); got.Answer != terminology.In {
					t.Errorf("%s: Validate(%s, %s) = %v, want in", list.URL, part.System, code, got)
				}
			}
			for _, code := range []string{"no-such-code", ""} {
				if got := set.Validate(part.System, code); got.Answer != terminology.NotIn {
					t.Errorf("%s: Validate(%s, %q) = %v, want not in", list.URL, part.System, code, got)
				}
			}
		}
	}
}

// Every value set of R4 compiles, and none is more work than the limits allow.
func TestValueSet_AllOfR4(t *testing.T) {
	library := r4Library()
	for _, def := range r4.Terminology().ValueSets {
		set, err := library.ValueSet(def.URL)
		if err != nil {
			t.Errorf("ValueSet(%s) error: %v", def.URL, err)
		} else if failure := set.Err(); failure.Reason != 0 {
			t.Errorf("%s cannot be evaluated: %s", def.URL, failure.Message())
		}
	}
}

func TestLibrary_Canonicals(t *testing.T) {
	version := func(v, code string) *definition.Terminology {
		return &definition.Terminology{
			CodeSystems: []definition.CodeSystem{{URL: "urn:s", Version: v, Content: "complete", Concepts: concepts(code)}},
			ValueSets:   []definition.ValueSet{{URL: "urn:v", Version: v, Include: []definition.ConceptSet{{System: "urn:s"}}}},
		}
	}
	library := terminology.NewLibrary(version("1.9", "nine"), version("1.10", "ten"), version("1.10", "again"))
	later := library.With(version("1.11", "eleven"))
	for _, row := range []struct {
		name            string
		library         *terminology.Library
		canonical, code string
		want            terminology.Answer
		reason          terminology.Reason
	}{
		{"the newest", library, "urn:v", "ten", terminology.In, 0},
		{"not the one before", library, "urn:v", "nine", terminology.NotIn, terminology.NoSuchCode},
		{"a version", library, "urn:v|1.9", "ten", terminology.In, 0},
		{"the first of two alike", library, "urn:v", "again", terminology.NotIn, terminology.NoSuchCode},
		{"an absent version", library, "urn:v|2", "ten", terminology.Unknown, terminology.UnknownVersion},
		{"absent", library, "urn:w", "ten", terminology.Unknown, terminology.UnknownValueSet},
		{"with more, the newest", later, "urn:v", "eleven", terminology.In, 0},
		{"and the one before it was", library, "urn:v", "eleven", terminology.NotIn, terminology.NoSuchCode},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.library.Validate(row.canonical, "urn:s", row.code); got.Answer != row.want || got.Reason != row.reason {
				t.Errorf("Validate(%s, urn:s, %s) = %v, want %v for reason %d", row.canonical, row.code, got, row.want, row.reason)
			}
		})
	}
	if _, err := library.ValueSet("urn:w"); fhir.CodeOf(err) != fhir.CodeNotFound {
		t.Errorf("ValueSet(urn:w) error = %v, want %s", err, fhir.CodeNotFound)
	}
	if a, b, c := later.Counts(); a != 3 || b != 3 || c != 0 {
		t.Errorf("Counts() = %d, %d, %d, want 3, 3, 0", a, b, c)
	}
}

func TestLibrary_ValidateCode(t *testing.T) {
	library := r4Library()
	for _, row := range []struct {
		name, system, version, code string
		want                        terminology.Answer
		reason                      terminology.Reason
	}{
		{"a code", "http://hl7.org/fhir/administrative-gender", "", "female", terminology.In, 0},
		{"in its version", "http://hl7.org/fhir/administrative-gender", "4.0.1", "female", terminology.In, 0},
		{"in another version", "http://hl7.org/fhir/administrative-gender", "5.0.0", "female", terminology.Unknown, terminology.UnknownVersion},
		{"case counts", "http://hl7.org/fhir/administrative-gender", "", "Female", terminology.NotIn, terminology.NoSuchCode},
		{"a v2 table", "http://terminology.hl7.org/CodeSystem/v2-0203", "", "MR", terminology.In, 0},
		{"v3", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "", "ACUTE", terminology.In, 0},
		{"a currency", "urn:iso:std:iso:4217", "", "GBP", terminology.In, 0},
		{"no currency", "urn:iso:std:iso:4217", "", "GPB", terminology.NotIn, terminology.NoSuchCode},
		{"a unit", "http://unitsofmeasure.org", "", "mg/dL", terminology.In, 0},
		{"no unit", "http://unitsofmeasure.org", "", "mgs/dL", terminology.NotIn, terminology.Malformed},
		{"a language", "urn:ietf:bcp:47", "", "en-GB", terminology.In, 0},
		{"no language", "urn:ietf:bcp:47", "", "en_GB", terminology.NotIn, terminology.Malformed},
		{"a media type", "urn:ietf:bcp:13", "", "text/plain; charset=utf-8", terminology.In, 0},
		{"no media type", "urn:ietf:bcp:13", "", "text", terminology.NotIn, terminology.Malformed},
		{"a time zone", "https://www.iana.org/time-zones", "", "Europe/London", terminology.In, 0},
		{"no time zone", "https://www.iana.org/time-zones", "", "Europa/London", terminology.NotIn, terminology.Malformed},
		{"of SNOMED CT only the form", "http://snomed.info/sct", "", "22298006", terminology.Unknown, terminology.UnknownSystem},
		{"and its check digit", "http://snomed.info/sct", "", "22298007", terminology.NotIn, terminology.Malformed},
		{"a system nobody knows", "https://a.example/codes", "", "a", terminology.Unknown, terminology.UnknownSystem},
		{"no system", "", "", "a", terminology.Unknown, terminology.UnknownSystem},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := library.ValidateCode(row.system, row.version, row.code); got.Answer != row.want || got.Reason != row.reason {
				t.Errorf("ValidateCode(%s, %s, %s) = %v, want %v for reason %d", row.system, row.version, row.code, got, row.want, row.reason)
			}
		})
	}
}

// concepts makes rows of codes, each with the number of dots before it as its depth.
func concepts(codes ...string) []definition.Concept {
	var all []definition.Concept
	var above []int32
	for _, code := range codes {
		depth := len(code) - len(strings.TrimLeft(code, "."))
		c := definition.Concept{Code: code[depth:], Display: strings.ToUpper(code[depth:]), Parent: definition.NoParent}
		if depth > 0 {
			c.Parent = above[depth-1]
		}
		above = append(above[:depth], int32(len(all)))
		all = append(all, c)
	}
	return all
}

// Any number of goroutines may ask a library that has compiled nothing yet.
func TestLibrary_Concurrent(t *testing.T) {
	library := r4Library()
	all := r4.Terminology().ValueSets[:200]
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range all {
				set, err := library.ValueSet(all[i].URL)
				if err != nil {
					t.Error(err)
					return
				}
				expanded, _ := set.Expand(terminology.Expand{Count: 1})
				for _, c := range expanded.Contains {
					if got := library.Validate(all[i].URL, c.System, c.Code); got.Answer != terminology.In {
						t.Errorf("Validate(%s, %s) = %v, want in", all[i].URL, c.Code, got)
					}
					library.System(c.System, "").Lookup(c.Code, "")
				}
			}
		})
	}
	group.Wait()
}
