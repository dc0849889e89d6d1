package stafflist_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/r4"
	"hearken/fhir/validation"
	"hearken/internal/access"
	"hearken/internal/careplan/stafflist"
)

var of = stafflist.Organisation{Key: fhir.Key{Type: "Organization", ID: "a"}, Code: "RA1"}

var (
	nurse = stafflist.Entry{Issuer: "https://issuer.test", Subject: "nurse", Name: "Sister \"Q\"", Role: access.Clinical, From: "2026-01-01", Until: "2027-01-01", Trained: "2026-12-31"}
	clerk = stafflist.Entry{RoleProfile: "555", Role: access.UrgentNonClinical, Trained: "2026-12-31"}
	both  = stafflist.Entry{Issuer: "https://issuer.test", Subject: "both", RoleProfile: "556", Role: access.CareHome}
)

const header = "issuer,subject,sds-role-profile-id,name,role,from,until,trained-until\n"

func TestReadCSV(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       []stafflist.Entry
	}{
		{"all columns", header + "https://issuer.test,nurse,,\"Sister \"\"Q\"\"\",clinical,2026-01-01,2027-01-01,2026-12-31\n,,555,,urgent-non-clinical,,,2026-12-31\n", []stafflist.Entry{nurse, clerk}},
		{"columns in another order, CRLF, byte order mark, spaces", "\uFEFFRole, sds-role-profile-id ,trained-until\r\nurgent-non-clinical, 555 ,2026-12-31\r\n", []stafflist.Entry{clerk}},
		{"nobody", header, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, issues := stafflist.ReadCSV([]byte(row.text), 10)
			if diff := cmp.Diff(row.want, got); diff != "" || issues.Failed() {
				t.Errorf("ReadCSV (-want +got):\n%s%v", diff, issues)
			}
		})
	}
}

func TestReadCSV_Faults(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing at all", "", "staff-list-form@1:1"},
		{"not UTF-8", header + "\xff,,,,clinical,,,\n", "staff-list-form@1:1"},
		{"a column nobody knows", "issuer,subject,role,salary\n", "staff-list-column@1:4"},
		{"a column twice", "issuer,subject,role,role\n", "staff-list-column@1:4"},
		{"no role", "issuer,subject\n", "staff-list-column@1:1"},
		{"nobody named", "role\n", "staff-list-column@1:1"},
		{"too few values", header + "https://issuer.test,nurse\n", "staff-list-form@2:1"},
		{"a quote that is not closed", header + "\"https://issuer.test,nurse,,,clinical,,,\n", "staff-list-form@2:42"},
		{"no identity", header + ",,,,clinical,,,2026-12-31\n", "staff-list-identity@2:2"},
		{"a subject of no issuer", header + ",nurse,,,clinical,,,2026-12-31\n", "staff-list-identity@2:1"},
		{"an issuer alone", header + "https://issuer.test,,,,clinical,,,2026-12-31\n", "staff-list-identity@2:21"},
		{"an issuer that is none", header + "issuer,nurse,,,clinical,,,2026-12-31\n", "staff-list-identity@2:1"},
		{"a role of nobody", header + ",,1,,nurse,,,2026-12-31\n", "staff-list-role@2:6"},
		{"a role of patients", header + ",,1,,patient,,,2026-12-31\n", "staff-list-role@2:6"},
		{"a role of clients", header + ",,1,,system,,,2026-12-31\n", "staff-list-role@2:6"},
		{"no such day", header + ",,1,,clinical,2026-02-30,,2026-12-31\n", "staff-list-date@2:15"},
		{"a date of another country", header + ",,1,,clinical,,,31/12/2026\n", "staff-list-date@2:17"},
		{"an end before the beginning", header + ",,1,,clinical,2026-03-01,2026-02-01,2026-12-31\n", "staff-list-date@2:26"},
		{"somebody twice", header + ",,1,,clinical,,,2026-12-31\n,,1,,care-home,,,2026-12-31\n", "staff-list-twice@3:2"},
		{"every fault", header + ",,,,nurse,x,,2026-12-31\n,,1,,nurse,,,2026-12-31\n", "staff-list-identity@2:2 staff-list-role@2:5 staff-list-date@2:11 staff-list-role@3:6"},
		{"too many", header + strings.Repeat(",,1,,clinical,,,2026-12-31\n", 11), "staff-list-too-long@0:0"},
		{"control characters", header + ",,1,a\x00b,clinical,,,2026-12-31\n", "staff-list-form@2:5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list, issues := stafflist.ReadCSV([]byte(row.text), 10)
			var got []string
			for _, issue := range issues {
				if issue.Severity == fhir.SeverityError && (row.name != "too many" || issue.Detail == stafflist.DetailTooLong) {
					got = append(got, fmt.Sprintf("%s@%d:%d", issue.Detail, issue.Line, issue.Column))
				}
			}
			if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" || list != nil {
				t.Errorf("faults (-want +got):\n%s%v", diff, issues)
			}
		})
	}
}

// What is written is what was read, and valid FHIR.
func TestBundle_RoundTrip(t *testing.T) {
	want := []stafflist.Entry{nurse, clerk, both}
	for i := range want {
		if issues := validation.New(r4.Definitions()).Validate(parse(t, string(want[i].Resource(of, i > 0)))); issues.Failed() {
			t.Errorf("entry %d is not valid: %v", i, issues)
		}
	}
	tree := parse(t, string(stafflist.Bundle(of, want)))
	got, issues := stafflist.ReadBundle(tree.Root(), of, 3)
	if diff := cmp.Diff(want, got); diff != "" || issues.Failed() {
		t.Errorf("ReadBundle (-want +got):\n%s%v", diff, issues)
	}
	if got, issues = stafflist.ReadBundle(parse(t, string(stafflist.Bundle(of, nil))).Root(), of, 3); got != nil || issues.Failed() {
		t.Errorf("an empty list: %v %v", got, issues)
	}
}

func TestReadBundle_Faults(t *testing.T) {
	good := string(clerk.Resource(of, true))
	for _, row := range []struct{ name, text, want string }{
		{"another type of Bundle", `{"resourceType":"Bundle","type":"batch"}`, "staff-list-form@Bundle"},
		{"another type of entry", bundleOf(`{"resourceType":"Patient"}`), "staff-list-form@Bundle.entry[0]"},
		{"an empty entry", `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:x"}]}`, "staff-list-form@Bundle.entry[0]"},
		{"who left", bundleOf(string(clerk.Resource(of, false))), "staff-list-form@Bundle.entry[0].resource.active"},
		{"another organisation", bundleOf(strings.Replace(good, `"RA1"`, `"RA2"`, 1)), "staff-list-organisation@Bundle.entry[0].resource.organization"},
		{"another Organization", bundleOf(strings.Replace(good, "Organization/a", "Organization/b", 1)), "staff-list-organisation@Bundle.entry[0].resource.organization"},
		{"somebody twice", bundleOf(good, good), "staff-list-twice@Bundle.entry[1].resource.identifier[0]"},
		{"a role of nobody", bundleOf(strings.Replace(good, "urgent-non-clinical", "king", 1)), "staff-list-role@Bundle.entry[0].resource.code[0]"},
		{"part of a date", bundleOf(strings.Replace(good, "2026-12-31", "2026-12", 1)), "staff-list-date@Bundle.entry[0].resource.extension[0]"},
		{"too many", bundleOf(good, good, good, good), "staff-list-twice@Bundle.entry[1].resource.identifier[0] staff-list-twice@Bundle.entry[2].resource.identifier[0] staff-list-too-long@"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list, issues := stafflist.ReadBundle(parse(t, row.text).Root(), of, 3)
			var got []string
			for _, issue := range issues {
				if issue.Severity == fhir.SeverityError {
					got = append(got, issue.Detail+"@"+strings.ReplaceAll(strings.Join(issue.Expression, ""), "/*PractitionerRole*/", ""))
				}
			}
			if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" || list != nil {
				t.Errorf("faults (-want +got):\n%s%v", diff, issues)
			}
		})
	}
	_, issues := stafflist.ReadBundle(parse(t, bundleOf(strings.Replace(good, `"active"`, `"availabilityExceptions":"Sundays","active"`, 1))).Root(), of, 3)
	if len(issues) != 1 || issues[0].Detail != stafflist.DetailNotKept {
		t.Errorf("what is not kept: %v", issues)
	}
}

func bundleOf(resources ...string) string {
	return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
}

func parse(t testing.TB, text string) *element.Tree {
	t.Helper()
	tree, faults := element.Parse(r4.Definitions(), []byte(text), element.DefaultLimits())
	if faults.Failed() {
		t.Fatalf("%v: %s", faults, text)
	}
	return tree
}

func stored(id fhir.ID, e stafflist.Entry, active bool) stafflist.Stored {
	return stafflist.Stored{Key: fhir.Key{Type: "PractitionerRole", ID: id}, Entry: e, Active: active}
}

func TestCompare(t *testing.T) {
	raised, admin := nurse, clerk
	raised.Trained, admin.Role = "2027-12-31", access.Administrator
	renamed := nurse
	renamed.RoleProfile = "777"
	key := func(id fhir.ID) fhir.Key { return fhir.Key{Type: "PractitionerRole", ID: id} }
	for _, row := range []struct {
		name   string
		stored []stafflist.Stored
		list   []stafflist.Entry
		want   stafflist.Diff
		many   bool
		raises bool
	}{
		{"nothing", nil, nil, stafflist.Diff{}, false, false},
		{"the first list", nil, []stafflist.Entry{nurse}, stafflist.Diff{Added: []stafflist.Change{{After: nurse}}}, false, false},
		{"the same again", []stafflist.Stored{stored("1", nurse, true)}, []stafflist.Entry{nurse}, stafflist.Diff{Unchanged: 1, Active: 1}, false, false},
		{"a change", []stafflist.Stored{stored("1", nurse, true)}, []stafflist.Entry{raised}, stafflist.Diff{Changed: []stafflist.Change{{key("1"), nurse, raised}}, Active: 1}, false, false},
		{"a leaver", []stafflist.Stored{stored("1", nurse, true), stored("2", clerk, true)}, []stafflist.Entry{clerk},
			stafflist.Diff{Removed: []stafflist.Change{{Key: key("1"), Before: nurse}}, Unchanged: 1, Active: 2}, true, false},
		{"who left long ago", []stafflist.Stored{stored("1", nurse, false)}, nil, stafflist.Diff{}, false, false},
		{"back again", []stafflist.Stored{stored("1", nurse, false)}, []stafflist.Entry{nurse}, stafflist.Diff{Added: []stafflist.Change{{Key: key("1"), After: nurse}}}, false, false},
		{"listed twice in the store", []stafflist.Stored{stored("1", nurse, false), stored("2", nurse, true)}, []stafflist.Entry{nurse}, stafflist.Diff{Unchanged: 1, Active: 1}, false, false},
		{"a role profile besides", []stafflist.Stored{stored("1", nurse, true)}, []stafflist.Entry{renamed}, stafflist.Diff{Changed: []stafflist.Change{{key("1"), nurse, renamed}}, Active: 1}, false, false},
		{"an administrator", []stafflist.Stored{stored("1", clerk, true)}, []stafflist.Entry{admin}, stafflist.Diff{Changed: []stafflist.Change{{key("1"), clerk, admin}}, Active: 1}, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := stafflist.Compare(row.stored, row.list)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Compare (-want +got):\n%s", diff)
			}
			if got.RemovesMany(0) != row.many || got.Raises() != row.raises {
				t.Errorf("RemovesMany, Raises = %v, %v", got.RemovesMany(0), got.Raises())
			}
			if len(row.list) > 0 && got.Touches("https://issuer.test", "nurse", "") != (len(got.Added)+len(got.Changed) > 0 && row.list[0].Subject == "nurse") {
				t.Error("Touches is wrong about the nurse")
			}
		})
	}
}

// Exactly a tenth is no more than a tenth.
func TestDiff_RemovesMany(t *testing.T) {
	for _, row := range []struct {
		active, gone int
		want         bool
	}{{10, 1, false}, {10, 2, true}, {9, 1, true}, {0, 0, false}, {100, 10, false}, {100, 11, true}} {
		d := stafflist.Diff{Active: row.active, Removed: make([]stafflist.Change, row.gone)}
		if got := d.RemovesMany(0); got != row.want {
			t.Errorf("%d of %d: %v", row.gone, row.active, got)
		}
	}
}

// Whatever is sent as CSV is read or refused; what is read can be stored and read again.
func FuzzReadCSV(f *testing.F) {
	f.Add(header + "https://issuer.test,nurse,,x,clinical,2026-01-01,,2026-12-31\n")
	f.Add("role,sds-role-profile-id\nclinical,\"1\n2\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, issues := stafflist.ReadCSV([]byte(text), 10)
		if list == nil {
			return
		}
		if issues.Failed() {
			t.Fatalf("a list with faults: %v", issues)
		}
		again, issues := stafflist.ReadBundle(parse(t, string(stafflist.Bundle(of, list))).Root(), of, 10)
		if diff := cmp.Diff(list, again); diff != "" {
			t.Errorf("read again (-want +got):\n%s%v", diff, issues)
		}
	})
}
