package access_test

import (
	"testing"
	"time"

	"hearken/fhir"
	"hearken/internal/access"
)

// Dispatched crews and those who wrote the record are told how to get in; urgent care, a broken glass, the
// practice, software and the person are not.
func TestMayReveal(t *testing.T) {
	may := map[string]bool{"author clinician": true, "crew in contact": true}
	for who, caller := range callers {
		if err := caller.MayReveal("p", []string{"A", ""}); (err == nil) != may[who] || err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
			t.Errorf("%s: %v, want %v", who, err, may[who])
		}
	}
	for name, row := range map[string]struct {
		who     string
		change  func(*access.Caller)
		patient fhir.ID
	}{
		"a crew, of another patient":    {"crew in contact", func(*access.Caller) {}, "q"},
		"a crew whose agreement lapsed": {"crew in contact", func(c *access.Caller) { c.Agreement = access.Lapsed }, "p"},
		"a crew for research":           {"crew in contact", func(c *access.Caller) { c.Purpose = access.OtherUse }, "p"},
		"an author, of nobody":          {"author clinician", func(*access.Caller) {}, ""},
		"a client with a contact":       {"partner", func(c *access.Caller) { c.Contacts, c.Staff = []fhir.ID{"p"}, access.InForce }, "p"},
		"a person with a contact, as ever": {"patient", func(c *access.Caller) {
			c.Contacts, c.Agreement, c.Staff = []fhir.ID{"p"}, access.InForce, access.InForce
		}, "p"},
	} {
		caller := with(callers[row.who], row.change)
		if err := caller.MayReveal(row.patient, []string{"A", ""}); err == nil {
			t.Errorf("%s is told", name)
		}
	}
}

func TestMayRevealAgain(t *testing.T) {
	times := func(n int, ago, step time.Duration) (all []time.Time) {
		for i := range n {
			all = append(all, now.Add(-ago-time.Duration(i)*step))
		}
		return all
	}
	caller := callers["crew in contact"]
	for _, row := range []struct {
		name string
		told []time.Time
		want bool
	}{
		{"the first", nil, true},
		{"the sixth in a minute", times(5, 1, 1), true},
		{"the seventh", times(6, 1, 1), false},
		{"a minute later", append(times(5, 1, 1), now.Add(-time.Minute)), true},
		{"the thirtieth in an hour", times(29, time.Minute, time.Second), true},
		{"the thirty-first", times(30, time.Minute, time.Second), false},
		{"an hour later", append(times(29, time.Minute, time.Second), now.Add(-time.Hour)), true},
	} {
		if err := caller.MayRevealAgain(row.told); (err == nil) != row.want || err != nil && fhir.CodeOf(err) != fhir.CodeThrottled {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}
