package gen

import (
	"strings"
	"testing"
)

// Rows that say what the table has no column for fail the run.
func TestGuide_NoColumn(t *testing.T) {
	for _, row := range []struct{ name, json, want string }{
		{"a fixed value", `{"id":"Thing.x","path":"Thing.x","min":0,"max":"1","base":{"max":"1"},"fixedCode":"a"}`, ""},
		{"a slice", `{"id":"Thing.x:a.y","path":"Thing.x.y","min":0,"max":"1","base":{"max":"1"}}`, ""},
		{"a value of no type", `{"id":"Thing.x","path":"Thing.x","min":0,"max":"1","base":{"max":"1"},"fixedThing":"a"}`, "fixedThing"},
		{"an unknown member", `{"id":"Thing.x","path":"Thing.x","min":0,"max":"1","base":{"max":"1"},"minValueDate":"2020"}`, "minValueDate"},
		{"an id of another path", `{"id":"Thing.y","path":"Thing.x","min":0,"max":"1","base":{"max":"1"}}`, "Thing.x"},
		{"an id without its slice", `{"id":"Thing.x","path":"Thing.x","sliceName":"a","min":0,"max":"1","base":{"max":"1"}}`, `slice "a"`},
		{"a flag in a differential", `{"id":"Thing.x","path":"Thing.x","mustSupport":false}`, "mustSupport"},
	} {
		t.Run(row.name, func(t *testing.T) {
			profile := structureDefinition{URL: "urn:p"}
			rows := make([]elementDefinition, 1)
			if err := rows[0].UnmarshalJSON([]byte(row.json)); err != nil {
				t.Fatal(err)
			}
			if rows[0].Max == "" {
				profile.Differential.Element = rows
			} else {
				profile.Snapshot.Element = rows
			}
			_, err := guideTable(&source{structures: []structureDefinition{{ID: "code"}}, profiles: []structureDefinition{profile}})
			if (err != nil) != (row.want != "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("guideTable(%s) error = %v, want one with %q", row.json, err, row.want)
			}
		})
	}
}
