package interaction_test

import (
	"fmt"
	"testing"
	"time"
)

// A transaction of the largest size, each entry with a condition or a conditional reference of its own, is
// done in seconds: nothing in it is quadratic.
func TestTransaction_Large(t *testing.T) {
	s, _ := newServer(t)
	var entries []string
	for i := range 5000 {
		entries = append(entries,
			ent(fmt.Sprintf("urn:uuid:%08d-0000-4000-8000-000000000000", i), patient("", fmt.Sprint(i)), "POST", "Patient", "ifNoneExist", fmt.Sprintf("identifier=urn:test|%d", i)),
			ent("", observation(fmt.Sprintf("Patient?identifier=urn:test|%d", i)), "POST", "Observation"))
	}
	for _, what := range []string{"all new", "all there"} {
		began := time.Now()
		mustDo(t, s, 200, "POST", "", bundleOf("transaction", entries...))
		took := time.Since(began)
		t.Logf("%s: %v", what, took)
		if took > time.Minute {
			t.Errorf("%s took %v", what, took)
		}
	}
}
