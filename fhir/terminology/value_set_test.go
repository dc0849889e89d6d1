package terminology_test

import (
	"fmt"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/terminology"
)

// trees is a code system with a hierarchy, a property and retired codes; ".." before a code is its depth.
func trees() definition.CodeSystem {
	s := definition.CodeSystem{URL: "urn:s", Version: "1", Content: "complete", Concepts: concepts("a", ".b", "..c", ".d", "e", ".f")}
	s.Properties = []definition.PropertyDefinition{{Code: "kind", Type: "code"}}
	property := func(i int, code, value string) {
		s.Concepts[i].Properties = append(s.Concepts[i].Properties, definition.ConceptProperty{Code: code, Type: "code", Value: value})
	}
	property(1, "kind", "x")
	property(2, "kind", "y")
	property(4, "kind", "x")
	property(3, "status", "retired")
	property(5, "parent", "b") // a second parent
	return s
}

// members asks for every code, and gives those that are in, with "?" behind those of which it is not known.
func members(set *terminology.ValueSet, system, codes string) string {
	var found []string
	for code := range strings.SplitSeq(codes, "") {
		switch set.Validate(system, code).Answer {
		case terminology.In:
			found = append(found, code)
		case terminology.Unknown:
			found = append(found, code+"?")
		}
	}
	return strings.Join(found, " ")
}

// The operators of https://hl7.org/fhir/R4/valueset-filter-operator.html.
func TestValueSet_Filters(t *testing.T) {
	library := terminology.NewLibrary(&definition.Terminology{CodeSystems: []definition.CodeSystem{trees()}})
	for _, row := range []struct{ property, op, value, want string }{
		{"concept", "is-a", "b", "b c f"},
		{"concept", "is-a", "zz", "a? b? c? d? e? f?"},
		{"concept", "descendent-of", "b", "c f"},
		{"concept", "descendent-of", "a", "b c d f"},
		{"concept", "is-not-a", "b", "a d e"},
		{"concept", "generalizes", "f", "a b e f"},
		{"concept", "in", "a, c,f", "a c f"},
		{"concept", "not-in", "a,c,f", "b d e"},
		{"code", "=", "c", "c"},
		{"code", "regex", "[a-c]", "a b c"},
		{"code", "regex", "a|b", "a b"},
		{"code", "regex", "(", "a? b? c? d? e? f?"},
		{"code", "regex", "(a{100}){1000}", "a? b? c? d? e? f?"},
		{"code", "regex", "([ab]{9}[bc]{9}[cd]{9}){100}|a", "a? b? c? d? e? f?"},
		{"display", "=", "C", "c"},
		{"kind", "=", "x", "b e"},
		{"kind", "in", "x,y", "b c e"},
		{"kind", "not-in", "x", "a c d f"},
		{"kind", "exists", "true", "b c e"},
		{"kind", "exists", "false", "a d f"},
		{"kind", "exists", "maybe", "a? b? c? d? e? f?"},
		{"kind", "regex", "x|z", "b e"},
		{"colour", "=", "red", "a? b? c? d? e? f?"},
		{"status", "=", "retired", "d"},
		{"inactive", "=", "true", "d"},
		{"parent", "=", "a", "b d"},
		{"child", "=", "f", "b e"},
		{"child", "exists", "false", "c d f"},
		{"concept", "greater", "a", "a? b? c? d? e? f?"},
	} {
		t.Run(fmt.Sprintf("%s %s %.20s", row.property, row.op, row.value), func(t *testing.T) {
			set := library.Compile(&definition.ValueSet{Include: []definition.ConceptSet{{
				System: "urn:s", Filters: []definition.Filter{{Property: row.property, Op: row.op, Value: row.value}},
			}}})
			if got := members(set, "urn:s", "abcdef"); got != row.want {
				t.Errorf("members = %q, want %q", got, row.want)
			}
		})
	}
}

func TestValueSet_Compositions(t *testing.T) {
	is := func(system string, codes ...string) definition.ConceptSet {
		set := definition.ConceptSet{System: system}
		for _, code := range codes {
			set.Concepts = append(set.Concepts, definition.ConceptReference{Code: code})
		}
		return set
	}
	filtered := func(system, property, op, value string) definition.ConceptSet {
		return definition.ConceptSet{System: system, Filters: []definition.Filter{{Property: property, Op: op, Value: value}}}
	}
	imports := func(canonicals ...string) definition.ConceptSet { return definition.ConceptSet{ValueSets: canonicals} }
	fragment := definition.CodeSystem{URL: "urn:f", Content: "fragment", Concepts: concepts("a")}
	folded := definition.CodeSystem{URL: "urn:i", Content: "complete", CaseInsensitive: true, Concepts: concepts("a", "b")}
	more := definition.CodeSystem{URL: "urn:s-more", Content: "supplement", Supplements: "urn:s", Concepts: concepts("a")}
	more.Concepts[0].Properties = []definition.ConceptProperty{{Code: "colour", Value: "red"}}
	library := terminology.NewLibrary(&definition.Terminology{
		CodeSystems: []definition.CodeSystem{trees(), fragment, folded, more},
		ValueSets: []definition.ValueSet{
			{URL: "ab", Include: []definition.ConceptSet{is("urn:s", "a", "b")}},
			{URL: "bc", Include: []definition.ConceptSet{is("urn:s", "b", "c")}},
			{URL: "self", Include: []definition.ConceptSet{imports("self")}},
			{URL: "ping", Include: []definition.ConceptSet{imports("pong")}},
			{URL: "pong", Include: []definition.ConceptSet{is("urn:s", "a")}, Exclude: []definition.ConceptSet{imports("ping")}},
		},
	})
	both := is("urn:s", "a", "b", "c")
	both.ValueSets = []string{"bc"}
	for _, row := range []struct {
		name             string
		include, exclude []definition.ConceptSet
		noInactive       bool
		system, want     string
		reason           terminology.Reason // of code "a"
	}{
		{"all codes", []definition.ConceptSet{is("urn:s")}, nil, false, "urn:s", "a b c d e f", 0},
		{"all active codes", []definition.ConceptSet{is("urn:s")}, nil, true, "urn:s", "a b c e f", 0},
		{"listed", []definition.ConceptSet{is("urn:s", "a", "d")}, nil, false, "urn:s", "a d", 0},
		{"listed and active", []definition.ConceptSet{is("urn:s", "a", "d")}, nil, true, "urn:s", "a", 0},
		{"listed in two parts", []definition.ConceptSet{is("urn:s", "a"), is("urn:s", "d")}, nil, false, "urn:s", "a d", 0},
		{"another system", []definition.ConceptSet{is("urn:s", "a")}, nil, false, "urn:t", "", terminology.OtherSystem},
		{"listed of a system not loaded", []definition.ConceptSet{is("urn:t", "a")}, nil, false, "urn:t", "a", 0},
		{"a system not loaded", []definition.ConceptSet{is("urn:t")}, nil, false, "urn:t", "a? b? c? d? e? f?", terminology.UnknownSystem},
		{"a part of a system", []definition.ConceptSet{is("urn:f")}, nil, false, "urn:f", "a b? c? d? e? f?", 0},
		{"two filters", []definition.ConceptSet{{System: "urn:s", Filters: []definition.Filter{{Property: "concept", Op: "is-a", Value: "b"}, {Property: "kind", Op: "=", Value: "y"}}}}, nil, false, "urn:s", "c", terminology.NotListed},
		{"a filter on a system not loaded", []definition.ConceptSet{filtered("urn:t", "code", "regex", "[ab]")}, nil, false, "urn:t", "a? b?", terminology.UnknownSystem},
		{"a supplement's property", []definition.ConceptSet{filtered("urn:s", "colour", "=", "red")}, nil, false, "urn:s", "a", 0},
		{"a supplement is no system", []definition.ConceptSet{is("urn:s-more")}, nil, false, "urn:s-more", "a? b? c? d? e? f?", terminology.UnknownSystem},
		{"case does not count", []definition.ConceptSet{is("urn:i", "A")}, nil, false, "urn:i", "a", 0},
		{"excluded", []definition.ConceptSet{is("urn:s")}, []definition.ConceptSet{filtered("urn:s", "concept", "is-a", "a")}, false, "urn:s", "e", terminology.Excluded},
		{"an exclude that cannot be evaluated", []definition.ConceptSet{is("urn:s", "a", "b")}, []definition.ConceptSet{filtered("urn:s", "x", "=", "y")}, false, "urn:s", "a? b?", terminology.UnknownFilter},
		{"imported", []definition.ConceptSet{imports("ab")}, nil, false, "urn:s", "a b", 0},
		{"two imported: what they share", []definition.ConceptSet{imports("ab", "bc")}, nil, false, "urn:s", "b", terminology.NotListed},
		{"a system and an import: what they share", []definition.ConceptSet{both}, nil, false, "urn:s", "b c", terminology.NotListed},
		{"an import and another include", []definition.ConceptSet{imports("ab"), is("urn:s", "e")}, nil, false, "urn:s", "a b e", 0},
		{"an import not loaded", []definition.ConceptSet{imports("zz"), is("urn:s", "a")}, nil, false, "urn:s", "a b? c? d? e? f?", 0},
		{"an import not loaded, and one that is", []definition.ConceptSet{imports("ab", "zz")}, nil, false, "urn:s", "a? b?", terminology.UnknownValueSet},
		{"a circle of one", []definition.ConceptSet{imports("self")}, nil, false, "urn:s", "a? b? c? d? e? f?", terminology.Circular},
		{"a circle of two", []definition.ConceptSet{imports("ping")}, nil, false, "urn:s", "a? b? c? d? e? f?", terminology.Circular},
		{"nothing", nil, nil, false, "urn:s", "", terminology.OtherSystem},
	} {
		t.Run(row.name, func(t *testing.T) {
			set := library.Compile(&definition.ValueSet{URL: "asked", NoInactive: row.noInactive, Include: row.include, Exclude: row.exclude})
			if got := members(set, row.system, "abcdef"); got != row.want {
				t.Errorf("members = %q, want %q", got, row.want)
			}
			if got := set.Validate(row.system, "a"); got.Reason != row.reason {
				t.Errorf("Validate(a) = %v, want reason %d", got, row.reason)
			}
		})
	}
}

// A code without a system is looked for in each system of the value set.
func TestValueSet_ValidateCode(t *testing.T) {
	library := r4Library()
	for _, row := range []struct {
		canonical, code string
		want            terminology.Answer
		reason          terminology.Reason
	}{
		{"http://hl7.org/fhir/ValueSet/administrative-gender", "female", terminology.In, 0},
		{"http://hl7.org/fhir/ValueSet/administrative-gender", "woman", terminology.NotIn, terminology.NoSuchCode},
		{"http://hl7.org/fhir/ValueSet/languages", "en-GB", terminology.In, 0},
		{"http://hl7.org/fhir/ValueSet/all-languages", "cy-GB-x-valleys", terminology.In, 0},
		{"http://hl7.org/fhir/ValueSet/all-languages", "welsh!", terminology.NotIn, terminology.Malformed},
		{"http://hl7.org/fhir/ValueSet/mimetypes", "application/fhir+json", terminology.In, 0},
		{"http://hl7.org/fhir/ValueSet/all-time-units", "wk", terminology.In, 0},
		{"http://hl7.org/fhir/ValueSet/all-time-units", "kg", terminology.NotIn, terminology.NotListed},
		{"http://hl7.org/fhir/ValueSet/condition-code", "22298006", terminology.Unknown, terminology.UnknownSystem},
	} {
		t.Run(row.canonical[29:]+" "+row.code, func(t *testing.T) {
			set, err := library.ValueSet(row.canonical)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.ValidateCode(row.code); got.Answer != row.want || got.Reason != row.reason {
				t.Errorf("ValidateCode(%s) = %v, want %v for reason %d", row.code, got, row.want, row.reason)
			}
		})
	}
}
