// Package storetest is the contract of package store as tests: every engine runs the same suite, and an in-memory
// store that evaluates queries with search.Match (NewOracle) is what their answers are compared with.
//
// Run is the conformance suite, one named test for every sentence of the contract; Differential compares
// answers with the oracle's. An engine's test calls both. Their resources are synthetic: an index of random
// values under a small set of parameters of every kind, and a body that names its content, so that no FHIR is
// needed to test a store.
package storetest

import (
	"testing"
	"time"

	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// Setup is what a store is opened with.
type Setup struct {
	Parameters []*query.Parameter
	Extract    store.Extractor
	Now        func() time.Time
}

// Open opens the store at a place, which is a name: the same place again, after Close, is the same store re-opened.
// Each test uses its own places. It must not register a clean-up that closes the store twice.
type Open func(t testing.TB, place string, setup Setup) store.Store

// Run runs the suite against an engine.
func Run(t *testing.T, open Open) {
	for _, section := range []struct {
		name  string
		tests []contractTest
	}{
		{"Update", updateTests}, {"Versions", versionTests}, {"Claims", claimTests}, {"Races", raceTests},
		{"History", historyTests}, {"Changes", changeTests}, {"Search", searchTests}, {"Paging", pagingTests},
		{"Includes", includeTests}, {"Labels", labelTests}, {"Lifecycle", lifecycleTests},
	} {
		t.Run(section.name, func(t *testing.T) {
			for _, test := range section.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.run(&bench{T: t, open: open, place: t.Name(), world: NewWorld(), clock: newClock()})
				})
			}
		})
	}
}

// contractTest is one sentence of the contract.
type contractTest struct {
	name string
	run  func(*bench)
}
