package search_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // Europe/London where the machine has no zones

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/search"
	"hearken/internal/fhirtest"
)

func parseRow(t *testing.T, p *search.Parser, row string) (*search.Request, error) {
	t.Helper()
	target, pairs, options := readRow(t, row)
	return p.Parse(target, pairs, options)
}

// The self link says what was searched: what was left out or concerns the wire is not in it.
func TestRequest_Applied(t *testing.T) {
	rows := []struct{ name, row, want string }{
		{"as given", "Patient?family=a&gender:not=male&_sort=-birthdate&_count=5", "family=a gender:not=male _sort=-birthdate _count=5"},
		{"empty parameters", "Patient?family=&gender=male", "gender=male"},
		{"the wire's business", "Patient?_format=json&gender=male&_pretty=true", "gender=male"},
		{"the page", "Patient?gender=male&_page=abc", "gender=male"},
		{"left out", "[lenient] Patient?colour=red&gender=male&_text=x&_sort=colour", "gender=male"},
		{"includes", "Patient?_include=Patient:organization&_revinclude=CarePlan:*", "_include=Patient:organization _revinclude=CarePlan:*"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			request, err := parseRow(t, parserAt(t), row.row)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, pair := range request.Applied {
				got = append(got, pair.Name+"="+pair.Value)
			}
			if text := strings.Join(got, " "); text != row.want {
				t.Errorf("Parse(%s).Applied = %s, want %s", row.row, text, row.want)
			}
		})
	}
}

// Wherever a name was not known, the valid ones are listed.
func TestParse_ListsValidNames(t *testing.T) {
	rows := []struct{ name, row, want string }{
		{"parameter", "Patient?colour=red", "active, address"},
		{"parameter, the special ones too", "Patient?colour=red", "_has"},
		{"in a chain", "CarePlan?patient.colour=red", "birthdate, death-date"},
		{"in a chain to several types", "CarePlan?subject.colour=red", "characteristic, characteristic-value"},
		{"target of a chain", "CarePlan?subject:Device.type=x", "Group, Patient"},
		{"in _has", "Patient?_has:Observation:patient:colour=1", "value-quantity"},
		{"reference in _has", "Patient?_has:Observation:colour:code=1", "patient"},
		{"modifier", "Patient?family:colour=x", "missing, exact, contains"},
		{"modifier of a reference", "Observation?subject:colour=1", "missing, not, identifier, Device, Group, Location, Patient"},
		{"in _sort", "Patient?_sort=colour", "birthdate"},
		{"in _include", "CarePlan?_include=CarePlan:colour", "activity-reference, based-on"},
		{"target of _include", "CarePlan?_include=CarePlan:subject:Device", "Group, Patient"},
		{"in _elements", "Patient?_elements=colour", "birthDate"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := parseRow(t, parserAt(t), row.row)
			var failure *fhir.Error
			if !errors.As(err, &failure) {
				t.Fatalf("Parse(%s) = %v, want a *fhir.Error", row.row, err)
			}
			if text := failure.Issues[0].Diagnostics; !strings.Contains(text, row.want) {
				t.Errorf("Parse(%s) says %q, want %q in it", row.row, text, row.want)
			}
		})
	}
}

// No word of a refusal repeats what the client searched for.
func TestParse_KeepsValuesToItself(t *testing.T) {
	const secret = "9990000018"
	for _, row := range []string{
		"Patient?birthdate=" + secret + "x", "Patient?identifier=a|b|" + secret, "Patient?" + secret + "=1",
		"Patient?colour=" + secret, "Patient?family:" + secret + "=x", "Patient?_sort=" + secret, "Patient?_elements=" + secret,
		"Patient?_include=" + secret, "Patient?_include=" + secret + ":x", "Patient?_has:Observation:patient:" + secret + "=1",
		"Patient?_count=" + secret + "x", "Patient?_type=" + secret, "CarePlan?subject:" + secret + ".name=x", "CarePlan?patient." + secret + "=x",
		"CarePlan?_include=CarePlan:subject:" + secret, "CarePlan?_include=CarePlan:" + secret, "Patient?_has:" + secret + ":patient:code=1",
		"Observation?subject=Sponsor/" + secret, "Observation?value-quantity=" + secret + "|x", "Patient?_summary=" + secret,
	} {
		_, err := parseRow(t, parserAt(t), row)
		var failure *fhir.Error
		if !errors.As(err, &failure) {
			t.Errorf("Parse(%s) = %v, want a refusal", row, err)
			continue
		}
		for _, issue := range failure.Issues {
			if text := issue.Diagnostics + strings.Join(issue.Expression, ""); strings.Contains(text, secret) {
				t.Errorf("Parse(%s) says %q, which repeats the value", row, text)
			}
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("Parse(%s) = %v, which repeats the value", row, err)
		}
	}
}

func TestParse_Handling(t *testing.T) {
	rows := []struct {
		name    string
		server  search.Handling
		options search.Options
		refused bool
	}{
		{"strict server", search.Strict, search.Options{}, true},
		{"strict server, lenient request", search.Strict, search.Options{Lenient: true}, false},
		{"lenient server", search.Lenient, search.Options{}, false},
		{"lenient server, strict request", search.Lenient, search.Options{Strict: true}, true},
		{"criteria on a lenient server", search.Lenient, search.Options{Criteria: true, Lenient: true}, true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := parserAt(t)
			p.UnknownParameters = row.server
			request, err := p.Parse(search.Target{Type: "Patient"}, []search.Pair{{Name: "colour", Value: "red"}, {Name: "gender", Value: "male"}}, row.options)
			if (err != nil) != row.refused {
				t.Fatalf("Parse = %v, want refused %v", err, row.refused)
			}
			if !row.refused && len(request.Issues) != 1 {
				t.Errorf("Parse warns of %v, want one warning", request.Issues)
			}
		})
	}
}

func TestParse_Limits(t *testing.T) {
	p := parserAt(t)
	p.Limits = search.Limits{MaxCount: 20, DefaultCount: 100, Conditions: 5, Includes: 2, SortKeys: 1, ChainDepth: 1}
	rows := []struct {
		row  string
		code fhir.IssueCode
	}{
		{"Patient?family=a,b,c,d,e", ""},
		{"Patient?family=a,b,c,d,e,f", fhir.CodeTooCostly},
		{"Patient?family=a,b,c&given=d,e,f", fhir.CodeTooCostly},
		{"?_tag=a", fhir.CodeTooCostly},
		{"Patient?_sort=_id", ""},
		{"Patient?_sort=_id,family", fhir.CodeTooCostly},
		{"CarePlan?_include=CarePlan:subject&_include=CarePlan:encounter", ""},
		{"CarePlan?_revinclude=*", fhir.CodeTooCostly},
		{"CarePlan?patient.name=a", ""},
		{"CarePlan?patient.organization.name=a", fhir.CodeTooCostly},
		{"CarePlan?patient._has:Consent:patient:status=a", fhir.CodeTooCostly},
	}
	for _, row := range rows {
		request, err := parseRow(t, p, row.row)
		if got := fhir.CodeOf(err); got != row.code {
			t.Errorf("Parse(%s) = %v, want code %q", row.row, err, row.code)
		}
		if err == nil && request.Query.Count != 20 {
			t.Errorf("Parse(%s) has count %d, want 20", row.row, request.Query.Count)
		}
	}
}

// A chain whose links each go to many types must not multiply without end, whether it leads anywhere or not.
func TestParse_WideChain(t *testing.T) {
	for _, row := range []string{
		"Basic?subject.subject.subject.subject.subject._id=a", "Basic?subject.subject.subject.subject.subject.colour=a",
	} {
		var err error
		took := fhirtest.CPUTime(t, func() { _, err = parseRow(t, parserAt(t), row) })
		if fhir.CodeOf(err) != fhir.CodeTooCostly || took > time.Second {
			t.Errorf("Parse(%s) = %v in %v, want too-costly in no time", row, err, took)
		}
	}
}

// Of the types a chain may go to, those that can go on are searched.
func TestParse_ChainThroughSomeTypes(t *testing.T) {
	request, err := parseRow(t, parserAt(t), "Provenance?target.patient.name=a")
	if err != nil {
		t.Fatal(err)
	}
	if text := request.Query.Where.String(); !strings.Contains(text, "Provenance.target -> CarePlan(CarePlan.patient -> Patient(") {
		t.Errorf("where = %s, want CarePlan among the targets", text)
	}
	request, err = parseRow(t, parserAt(t), "Provenance?target.subject.gender=male")
	if err != nil || !strings.Contains(request.Query.Where.String(), "Patient.gender") {
		t.Errorf("Parse = %v, want the targets whose subject has a gender", err)
	}
}

func TestParse_AllIssuesAtOnce(t *testing.T) {
	_, err := parseRow(t, parserAt(t), "Patient?colour=red&birthdate=soon&_count=x&gender:odd=1")
	var failure *fhir.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	var got []string
	for _, issue := range failure.Issues {
		got = append(got, issue.Expression...)
	}
	if diff := cmp.Diff([]string{"http.colour", "http.birthdate", "http._count", "http.gender:odd"}, got); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
}
