package igpackage_test

import (
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
)

func TestLibrary(t *testing.T) {
	one := func(version string) definition.StructureDefinition {
		return definition.StructureDefinition{URL: "https://a.example/p", Version: version}
	}
	a := &igpackage.Package{Name: "a", Version: "1.0.0", Structures: []definition.StructureDefinition{one("1.9.0"), one("1.10.0"), one("1.10.0-beta"), one("")},
		Resources:    []igpackage.Resource{{URL: "https://a.example/v", Version: "1"}, {URL: "https://a.example/v", Version: "2"}},
		Dependencies: []igpackage.Dependency{{"hl7.fhir.r4.core", "4.0.1"}, {"b", "2.0.x"}, {"c", "1.0.0"}, {"b", "2.1.0"}}}
	library, outcome := igpackage.NewLibrary(a, &igpackage.Package{Name: "b", Version: "2.0.3"})
	if len(outcome) != 2 || !strings.Contains(outcome[0].Diagnostics, "c 1.0.0") || !strings.Contains(outcome[1].Diagnostics, "b 2.1.0") {
		t.Errorf("NewLibrary tells %+v, want that c 1.0.0 and b 2.1.0 are missing", outcome)
	}
	for _, row := range []struct{ canonical, want string }{
		{"https://a.example/p", "1.10.0"}, {"https://a.example/p|1.9.0", "1.9.0"}, {"https://a.example/p|1.10.0-beta", "1.10.0-beta"}, {"https://a.example/p|3", "none"}, {"https://b.example/p", "none"},
	} {
		got := "none"
		if s := library.Structure(row.canonical); s != nil {
			got = s.Version
		}
		if got != row.want {
			t.Errorf("Structure(%s) = %s, want %s", row.canonical, got, row.want)
		}
	}
	for canonical, want := range map[string]string{"https://a.example/v": "2", "https://a.example/v|1": "1"} {
		if r := library.Resource(canonical); r == nil || r.Version != want {
			t.Errorf("Resource(%s) = %+v, want version %s", canonical, r, want)
		}
	}
	if library.Resource("https://a.example/v|3") != nil {
		t.Error("Resource of a version that is not there = one, want nil")
	}
}
