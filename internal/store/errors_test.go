package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/internal/store"
)

func TestAsFHIR(t *testing.T) {
	own := fhir.Errorf(fhir.CodeDuplicate, "twice")
	for _, row := range []struct {
		name string
		err  error
		want fhir.IssueCode
	}{
		{"nothing", nil, ""},
		{"its own kind, as it is", own, fhir.CodeDuplicate},
		{"not found", fmt.Errorf("get: %w", store.ErrNotFound), fhir.CodeNotFound},
		{"conflict", store.ErrConflict, fhir.CodeTransient},
		{"read-only", store.ErrReadOnly, fhir.CodeTransient},
		{"full", store.ErrFull, fhir.CodeNoStore},
		{"closed", store.ErrClosed, fhir.CodeTransient},
		{"a bad cursor", store.ErrCursor, fhir.CodeInvalid},
		{"an old cursor", store.ErrCursorExpired, fhir.CodeExpired},
		{"an index that is being built", &store.BuildingError{Parameter: "Patient.birthdate"}, fhir.CodeTransient},
		{"anything else", errors.New("Mrs Smith's disk"), fhir.CodeException},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := store.AsFHIR("search", row.err)
			if got := fhir.CodeOf(err); got != row.want {
				t.Errorf("CodeOf(AsFHIR) = %q, want %q", got, row.want)
			}
			var e *fhir.Error
			if errors.As(err, &e) && strings.Contains(e.Issues[0].Diagnostics, "Smith") {
				t.Errorf("the words of a foreign error reach the client: %q", e.Issues[0].Diagnostics)
			}
		})
	}
	if got := fhir.CodeOf(store.AsFHIR("x", fmt.Errorf("y: %w", own))); got != fhir.CodeDuplicate {
		t.Errorf("a wrapped *fhir.Error becomes %q, want its own code", got)
	}
}

func TestMethod_String(t *testing.T) {
	for method, want := range map[store.Method]string{store.Create: "POST", store.Update: "PUT", store.Patch: "PATCH", store.Delete: "DELETE"} {
		if got := method.String(); got != want {
			t.Errorf("Method(%d) = %q, want %q", method, got, want)
		}
	}
}
