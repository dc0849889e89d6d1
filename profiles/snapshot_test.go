package profiles_test

import (
	"slices"
	"testing"

	"hearken/fhir/definition"
	"hearken/fhir/r4"
	"hearken/fhir/validation/snapshot"
	"hearken/profiles"
)

// Every structure has a snapshot, and its differential is in the order of the base.
func TestSnapshots(t *testing.T) {
	ours := structures(t)
	source := func(canonical string) *definition.StructureDefinition {
		if s := ours[canonical]; s != nil {
			return s
		}
		return r4.Definitions().StructureDefinition(canonical)
	}
	generator := snapshot.New(source, snapshot.Options{Strict: true})
	for url, s := range ours {
		rows, outcome := generator.Generate(s)
		if rows == nil || len(outcome) > 0 {
			t.Errorf("%s: Generate = %d rows, %v, want a snapshot and no issues", url, len(rows), outcome)
			continue
		}
		for _, change := range s.Differential {
			checkSnapshot(t, url, change, rows)
		}
	}
}

// checkSnapshot: what the differential says is in the snapshot.
func checkSnapshot(t *testing.T, url string, change definition.ElementChange, rows []definition.ElementDefinition) {
	t.Helper()
	at := slices.IndexFunc(rows, func(row definition.ElementDefinition) bool { return row.ID == change.ID })
	if at < 0 {
		t.Errorf("%s: the snapshot has no %s", url, change.ID)
		return
	}
	row := rows[at]
	if change.Given.Has(definition.GivenMin) && row.Min != change.Min || change.Given.Has(definition.GivenMax) && row.Max != change.Max {
		t.Errorf("%s: %s is %d..%d in the snapshot, %d..%d in the differential", url, change.ID, row.Min, row.Max, change.Min, change.Max)
	}
	if string(row.Fixed) != string(change.Fixed) || string(row.Pattern) != string(change.Pattern) {
		t.Errorf("%s: %s is fixed to %s%s in the snapshot, %s%s in the differential", url, change.ID, row.Fixed, row.Pattern, change.Fixed, change.Pattern)
	}
	for _, c := range change.Constraints {
		if !slices.ContainsFunc(row.Constraints, func(one definition.Constraint) bool { return one.Key == c.Key }) {
			t.Errorf("%s: %s lost %s in the snapshot", url, change.ID, c.Key)
		}
	}
}

// A modifier extension stays one in its snapshot.
func TestSnapshots_Modifier(t *testing.T) {
	generator := snapshot.New(r4.Definitions().StructureDefinition, snapshot.Options{})
	rows, outcome := generator.Generate(structures(t)[profiles.AdrtCircumstances])
	if len(rows) == 0 || !rows[0].IsModifier {
		t.Errorf("Generate = %d rows, %v, want a modifier", len(rows), outcome)
	}
}
