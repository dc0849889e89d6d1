package search_test

import (
	"os"
	"testing"
	"time"

	"hearken/internal/fhirtest/searchtest"
)

// The scripts say what the specification says; here they are put to the oracle.
func TestScripts(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	searches := searchtest.Run(t, os.DirFS("../../testdata/search"), func(t *testing.T) searchtest.Server {
		return searchtest.NewMemory(registry(), london, time.Now())
	})
	if searches < 220 && !t.Failed() {
		t.Errorf("testdata/search has %d searches, want 220 at least", searches)
	}
}
