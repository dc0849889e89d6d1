package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

func TestSatisfies_Text(t *testing.T) {
	starts := func(text string) query.Test { return query.TextTest{Text: text} }
	exact := func(text string) query.Test { return query.TextTest{Text: text, Mode: query.Exact} }
	contains := func(text string) query.Test { return query.TextTest{Text: text, Mode: query.Contains} }
	text := func(s string) query.Value { return query.Text{Text: s} }
	part := query.Text{Text: "Quinones", Part: true}
	runSatisfies(t, []satisfiesRow{
		{"start of the word", starts("eve"), text("Evelyn"), true},
		{"not the middle", starts("eve"), text("Severine"), false},
		{"accents", starts("alcantar"), text("Alcántar"), true},
		{"accent in the test only", starts("Alcántar"), text("ALCANTAR"), true},
		{"punctuation", starts("obrien"), text("O'Brien"), true},
		{"longer than the value", starts("evelyn"), text("Eve"), false},
		{"nothing but punctuation finds no one", starts("-"), text("Eve"), false},
		{"nothing but punctuation finds itself", starts("-"), text("--"), true},
		{"part of a name", starts("quin"), part, true},
		{"exact", exact("Eve"), text("Eve"), true},
		{"exact, other case", exact("eve"), text("Eve"), false},
		{"exact, other accent", exact("Alcantar"), text("Alcántar"), false},
		{"exact, only a start", exact("Eve"), text("Evelyn"), false},
		{"exact, part of a name", exact("Quinones"), part, false},
		{"contains", contains("VER"), text("Séverine"), true},
		{"contains not", contains("eva"), text("Severine"), false},
		{"contains, nothing but punctuation", contains("."), text("a.b"), false},
		{"contains, part of a name is not looked at twice", contains("quin"), part, false},
		{"display starts", query.DisplayTest{Text: "head"}, query.Display{Text: "Headache"}, true},
		{"display elsewhere", query.DisplayTest{Text: "ache"}, query.Display{Text: "Headache"}, false},
	})
}
