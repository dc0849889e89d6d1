package snapshot_test

import (
	"os"
	"slices"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/igpackage"
	"hearken/fhir/r4"
	"hearken/fhir/validation/snapshot"
	"hearken/internal/fhirtest"
)

// ukCore reads UK Core, which is published without snapshots.
func ukCore(t testing.TB) []definition.StructureDefinition {
	t.Helper()
	p, outcome := igpackage.ReadFolder(r4.Definitions(), os.DirFS(fhirtest.SharedData(t, "ukcore", "structuredefinitions")), igpackage.Limits{})
	if p == nil || len(p.Structures) != 153 {
		t.Fatalf("ReadFolder(ukcore) = %+v", outcome)
	}
	return p.Structures
}

// indexed finds the structures given by a map, then R4's: what a server has.
func indexed(all []definition.StructureDefinition) snapshot.Source {
	base := snapshot.First(r4.Definitions().StructureDefinition, r4.Guide)
	byURL := map[string]*definition.StructureDefinition{}
	for i := range all {
		byURL[all[i].URL] = &all[i]
	}
	return func(canonical string) *definition.StructureDefinition {
		if s := byURL[canonical]; s != nil {
			return s
		}
		return base(canonical)
	}
}

func TestGenerateAll_UKCore(t *testing.T) {
	structures := ukCore(t)
	outcome := snapshot.New(indexed(structures), snapshot.Options{}).GenerateAll(structures)
	for _, issue := range outcome {
		t.Errorf("%s %s %s %s", issue.Severity, issue.Detail, issue.Diagnostics, issue.Expression)
	}
	for i := range structures {
		if len(structures[i].Elements) == 0 {
			t.Errorf("%s has no snapshot", structures[i].URL)
		}
	}
}

// TestGenerate_UKCorePatient looks at rows of one profile: a slice with what it says itself and what it has
// from its type.
func TestGenerate_UKCorePatient(t *testing.T) {
	structures := ukCore(t)
	find := indexed(structures)
	rows, outcome := snapshot.New(find, snapshot.Options{}).Generate(find("https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"))
	if outcome.Failed() {
		t.Fatal(outcome)
	}
	for _, want := range []string{
		"Patient.identifier Patient.identifier 0..-1 Identifier[] []",
		"Patient.identifier:nhsNumber Patient.identifier 0..1 Identifier[] []",
		"Patient.identifier:nhsNumber.extension Patient.identifier.extension 0..-1 Extension[] []",
		"Patient.identifier:nhsNumber.extension:nhsNumberVerificationStatus Patient.identifier.extension 0..1 Extension[https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus] []",
		"Patient.identifier:nhsNumber.system Patient.identifier.system 1..1 uri[] []",
		"Patient.extension:birthSex Patient.extension 0..1 Extension[https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex] []",
	} {
		if !slices.Contains(lines(rows), want) {
			t.Errorf("the snapshot has no row %s", want)
		}
	}
	for _, row := range rows {
		if row.ID == "Patient.identifier:nhsNumber.system" && string(row.Fixed) != `"https://fhir.nhs.uk/Id/nhs-number"` {
			t.Errorf("%s is fixed to %s", row.ID, row.Fixed)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	structures := ukCore(b)
	find := indexed(structures)
	var patient *definition.StructureDefinition
	for i := range structures {
		if structures[i].Name == "UKCorePatient" {
			patient = &structures[i]
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if rows, outcome := snapshot.New(find, snapshot.Options{}).Generate(patient); rows == nil {
			b.Fatal(outcome)
		}
	}
}

func BenchmarkGenerateAll(b *testing.B) {
	structures := ukCore(b)
	find := indexed(structures)
	b.ReportAllocs()
	for b.Loop() {
		for i := range structures {
			structures[i].Elements = nil
		}
		if outcome := snapshot.New(find, snapshot.Options{}).GenerateAll(structures); outcome.Failed() {
			b.Fatal(outcome)
		}
	}
}

// TestUKCore_Links makes one set of R4 and UK Core: what a server with the package works with.
func TestUKCore_Links(t *testing.T) {
	structures := ukCore(t)
	snapshot.New(indexed(structures), snapshot.Options{}).GenerateAll(structures)
	facts := r4.Facts()
	facts.Structures = append(facts.Structures, structures...)
	set, err := definition.NewSet(facts)
	if err != nil {
		t.Fatal(err)
	}
	if s := set.StructureDefinition("https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient|2.6.1"); s == nil || len(s.Elements) < 50 {
		t.Errorf("StructureDefinition(UKCore-Patient) = %+v, want it with its snapshot", s)
	}
	if got, want := len(set.Structures()), len(r4.Definitions().Structures()); got != want {
		t.Errorf("%d structures with UK Core, want %d: profiles are not types", got, want)
	}
}
