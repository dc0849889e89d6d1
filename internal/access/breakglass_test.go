package access_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/internal/access"
)

// Clinicians on a list, lapsed or not, and nobody else.
func TestMayBreakGlass(t *testing.T) {
	may := map[string]bool{"author clinician": true, "practice clinician": true, "paramedic": true, "other clinician": true, "crew in contact": true,
		"broke the glass": true, "glass whole again": true, "lapsed agreement": true, "lapsed training": true, "lapsed, broke": true, "lapsed, broke nobody's": true}
	for who, caller := range callers {
		if err := caller.MayBreakGlass(); (err == nil) != may[who] || err != nil && fhir.CodeOf(err) != fhir.CodeForbidden {
			t.Errorf("%s: %v, want %v", who, err, may[who])
		}
	}
}

func TestMayBreakAgain(t *testing.T) {
	ago := func(times ...time.Duration) (all []time.Time) {
		for _, one := range times {
			all = append(all, now.Add(-one))
		}
		return all
	}
	caller := callers["other clinician"]
	var day []time.Duration
	for i := range 20 {
		day = append(day, time.Hour+time.Duration(i)*time.Minute)
	}
	for _, row := range []struct {
		name  string
		began []time.Time
		want  bool
	}{
		{"the first", nil, true},
		{"the fifth in an hour", ago(1, 2, 3, time.Hour-1), true},
		{"the sixth", ago(1, 2, 3, 4, time.Hour-1), false},
		{"an hour later", ago(1, 2, 3, 4, time.Hour), true},
		{"the twentieth in a day", ago(day[1:]...), true},
		{"the twenty-first", ago(day...), false},
		{"a day later", append(ago(day[1:]...), now.Add(-24*time.Hour)), true},
	} {
		if err := caller.MayBreakAgain(row.began); (err == nil) != row.want || err != nil && fhir.CodeOf(err) != fhir.CodeThrottled {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}

func TestMayReview(t *testing.T) {
	for who, caller := range callers {
		for _, own := range []bool{false, true} {
			if err := caller.MayReview("A", own); (err == nil) != ((who == "privacy officer" || who == "officer with patients") && !own) {
				t.Errorf("%s, own %v: %v", who, own, err)
			}
			if err := caller.MayReview("X", own); err == nil {
				t.Errorf("%s looks into another organisation's", who)
			}
		}
	}
	for _, caller := range []access.Caller{callers["privacy officer"]} {
		caller.Agreement = access.Lapsed
		if err := caller.MayReview("A", false); err == nil {
			t.Error("a lapsed officer looks into it")
		}
	}
	placeless := callers["officer of no place"]
	if err := placeless.MayReview("", false); err == nil {
		t.Error("an officer of no organisation looks into what was done for none")
	}
}

// The grant of the patient, while it runs.
func TestBrokeGlassFor(t *testing.T) {
	caller := access.Caller{Now: now, Grants: []access.Grant{{Patient: "p", Until: now}, {Patient: "q", Until: now.Add(1), Reason: "first"}, {Patient: "q", Until: now.Add(2)}}}
	for want, patients := range map[string][]fhir.ID{"first": {"x", "q"}, "": {"p", "x"}} {
		if g, ok := caller.BrokeGlassFor(patients); g.Reason != want || ok != (want != "") {
			t.Errorf("BrokeGlassFor(%v) = %v, %v", patients, g, ok)
		}
	}
}

func TestAlerts(t *testing.T) {
	ann := access.Identity{NHSNumber: "1", Families: []string{"O'Neil"}, FullNames: []string{"Ann O'Neil"}, BirthDate: "1980-01-01", Addresses: []string{"1 High Street LS1 1AA"}}
	for _, row := range []struct {
		name       string
		patient    access.Identity
		colleagues []string
		want       []access.Alert
	}{
		{"nobody known", access.Identity{}, []string{""}, nil},
		{"somebody else", access.Identity{Families: []string{"Smith"}, FullNames: []string{"Bob Smith"}, Addresses: []string{"2 High Street LS1 1AA"}}, []string{"Cy Jones"}, nil},
		{"the same surname, written otherwise", access.Identity{Families: []string{"ONEIL"}}, nil, []access.Alert{access.SameSurname}},
		{"the same address, written otherwise", access.Identity{Addresses: []string{"1, high street ls11aa"}}, nil, []access.Alert{access.SameAddress}},
		{"a colleague", access.Identity{FullNames: []string{"Bob Smith"}}, []string{"bob smith"}, []access.Alert{access.Colleague}},
		{"oneself, by number", access.Identity{NHSNumber: "1"}, nil, []access.Alert{access.Oneself}},
		{"oneself, by name and birth", access.Identity{FullNames: []string{"ann oneil"}, BirthDate: "1980-01-01"}, nil, []access.Alert{access.Oneself}},
		{"a namesake", access.Identity{FullNames: []string{"ann oneil"}, BirthDate: "1990-01-01"}, nil, nil},
		{"somebody born the same day", access.Identity{FullNames: []string{"Bob Smith"}, BirthDate: "1980-01-01"}, nil, nil},
	} {
		if diff := cmp.Diff(row.want, access.Alerts(&ann, &row.patient, row.colleagues)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
	if got := access.Alerts(&access.Identity{}, &access.Identity{}, nil); got != nil {
		t.Errorf("two of whom nothing is known: %v", got)
	}
	dash := access.Identity{Families: []string{"-"}, FullNames: []string{"Jo Day"}, Addresses: []string{"."}}
	if got := access.Alerts(&dash, &dash, nil); got != nil {
		t.Errorf("two of one name, of whom nothing else is known: %v", got)
	}
}
