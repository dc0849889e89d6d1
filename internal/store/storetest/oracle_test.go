package storetest_test

import (
	"sync"
	"testing"

	"hearken/internal/store"
	"hearken/internal/store/storetest"
)

// TestOracle holds the oracle to the contract it is the measure of, and the suite to a store it must pass.
func TestOracle(t *testing.T) {
	var mu sync.Mutex
	places := map[string]*storetest.Oracle{}
	storetest.Run(t, func(t testing.TB, place string, setup storetest.Setup) store.Store {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		oracle := places[place]
		if oracle == nil {
			places[place] = storetest.NewOracle(setup)
			return places[place]
		}
		if err := oracle.Reopen(setup); err != nil {
			t.Fatalf("Reopen() = %v", err)
		}
		return oracle
	})
}
