package app_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hearken/internal/fhirtest"
)

// sampleApp starts an app that somebody else's SMART library makes, fhirclient, and gives its address.
// HEARKEN_FHIRCLIENT names a folder in which testdata/fhirclient/package.json was installed.
func sampleApp(t *testing.T, iss func() string) string {
	folder := fhirtest.NPM(t, "HEARKEN_FHIRCLIENT", "testdata/fhirclient")
	command := exec.Command("node", "app.cjs")
	command.Dir, command.Stderr = folder, os.Stderr
	command.Env = append(os.Environ(), "ISS="+iss())
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the app does not say where it is: %v", err)
	}
	return strings.TrimSpace(line)
}

// appSees is what the app answers when somebody has logged in.
type appSees struct {
	Patient, Scope, User, Family, Fault string
	Status                              int
	Plans, Compartment, EveryPlan       []string
	Refreshed                           bool
	asked                               bool // whether the page asked for a patient
}

var loginField = regexp.MustCompile(`name="login" value="([^"]+)"`)

// browse is a person who opens an address, logs in when asked, and reads what the app shows.
func browse(t *testing.T, address, person, number string) (seen appSees) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(r *http.Response, err error) (string, *url.URL) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close() //nolint:errcheck // only read from
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body), r.Request.URL
	}
	page, at := read(browser.Get(address))
	if field := loginField.FindStringSubmatch(page); field != nil {
		seen.asked = strings.Contains(page, `name="patient"`)
		form := url.Values{"login": {field[1]}, "person": {person}}
		if seen.asked {
			form.Set("patient", number)
		}
		page, _ = read(browser.PostForm(at.ResolveReference(&url.URL{Path: "login"}).String(), form))
	}
	if err := json.Unmarshal([]byte(page), &seen); err != nil {
		t.Fatalf("%s at %s sees %s", person, address, shorten([]byte(page)))
	}
	return seen
}

// The library that most SMART apps are written with completes both launches, finds the plan of the patient it
// was launched for and no other, and is refused what its scopes or its person may not.
func TestDevLogin_FHIRClient(t *testing.T) {
	var s *server
	address := sampleApp(t, func() string {
		s, _ = dev(t, "")
		return s.base
	})
	const reads = " patient/*.rs openid fhirUser offline_access"
	standalone := func(scope string) string { return address + "/launch?" + url.Values{"wanted": {scope}}.Encode() }
	ehr := func(scope, number string) string {
		return strings.TrimSuffix(s.base, "/fhir") + "/auth/launch?" + url.Values{"patient": {number}, "app": {standalone(scope)}}.Encode()
	}
	const whitcombe, tolland = "9990000018", "9990000158"
	for _, row := range []struct {
		name, address, person, number string
		family                        string // of the patient whose plan is found; "" when refused
		asked                         bool
	}{
		{"standalone, a GP", standalone("launch/patient" + reads), "gp", whitcombe, "Whitcombe", true},
		{"standalone, a paramedic and another patient", standalone("launch/patient" + reads), "paramedic", tolland, "Tolland", true},
		{"standalone, the patient herself", standalone("launch/patient" + reads), "patient", tolland, "Whitcombe", true},
		{"EHR, a paramedic", ehr("launch"+reads, tolland), "paramedic", "", "Tolland", false},
		{"EHR, a GP, who is not asked again", ehr("launch launch/patient"+reads, whitcombe), "gp", "", "Whitcombe", false},
		{"no scope for plans", standalone("launch/patient patient/Patient.rs"), "gp", whitcombe, "", true},
		{"EHR, no scope for plans", ehr("launch patient/Patient.rs", whitcombe), "gp", "", "", false},
		{"not trained yet", standalone("launch/patient" + reads), "newcomer", whitcombe, "", true},
		{"EHR, not trained yet", ehr("launch"+reads, whitcombe), "newcomer", "", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := browse(t, row.address, row.person, row.number)
			if got.Fault != "" || got.Patient == "" || got.asked != row.asked {
				t.Fatalf("the app sees %+v", got)
			}
			if row.family == "" {
				if got.Status != http.StatusForbidden || len(got.Plans) > 0 {
					t.Errorf("the app sees %+v, want 403", got)
				}
				return
			}
			launched := "Patient/" + got.Patient
			other := func(subject string) bool { return subject != launched }
			if got.Status != http.StatusOK || len(got.Plans) == 0 || slices.ContainsFunc(got.Plans, other) ||
				!slices.Equal(got.Compartment, got.Plans) || !slices.Equal(got.EveryPlan, got.Plans) {
				t.Errorf("the app sees %+v, want the plans of %s alone", got, launched)
			}
			if got.Family != row.family || !got.Refreshed || !strings.Contains(got.Scope, "patient/*.rs") {
				t.Errorf("the app sees %+v, want patient %s and a token it could refresh", got, row.family)
			}
		})
	}
	for name, row := range map[string]struct{ address, fault string }{
		"a launch of nobody's": {standalone("launch"+reads) + "&launch=none", "launch"},
		"a system's scope":     {standalone("system/*.rs"), "scope"},
	} {
		if got := browse(t, row.address, "gp", ""); !strings.Contains(got.Fault, row.fault) {
			t.Errorf("%s: the app sees %+v, want a fault of the %s", name, got, row.fault)
		}
	}
}
