package smart_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
	"hearken/internal/smart"
)

// granted prints what a scope string grants, in the form of version 2.
func granted(text string) string {
	var out []string
	for _, s := range smart.ParseScopes(text).Granted {
		out = append(out, s.String())
	}
	return strings.Join(out, " ")
}

func TestParseScopes_Granted(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		// version 1
		{"patient/*.read", "patient/*.rs"},
		{"patient/*.write", "patient/*.cud"},
		{"patient/*.*", "patient/*.cruds"},
		{"user/Observation.read", "user/Observation.rs"},
		{"user/CarePlan.write", "user/CarePlan.cud"},
		{"system/Patient.*", "system/Patient.cruds"},
		// version 2
		{"patient/*.cruds", "patient/*.cruds"},
		{"patient/*.rs", "patient/*.rs"},
		{"user/CarePlan.c", "user/CarePlan.c"},
		{"user/CarePlan.r", "user/CarePlan.r"},
		{"user/CarePlan.u", "user/CarePlan.u"},
		{"user/CarePlan.d", "user/CarePlan.d"},
		{"user/CarePlan.s", "user/CarePlan.s"},
		{"user/CarePlan.cud", "user/CarePlan.cud"},
		{"user/CarePlan.cs", "user/CarePlan.cs"},
		{"system/*.rs", "system/*.rs"},
		// granular
		{"user/CarePlan.rs?status=active", "user/CarePlan.rs?status=active"},
		{"user/CarePlan.rs?status=active&category=x", "user/CarePlan.rs?status=active&category=x"},
		{"patient/Observation.rs?category=http://x.org/c|laboratory", "patient/Observation.rs?category=http%3A%2F%2Fx.org%2Fc%7Claboratory"},
		{"patient/Observation.rs?category=a%7Cb", "patient/Observation.rs?category=a%7Cb"},
		{"patient/Observation.rs?code:text=heart%20rate", "patient/Observation.rs?code%3Atext=heart+rate"},
		{"patient/Observation.rs?code=a=b", "patient/Observation.rs?code=a%3Db"},
		{"user/*.rs?_tag=a", "user/*.rs?_tag=a"},
		{"user/CarePlan.rs?a=1&a=2", "user/CarePlan.rs?a=1&a=2"},
		{"user/CarePlan.rs?q=a?b", "user/CarePlan.rs?q=a%3Fb"},
		{"user/CarePlan.rs?q=a/b.c", "user/CarePlan.rs?q=a%2Fb.c"},
		// several
		{"patient/*.rs  user/CarePlan.c ", "patient/*.rs user/CarePlan.c"},
		{" patient/*.rs patient/*.rs", "patient/*.rs patient/*.rs"},
		{"openid patient/Patient.r launch/patient", "patient/Patient.r"},
		// a type nobody knows is no harm: no request is for it
		{"user/Nonsense.rs", "user/Nonsense.rs"},
	} {
		if got := granted(row.text); got != row.want {
			t.Errorf("ParseScopes(%q) grants %q, want %q", row.text, got, row.want)
		}
	}
}

func TestParseScopes_NothingGranted(t *testing.T) {
	for _, text := range []string{
		"", " ", "   ", "nonsense", "patient", "patient/", "patient/*", "patient/*.", "patient/.rs", "/*.rs", "patient*.rs",
		// the permissions: in order, each once, of these letters alone
		"patient/*.sr", "patient/*.rr", "patient/*.crusd", "patient/*.dc", "patient/*.x", "patient/*.rx", "patient/*.crudsx",
		"patient/*.RS", "patient/*.Read", "patient/*.READ", "patient/*.reads", "patient/*.readwrite", "patient/*.read,write", "patient/*.**", "patient/*.r*",
		"patient/*.rs.", "patient/*..rs", "patient/*.rs/", "patient/*.rs*", "patient/*.r\ts",
		// the level
		"Patient/*.rs", "PATIENT/*.rs", "patients/*.rs", "practitioner/*.rs", "users/*.rs", "admin/*.rs", "patient//*.rs", "user/patient/*.rs",
		"patient\\*.rs", "patient%2F*.rs", "pаtient/*.rs", "\u200bpatient/*.rs", "+patient/*.rs", "-patient/*.rs",
		// the type
		"patient/observation.rs", "patient/**.rs", "patient/Obs*.rs", "patient/*Observation.rs", "patient/Observation,Condition.rs", "patient/Observation|Condition.rs",
		"patient/Observation/1.rs", "patient/[Observation].rs", "patient/Observation$.rs", "patient/Observation.x.rs", "patient/9.rs", "patient/Öbservation.rs", "user/$everything.rs",
		// granular parameters: whole, or nothing at all
		"patient/Observation.rs?", "patient/Observation.rs?category", "patient/Observation.rs?category=", "patient/Observation.rs?=x", "patient/Observation.rs?&",
		"patient/Observation.rs?category=x&", "patient/Observation.rs?&category=x", "patient/Observation.rs?category=x&&status=final", "patient/Observation.rs?category=%",
		"patient/Observation.rs?category=%zz", "patient/Observation.rs?category=%ff", "patient/Observation.rs?category=%00", "patient/Observation.rs?category=a%0ab", "patient/Observation.rs?%00=x",
		"patient/Observation.rs#category=x", "patient/Observation.rs;category=x", "patient/Observation?category=x.rs", "patient/Observation?.rs",
		"patient/Observation.rs?" + strings.Repeat("a=b&", 16) + "a=b",
		// version 1 has no parameters
		"patient/Observation.read?category=x", "patient/Observation.*?category=x", "patient/*.write?", "patient/Observation.read?",
		// parted by other than spaces
		"patient/*.rs,user/*.rs", "patient/*.rs\tuser/*.rs", "patient/*.rs\nuser/*.rs", "patient/*.rs\u00a0user/*.rs", "patient/*.rs+user/*.rs",
		// not for data
		"openid", "fhirUser", "launch", "launch/patient", "launch/encounter", "offline_access", "online_access", "profile",
		"launch/*.rs", "openid/*.rs", "fhirUser/*.rs", "__proto__", "system.*", "*/*.*", "*", "*.*",
	} {
		if got := granted(text); got != "" {
			t.Errorf("ParseScopes(%q) grants %q, want nothing", text, got)
		}
	}
}

func TestParseScopes_KnownAndUnknown(t *testing.T) {
	got := smart.ParseScopes("launch/patient openid fhirUser offline_access patient/*.rs https://example.org/scope patient/*.sr launch/imagingstudy")
	want := smart.Scopes{
		Granted: []smart.Scope{{Level: smart.PatientLevel, Permissions: smart.Read | smart.Search}},
		Known:   []string{"launch/patient", "openid", "fhirUser", "offline_access"},
		Unknown: []string{"https://example.org/scope", "patient/*.sr", "launch/imagingstudy"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseScopes: -want +got\n%s", diff)
	}
}

// A scope string of any length costs linear time, and the scopes past the limit grant nothing.
func TestParseScopes_Bounded(t *testing.T) {
	many := smart.ParseScopes(strings.Repeat("user/A.r ", 100_000) + "system/*.cruds")
	if n := len(many.Granted); n != 512 {
		t.Errorf("%d scopes are granted, want the first 512", n)
	}
	if n := len(smart.ParseScopes(strings.Repeat("x ", 100_000)).Unknown); n != 64 {
		t.Errorf("%d unknown scopes are kept, want 64", n)
	}
	fhirtest.Linear(t, 25, 20_000, func(n int) func() {
		text := "user/A.r?" + strings.Repeat("a=%41&", n) + "a=b " + strings.Repeat("?", n)
		return func() { smart.ParseScopes(text) }
	})
}

// What is printed is read back as the same; nothing is granted that the text does not hold, letter for letter.
func FuzzParseScopes(f *testing.F) {
	for _, text := range []string{"patient/*.read openid", "user/CarePlan.rs?status=active&category=a|b", "system/*.cruds launch", "patient/*.sr", "user/A.r?=&%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := smart.ParseScopes(text)
		for _, scope := range s.Granted {
			again := smart.ParseScopes(scope.String())
			if diff := cmp.Diff([]smart.Scope{scope}, again.Granted); diff != "" {
				t.Errorf("ParseScopes(%q): %s is read back otherwise: -want +got\n%s", text, scope, diff)
			}
			name := "*"
			if scope.Type != "" {
				name = string(scope.Type)
			}
			if !strings.Contains(text, string(scope.Level)+"/"+name+".") || scope.Permissions == 0 {
				t.Errorf("ParseScopes(%q) grants %s", text, scope)
			}
			if len(scope.Parameters) == 0 && strings.Contains(text, "?") && strings.Count(text, " ") == 0 {
				t.Errorf("ParseScopes(%q) grants %s, without its parameters", text, scope)
			}
		}
	})
}
