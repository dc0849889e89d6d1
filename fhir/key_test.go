package fhir_test

import (
	"strings"
	"testing"

	"hearken/fhir"
)

func TestID_Valid(t *testing.T) {
	for _, row := range []struct {
		name string
		id   fhir.ID
		want bool
	}{
		{"letters, digits, hyphen and dot", "aZ-09.b", true},
		{"one character", "1", true},
		{"64 characters", fhir.ID(strings.Repeat("a", 64)), true},
		{"65 characters", fhir.ID(strings.Repeat("a", 65)), false},
		{"nothing", "", false},
		{"an underscore", "a_b", false},
		{"a slash", "a/b", false},
		{"a letter beyond ASCII", "é", false},
		{"a space", "a b", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.id.Valid(); got != row.want {
				t.Errorf("ID(%q).Valid() = %v, want %v", row.id, got, row.want)
			}
		})
	}
}

func TestParseVersionID(t *testing.T) {
	for _, row := range []struct {
		text string
		want fhir.VersionID
		ok   bool
	}{
		{"1", 1, true}, {"18446744073709551615", 1<<64 - 1, true},
		{"", 0, false}, {"0", 0, false}, {"01", 0, false}, {"+1", 0, false}, {"-1", 0, false}, {"1a", 0, false}, {"18446744073709551616", 0, false},
	} {
		got, ok := fhir.ParseVersionID(row.text)
		if ok != row.ok || ok && got != row.want {
			t.Errorf("ParseVersionID(%q) = %v, %v, want %v, %v", row.text, got, ok, row.want, row.ok)
		}
		if ok && got.String() != row.text {
			t.Errorf("VersionID(%v).String() = %q, want %q", got, got.String(), row.text)
		}
	}
	if got, want := fhir.VersionID(3).ETag(), `W/"3"`; got != want {
		t.Errorf("ETag() = %s, want %s", got, want)
	}
}
