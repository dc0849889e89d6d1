package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/access"
)

func tokens(pairs ...string) (label []query.Token) {
	for i := 0; i < len(pairs); i += 2 {
		label = append(label, query.Token{System: pairs[i], Code: pairs[i+1]})
	}
	return label
}

// A label is in order and has nothing twice, so that two that say the same are the same.
func TestRecord_Of(t *testing.T) {
	r := access.Record{Patient: "p", Published: true, Authors: []string{"Z", "", "B"}, Practices: []string{"B", "Z"}, Carers: []string{"A"}}
	want := tokens("contact", "p", "emergency", "p", "org", "A", "org", "B", "org", "Z", "self", "p", "urgent", "")
	if diff := cmp.Diff(want, r.Of()); diff != "" {
		t.Errorf("Of() (-want +got):\n%s", diff)
	}
	r.Restricted, r.Waits = true, "t"
	want = tokens("emergency", "p", "org", "B", "org", "Z", "restricted", "", "self", "p", "waits", "t")
	if diff := cmp.Diff(want, r.Of()); diff != "" {
		t.Errorf("Of() of a restricted record (-want +got):\n%s", diff)
	}
}

// What is of several patients is restricted when one of them is, in whatever order they come.
func TestLabel_OfSeveral(t *testing.T) {
	third := second
	third.Patient, third.Restricted = "r", true
	for name, patients := range map[string][][]query.Token{"first": {third.Of(), ordinary.Of()}, "last": {ordinary.Of(), third.Of()}, "between": {ordinary.Of(), third.Of(), second.Of()}} {
		if diff := cmp.Diff(tokens("org", "A", "restricted", ""), access.Label(access.Resource{Type: "List"}, patients...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(tokens("org", "A", "org", "P", "urgent", ""), things["of two"]); diff != "" {
		t.Errorf("of two (-want +got):\n%s", diff)
	}
}

var ends = now.Add(time.Hour)

// The marks of a resource stand in its label: that the whole is withheld by the person, and of several by nobody.
func TestLabel_Marks(t *testing.T) {
	when := ends.Format(time.RFC3339)
	note := access.Resource{Type: "Observation", FromPatient: true, Marks: slices.Concat(access.MarkWhole(ends), access.MarkParameters([]string{"code"}, time.Time{}))}
	for name, row := range map[string]struct{ want, got []query.Token }{
		"of one":                                 {tokens("contact", "p", "emergency", "p", "later", "p|"+when, "org", "A", "org", "H", "org", "P", "until", when, "urgent", "", "withheld code", "-"), access.Label(note, ordinary.Of())},
		"of two":                                 {tokens("org", "A", "org", "P", "until", when, "urgent", "", "withheld code", "-"), access.Label(note, ordinary.Of(), second.Of())},
		"marks of the patient's own are not its": {things["plan"], access.Label(access.Resource{Type: "CarePlan"}, slices.Concat(ordinary.Of(), access.MarkParameters([]string{"name"}, ends)))},
	} {
		if diff := cmp.Diff(row.want, row.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What was withheld until some time is seen by the person, and by nobody else of whom it is not, once that
// time has come for them.
func TestLabel_SeenLater(t *testing.T) {
	note := access.Label(access.Resource{Type: "Observation", FromPatient: true, Marks: access.MarkWhole(ends)}, ordinary.Of())
	for at, want := range map[time.Time]bool{ends.Add(-1): false, ends: true, ends.Add(time.Hour): true} {
		for id, own := range map[fhir.ID]bool{"p": true, "q": false, "A": false} {
			d := access.Decide(access.Caller{Now: at, Role: access.Patient, Purpose: access.OwnRecord, Patient: id, Ended: access.Ended(note, at)})
			if d.See(note) != (want && own) {
				t.Errorf("%s at %s sees it: %v", id, at, !want)
			}
		}
	}
}

func TestMarks(t *testing.T) {
	when := ends.Format(time.RFC3339)
	for _, row := range []struct {
		name      string
		want, got []query.Token
	}{
		{"parameters", tokens("withheld a", when, "withheld b", when, "until", when), access.MarkParameters([]string{"a", "b"}, ends)},
		{"for good", tokens("withheld a", "-"), access.MarkParameters([]string{"a"}, time.Time{})},
		{"none", []query.Token{}, access.MarkParameters(nil, ends)},
		{"the whole", tokens("later", when, "until", when), access.MarkWhole(ends)},
		{"without them", tokens("org", "A", "urgent", ""), access.WithoutMarks(tokens("org", "A", "later", "p|x", "until", when, "withheld a", "-", "urgent", ""))},
	} {
		if diff := cmp.Diff(row.want, row.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

// Ends are read off the mark of their own, and no other token.
func TestEnded(t *testing.T) {
	when, later := ends.Format(time.RFC3339), ends.Add(time.Hour).Format(time.RFC3339)
	label := tokens("until", when, "until", later, "until", "-", "withheld a", when, "org", when)
	if diff := cmp.Diff([]string{when}, access.Ended(label, ends)); diff != "" {
		t.Errorf("as one comes (-want +got):\n%s", diff)
	}
	if got := access.Ended(label, ends.Add(-time.Second)); got != nil {
		t.Errorf("before: %v", got)
	}
}

// In which records a parameter tells a caller what it reads.
func TestReadable(t *testing.T) {
	parameter := &query.Parameter{Code: query.AccessCode, Kind: query.KindToken}
	when := ends.Format(time.RFC3339)
	marked := append(ordinary.Of(), access.MarkParameters([]string{"code"}, ends)...)
	patient := callers["patient"]
	later := with(patient, func(c *access.Caller) { c.Ended = []string{when} })
	for _, row := range []struct {
		name        string
		caller      access.Caller
		code        string
		whereabouts bool
		label       []query.Token
		want        bool
	}{
		{"the person, what is withheld", patient, "code", false, marked, false},
		{"the person, another parameter", patient, "status", false, marked, true},
		{"the person, of another resource", patient, "code", false, ordinary.Of(), true},
		{"the person, when it has ended", later, "code", false, marked, true},
		{"the person, their own whereabouts", patient, "address", true, restricted.Of(), true},
		{"a crew, what the person does not see", callers["crew in contact"], "code", false, marked, true},
		{"a crew, whereabouts", callers["crew in contact"], "address", true, ordinary.Of(), true},
		{"a crew, whereabouts of the restricted", callers["crew in contact"], "address", true, restricted.Of(), false},
		{"an author, whereabouts of the restricted", callers["author clinician"], "address", true, restricted.Of(), true},
	} {
		d := access.Decide(row.caller)
		e := d.Readable(parameter, row.code, row.whereabouts)
		if got := e == nil || holds(e, row.label); got != row.want {
			t.Errorf("%s: readable = %v, want %v", row.name, got, row.want)
		}
	}
	crew := access.Decide(callers["crew in contact"])
	if e := crew.Readable(parameter, "code", false); e != nil {
		t.Errorf("a parameter that is withheld from nobody but the person has a condition: %v", e)
	}
}

// What a system of no organisation told is nobody's to see, whoever has no organisation either.
func TestLabel_FedByNobody(t *testing.T) {
	if label := access.Label(access.Resource{Type: "AuditEvent", Fed: true}, ordinary.Of()); len(label) > 0 {
		t.Errorf("it has the label %v", label)
	}
}
