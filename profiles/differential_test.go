package profiles_test

import (
	"regexp"
	"strings"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/profiles"
)

// structureAt finds what stands at a path of a differential, into datatypes and through content
// references: "Patient.identifier.extension.url". It is nil for a path that the base does not have; for a choice it is
// the first type, and nothing is below it.
func structureAt(path string) *definition.Structure {
	names := strings.Split(path, ".")
	at, choice := r4.Definitions().Structure(names[0]), false
	for _, name := range names[1:] {
		if at == nil || choice {
			return nil
		}
		e := at.Element(strings.TrimSuffix(name, "[x]"))
		if e == nil || e.Choice != strings.HasSuffix(name, "[x]") {
			return nil
		}
		at, choice = e.Fields[0].Type, e.Choice
	}
	return at
}

var sliceNames = regexp.MustCompile(`:[A-Za-z0-9]+`)

func TestDifferential_PathsInBase(t *testing.T) {
	for url, s := range structures(t) {
		if base := r4.Definitions().ByURL(s.BaseDefinition); base == nil || base.Name != s.Type || !s.Constraint {
			t.Errorf("%s: base %q, type %q, constraint %t, want a constraint on the R4 base of the type", url, s.BaseDefinition, s.Type, s.Constraint)
		}
		seen := map[string]bool{}
		for i, row := range s.Differential {
			if structureAt(row.Path) == nil {
				t.Errorf("%s: the base has no %s", url, row.Path)
			}
			if sliceNames.ReplaceAllString(row.ID, "") != row.Path || seen[row.ID] {
				t.Errorf("%s: id %q at path %q, want the path with slice names, once", url, row.ID, row.Path)
			}
			if seen[row.ID] = true; i == 0 && row.Path != s.Type {
				t.Errorf("%s: begins with %s, want %s", url, row.Path, s.Type)
			}
			checkSlice(t, s, row, seen)
		}
	}
}

// checkSlice: a slice comes after the row that says how its element is sliced, and what is inside it after it.
func checkSlice(t *testing.T, s *definition.StructureDefinition, row definition.ElementChange, seen map[string]bool) {
	t.Helper()
	parent := row.ID[:max(strings.LastIndexByte(row.ID, '.'), 0)]
	if strings.Contains(parent, ":") && !seen[parent] {
		t.Errorf("%s: %s stands before its slice", s.URL, row.ID)
	}
	sliced, slice, is := strings.Cut(row.ID[len(parent):], ":")
	if slice != row.SliceName {
		t.Errorf("%s: %s has the slice name %q", s.URL, row.ID, row.SliceName)
	}
	if is && !seen[parent+sliced] && !impliedSlicing(s, parent+sliced) {
		t.Errorf("%s: %s is a slice, and nothing says how %s is sliced", s.URL, row.ID, parent+sliced)
	}
}

// Extensions are sliced by url without a word, in definitions of extensions.
func impliedSlicing(s *definition.StructureDefinition, id string) bool {
	return s.Type == "Extension" && id == "Extension.extension"
}

// What a differential refers to is in the guide or in FHIR R4.
func TestDifferential_CanonicalsResolve(t *testing.T) {
	ours := structures(t)
	sets := resourcesOf(t, "ValueSet")
	for url, s := range ours {
		for _, row := range s.Differential {
			for _, ref := range row.Types {
				for _, canonical := range append(ref.Profiles, ref.TargetProfiles...) {
					if ours[canonical] == nil && r4.Definitions().StructureDefinition(canonical) == nil {
						t.Errorf("%s: %s refers to %s, which is nowhere", url, row.ID, canonical)
					}
				}
			}
			if b := row.Binding; b != nil && sets[b.ValueSet].IsZero() {
				t.Errorf("%s: %s takes codes of %s, which is not in the guide", url, row.ID, b.ValueSet)
			}
		}
	}
}

func TestExtensions(t *testing.T) {
	n := 0
	for url, s := range structures(t) {
		if s.Type != "Extension" {
			continue
		}
		n++
		fixed := ""
		for _, row := range s.Differential {
			if row.ID == "Extension.url" {
				fixed = string(row.Fixed)
			}
		}
		if fixed != `"`+url+`"` || len(s.Context) == 0 {
			t.Errorf("%s: fixes url %s and has %d contexts, want its own url and where it may stand", url, fixed, len(s.Context))
		}
		for _, c := range s.Context {
			if c.Type != "element" || structureAt(c.Expression) == nil {
				t.Errorf("%s: may stand in %s %q, which is no element", url, c.Type, c.Expression)
			}
		}
		if modifier := s.Differential[0].IsModifier; modifier != (url == profiles.AdrtCircumstances) {
			t.Errorf("%s: isModifier = %t: only the circumstances of a refusal change what it means", url, modifier)
		}
	}
	if n != 9 {
		t.Errorf("%d extensions, want 9", n)
	}
}
