package definition_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir/definition"
)

const base = "http://example.org/StructureDefinition/"

// row is an element that occurs at most once; name it "path*" for any number of times.
func row(path string, types ...string) definition.ElementDefinition {
	path, many := strings.CutSuffix(path, "*")
	e := definition.ElementDefinition{ID: path, Path: path, Max: 1, BaseMax: 1}
	if many {
		e.Max, e.BaseMax = definition.Unbounded, definition.Unbounded
	}
	for _, code := range types {
		e.Types = append(e.Types, definition.TypeRef{Code: code})
	}
	return e
}

func structure(name string, kind definition.Kind, parent string, rows ...definition.ElementDefinition) definition.StructureDefinition {
	if parent != "" {
		parent = base + parent
	}
	return definition.StructureDefinition{URL: base + name, Name: name, Type: name, Kind: kind, BaseDefinition: parent, Elements: rows}
}

func constrained(e definition.ElementDefinition, keys ...string) definition.ElementDefinition {
	for _, key := range keys {
		e.Constraints = append(e.Constraints, definition.Constraint{Key: key})
	}
	return e
}

// small is a specification of five types: enough to show every way of linking.
func small() definition.Facts {
	value := row("string.value", "string")
	value.Regex, value.MaxLength = `\S+`, 10
	again := row("Thing.part.part*")
	again.ContentReference = "Thing.part"
	abstract := structure("Resource", definition.Resource, "", row("Resource"), row("Resource.id", "string"))
	abstract.Abstract = true
	profile := structure("SmallThing", definition.Resource, "Thing", row("Thing"))
	profile.Constraint = true
	return definition.Facts{
		Version: "0.1",
		Structures: []definition.StructureDefinition{
			structure("Element", definition.Complex, "", constrained(row("Element"), "ele-1"), row("Element.id", "string")),
			structure("string", definition.Primitive, "Element", constrained(row("string"), "ele-1"), row("string.id", "string"), value),
			structure("code", definition.Primitive, "string", constrained(row("code"), "ele-1"), row("code.value", "string")),
			abstract,
			structure("Thing", definition.Resource, "Resource",
				row("Thing"), row("Thing.id", "string"),
				constrained(row("Thing.kind[x]", "string", "code"), "ele-1", "thi-1"),
				constrained(row("Thing.part*", "Element"), "ele-1", "thi-2"),
				row("Thing.part.id", "string"), again,
				row("Thing.inside*", "Resource")),
			profile,
		},
		SearchParameters: []definition.SearchParameter{
			{ID: "Resource-id", URL: base + "Resource-id", Code: "_id", Base: []string{"Resource"}},
			{ID: "Thing-kind", URL: base + "Thing-kind", Code: "kind", Base: []string{"Thing"}},
			{ID: "Other-kind", URL: base + "Other-kind", Code: "kind", Base: []string{"Other"}},
		},
		Compartments: []definition.Compartment{{Code: "Thing"}},
		CodeLists: []definition.CodeList{{
			URL: base + "kinds", Version: "1",
			Systems: []definition.CodeSystemCodes{{System: "urn:a", Codes: []string{"x", "y"}}, {System: "urn:b", Codes: []string{"z"}}},
		}},
	}
}

func newSet(t *testing.T, facts definition.Facts) *definition.Set {
	t.Helper()
	set, err := definition.NewSet(facts)
	if err != nil {
		t.Fatalf("NewSet() error: %v", err)
	}
	return set
}

func TestNewSet_Structures(t *testing.T) {
	set := newSet(t, small())
	var paths []string
	for i, s := range set.Structures() {
		if int(s.Index) != i {
			t.Errorf("%s.Index = %d, want %d", s.Path, s.Index, i)
		}
		paths = append(paths, s.Path)
	}
	want := []string{"Element", "string", "code", "Resource", "Thing", "Thing.part"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("Structures() differ (-want +got):\n%s", diff)
	}
	part := set.StructureAt("Thing.part")
	if part.Kind != definition.Backbone || part.Name != "Element" || part.Base != set.Structure("Element") {
		t.Errorf("StructureAt(Thing.part) = %+v, want a backbone on Element", part)
	}
	if got := set.StructureAt("Thing.part.part"); got != part {
		t.Errorf("StructureAt(Thing.part.part) = %v, want that of Thing.part, by content reference", got)
	}
	for _, missing := range []string{"Thing.kind[x]", "Nothing", "SmallThing", ""} {
		if got := set.StructureAt(missing); got != nil {
			t.Errorf("StructureAt(%q) = %v, want nil", missing, got.Path)
		}
	}
}

func TestNewSet_Fields(t *testing.T) {
	set := newSet(t, small())
	for _, row := range []struct{ name, at, member, path, typ string }{
		{"a plain element", "Thing", "id", "Thing.id", "string"},
		{"one name per type of a choice", "Thing", "kindCode", "Thing.kind[x]", "code"},
		{"the published name of a choice is no member", "Thing", "kind", "", ""},
		{"a backbone", "Thing", "part", "Thing.part", "Thing.part"},
		{"a content reference", "Thing.part", "part", "Thing.part.part", "Thing.part"},
		{"any resource", "Thing", "inside", "Thing.inside", "Resource"},
		{"the value of a primitive is no member", "string", "value", "", ""},
		{"an unknown name", "Thing", "idd", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			field := set.StructureAt(row.at).Field([]byte(row.member))
			if field == nil {
				if row.path != "" {
					t.Fatalf("Field(%s) of %s = nil, want %s", row.member, row.at, row.path)
				}
				return
			}
			if field.Element.Path != row.path || field.Type.Path != row.typ || field.JSONName != row.member {
				t.Errorf("Field(%s) of %s = %s: %s, want %s: %s", row.member, row.at, field.Element.Path, field.Type.Path, row.path, row.typ)
			}
		})
	}
}

// A row repeats the constraints of its type; they must not be evaluated twice.
func TestNewSet_Constraints(t *testing.T) {
	set := newSet(t, small())
	for _, row := range []struct{ path, element, structure string }{
		{"Thing.kind[x]", "thi-1", "ele-1"},
		{"Thing.part", "", "ele-1 thi-2"},
		{"Thing.part.part", "", "ele-1 thi-2"},
	} {
		for _, e := range set.Elements() {
			if e.Path != row.path {
				continue
			}
			if got := keys(e.Constraints); got != row.element {
				t.Errorf("%s: element constraints = %q, want %q", row.path, got, row.element)
			}
			if got := keys(e.Fields[0].Type.Constraints); got != row.structure {
				t.Errorf("%s: constraints of its type = %q, want %q", row.path, got, row.structure)
			}
		}
	}
}

func keys(constraints []*definition.Constraint) string {
	var all []string
	for _, c := range constraints {
		all = append(all, c.Key)
	}
	return strings.Join(all, " ")
}

func TestSet_Lookups(t *testing.T) {
	set := newSet(t, small())
	if got := strings.Join(set.Resources(), " "); got != "Thing" {
		t.Errorf("Resources() = %s, want Thing", got)
	}
	for name, want := range map[string]bool{"Thing": true, "Resource": false, "Thing.part": false, "string": false, "": false} {
		if got := set.IsResource(name); got != want {
			t.Errorf("IsResource(%q) = %t, want %t", name, got, want)
		}
	}
	if set.ByURL(base+"Thing|0.1") != set.Structure("Thing") {
		t.Error("ByURL(Thing|0.1) is not Structure(Thing)")
	}
	if got := set.StructureDefinition(base + "SmallThing"); got == nil || !got.Constraint {
		t.Errorf("StructureDefinition(SmallThing) = %v, want the profile", got)
	}
	if !set.Structure("code").IsA("Element") || set.Structure("string").IsA("code") {
		t.Error("IsA: want a code to be an Element, and a string not to be a code")
	}
	if id := set.NameID("kind"); id == 0 || set.Name(id) != "kind" {
		t.Errorf("Name(NameID(kind)) = %q, want kind", set.Name(id))
	}
	if set.NameID("nothing") != 0 || set.Name(0) != "" || set.Name(60000) != "" {
		t.Error("an unknown name must be 0, and an unknown number no name")
	}
	if got := set.Structure("string"); got.Regex != `\S+` || got.MaxLength != 10 {
		t.Errorf("Structure(string) = %q, %d, want those of its value", got.Regex, got.MaxLength)
	}
	if set.Structure("Thing").Element("kind") != set.Structure("Thing").Elements[1] || set.Structure("Thing").Element("kind[x]") != nil {
		t.Error("Element(kind) is not the second element of Thing")
	}
}

func TestSet_SearchParametersOf(t *testing.T) {
	set := newSet(t, small())
	for resource, want := range map[string]string{"Thing": "_id kind", "Resource": "_id", "Nothing": ""} {
		var codes []string
		for _, p := range set.SearchParametersOf(resource) {
			codes = append(codes, p.Code)
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("SearchParametersOf(%s) = %q, want %q", resource, got, want)
		}
	}
	if got := set.SearchParameterByURL(base + "Thing-kind|1"); got != set.SearchParameters()[1] {
		t.Errorf("SearchParameterByURL(Thing-kind) = %v, want the second", got)
	}
}

func TestCodeList(t *testing.T) {
	list := newSet(t, small()).CodeList(base + "kinds|2")
	if list == nil || !list.Enumerable() {
		t.Fatalf("CodeList(kinds) = %v, want an enumerable list", list)
	}
	for _, row := range []struct {
		system, code  string
		coding, plain bool
	}{
		{"urn:a", "x", true, true}, {"urn:b", "z", true, true}, {"urn:b", "x", false, true},
		{"urn:c", "x", false, true}, {"urn:a", "X", false, false}, {"urn:a", "", false, false},
	} {
		if got := list.Has(row.system, row.code); got != row.coding {
			t.Errorf("Has(%s, %s) = %t, want %t", row.system, row.code, got, row.coding)
		}
		if got := list.HasCode(row.code); got != row.plain {
			t.Errorf("HasCode(%s) = %t, want %t", row.code, got, row.plain)
		}
	}
}

func TestNewSet_Faults(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(*definition.Facts)
		want  string
	}{
		{"unknown type", func(f *definition.Facts) { f.Structures[4].Elements[1].Types[0].Code = "strnig" }, `Thing.id: type "strnig" is not defined`},
		{"unknown base", func(f *definition.Facts) { f.Structures[4].BaseDefinition = base + "Ressource" }, "base"},
		{"unknown content reference", func(f *definition.Facts) { f.Structures[4].Elements[5].ContentReference = "Thing.prat" }, "Thing.prat"},
		{"two types, no choice", func(f *definition.Facts) { f.Structures[4].Elements[1] = row("Thing.id", "string", "code") }, "want one type, got 2"},
		{"a structure twice", func(f *definition.Facts) { f.Structures = append(f.Structures, f.Structures[4]) }, "Thing is defined twice"},
		{"an element twice", func(f *definition.Facts) { f.Structures[4].Elements[1] = row("Thing.kindCode", "code") }, `"kindCode"`},
		{"a parameter twice", func(f *definition.Facts) { f.SearchParameters = append(f.SearchParameters, f.SearchParameters[0]) }, "Resource-id is defined twice"},
		{"a list twice", func(f *definition.Facts) { f.CodeLists = append(f.CodeLists, f.CodeLists[0]) }, "kinds is defined twice"},
	} {
		t.Run(row.name, func(t *testing.T) {
			facts := small()
			row.spoil(&facts)
			_, err := definition.NewSet(facts)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("NewSet() error = %v, want one that says %q", err, row.want)
			}
		})
	}
}

func BenchmarkField(b *testing.B) {
	set, err := definition.NewSet(small())
	if err != nil {
		b.Fatal(err)
	}
	thing, name := set.Structure("Thing"), []byte("kindCode")
	b.ReportAllocs()
	for b.Loop() {
		if thing.Field(name) == nil {
			b.Fatal("not found")
		}
	}
}
