package conformance_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/conformance"
	"hearken/profiles"
)

// differential is an active profile with rows of the test's own.
func differential(rows ...string) string {
	whole := profile("x", "1", "active")
	at := strings.Index(whole, `"differential"`)
	return whole[:at] + `"differential":{"element":[` + strings.Join(rows, ",") + `]}}`
}

func row(path, more string) string { return fmt.Sprintf(`{"id":%q,"path":%q%s}`, path, path, more) }

// What cannot work is refused where it would be in force, with why; the rest is remarked on.
func TestCheck(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	base := func(url string) [2]string { return [2]string{"http://hl7.org/fhir/StructureDefinition/Patient", url} }
	replaced := func(text string, pairs ...[2]string) string {
		for _, pair := range pairs {
			text = strings.Replace(text, pair[0], pair[1], 1)
		}
		return text
	}
	imports := func(of, what string) string {
		return fmt.Sprintf(`{"resourceType":"ValueSet","id":"x","url":%q,"status":"active","compose":{"include":[{"valueSet":[%q]}]}}`, of, what)
	}
	s.put(imports("http://example.org/ValueSet/1", "http://example.org/ValueSet/2"))
	for _, tt := range []struct {
		name, text string
		severity   fhir.Severity // "" for nothing to be said
		where      string
	}{
		{"a profile that can be", profile("a", "1", "active"), "", ""},
		{"a path that is not there", differential(row("Patient.name", ""), row("Patient.nonsense", "")), fhir.SeverityError, "StructureDefinition.differential.element[1]"},
		{"the same as a draft", replaced(differential(row("Patient.nonsense", "")), [2]string{"active", "draft"}), fhir.Warning, "StructureDefinition.differential.element[0]"},
		{"a wrong maximum", differential(row("Patient.name", `,"max":"many"`)), fhir.SeverityError, "StructureDefinition"},
		{"an unknown base", replaced(profile("a", "1", "active"), base("http://example.org/absent")), fhir.SeverityError, "StructureDefinition.baseDefinition"},
		{"itself as its base", replaced(profile("a", "1", "active"), base(example+"p")), fhir.SeverityError, "StructureDefinition.baseDefinition"},
		{"one of FHIR's own", replaced(profile("a", "1", "active"), [2]string{example + "p", "http://hl7.org/fhir/StructureDefinition/Patient"}), fhir.Information, "StructureDefinition.url"},
		{"one of the guide's", replaced(profile("a", "1", "active"), [2]string{example + "p", profiles.UrgentCarePatient}), "", ""},
		{"a value set that imports itself", imports("http://example.org/ValueSet/0", "http://example.org/ValueSet/0"), fhir.SeverityError, "ValueSet"},
		{"a value set that closes a circle", imports("http://example.org/ValueSet/2", "http://example.org/ValueSet/1"), fhir.SeverityError, "ValueSet"},
		{"a value set of what is not loaded", imports("http://example.org/ValueSet/3", "http://example.org/absent"), "", ""},
		{"another type", `{"resourceType":"Patient"}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := s.parse(tt.text)
			written := conformance.Change{Key: fhir.Key{Type: fhir.Type(n.Structure().Name), ID: "new"}, Node: n}
			_, got := s.now().With(written).Check(n, nil)
			if tt.severity == "" {
				if len(got) != 0 {
					t.Errorf("Check() = %v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].Severity != tt.severity || got[0].Expression[0] != tt.where || got[0].Line == 0 || got[0].Diagnostics == "" {
				t.Errorf("Check() = %v, want one %s at %s", got, tt.severity, tt.where)
			}
		})
	}
}

// Definitions made to exhaust a server are refused in no time.
func TestCheck_Hostile(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data"))
	var deep []string
	path := "Questionnaire"
	for range 400 {
		path += ".item"
		deep = append(deep, row(path, ""))
	}
	enormous := strings.NewReplacer("/StructureDefinition/Patient", "/StructureDefinition/Questionnaire", `"type":"Patient"`, `"type":"Questionnaire"`).Replace(differential(deep...))
	var chain []string
	for i := range 300 {
		next := fmt.Sprintf("http://example.org/ValueSet/chain%d", (i+1)%300)
		chain = append(chain, fmt.Sprintf(`{"resourceType":"ValueSet","id":"chain%d","url":"http://example.org/ValueSet/chain%d","status":"active","compose":{"include":[{"valueSet":[%q,%q]}]}}`, i, i, next, next))
	}
	s.put(chain[1:]...)
	for name, text := range map[string]string{"an enormous snapshot": enormous, "a long circle of imports": chain[0]} {
		began := time.Now()
		n := s.parse(text)
		written := conformance.Change{Key: fhir.Key{Type: fhir.Type(n.Structure().Name), ID: "new"}, Node: n}
		if _, got := s.now().With(written).Check(n, nil); !got.Failed() {
			t.Errorf("%s: Check() = %v, want an error", name, got)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
