package fhir_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"hearken/fhir"
)

func TestCodeOf(t *testing.T) {
	wrapped := fmt.Errorf("while reading: %w", fhir.Errorf(fhir.CodeDeleted, "gone"))
	for _, row := range []struct {
		name string
		err  error
		want fhir.IssueCode
	}{
		{"no error", nil, ""},
		{"an Error", fhir.Errorf(fhir.CodeConflict, "two writers"), fhir.CodeConflict},
		{"a wrapped one", wrapped, fhir.CodeDeleted},
		{"a foreign one", io.ErrUnexpectedEOF, fhir.CodeException},
	} {
		if got := fhir.CodeOf(row.err); got != row.want {
			t.Errorf("%s: CodeOf = %q, want %q", row.name, got, row.want)
		}
	}
}

func TestError(t *testing.T) {
	err := fhir.Errorf(fhir.CodeValue, "not a %s", "date").At("Patient.birthDate").Detailed("invalid-date")
	err.Op, err.Err = "create", io.EOF
	if got, want := err.Error(), "create: value: not a date: EOF"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is not found with errors.Is")
	}
	if issue := err.Issues[0]; issue.Detail != "invalid-date" || issue.Expression[0] != "Patient.birthDate" {
		t.Errorf("the issue is %+v, want its detail and place", issue)
	}
}

func TestOutcome_Failed(t *testing.T) {
	for severity, want := range map[fhir.Severity]bool{fhir.Fatal: true, fhir.SeverityError: true, fhir.Warning: false, fhir.Information: false} {
		if got := (fhir.Outcome{{Severity: fhir.Information}, {Severity: severity}}).Failed(); got != want {
			t.Errorf("an outcome with %q: Failed() = %v, want %v", severity, got, want)
		}
	}
}

func TestFormatInstant(t *testing.T) {
	london := time.FixedZone("BST", 3600)
	if got, want := fhir.FormatInstant(time.Date(2026, 7, 1, 3, 12, 0, 5_900_000, london)), "2026-07-01T02:12:00.005Z"; got != want {
		t.Errorf("FormatInstant = %s, want %s", got, want)
	}
}
