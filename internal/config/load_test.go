package config_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"hearken/internal/config"
)

// load is config.Load of a command line, an environment and a file (none when empty).
func load(t *testing.T, args []string, env map[string]string, file string) (config.Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.Flags(flags)
	if file != "" {
		args = append(args, "--config", "hearken.json")
	}
	if err := flags.Parse(args); err != nil {
		t.Fatalf("Parse(%q): %v", args, err)
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	read := func(name string) ([]byte, error) {
		if name != "hearken.json" {
			return nil, os.ErrNotExist
		}
		return []byte(file), nil
	}
	return config.Load(flags, lookup, read)
}

func TestLoad_Precedence(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		env  map[string]string
		file string
		want int
	}{
		{"default", nil, nil, "", 1000},
		{"file over default", nil, nil, `{"max-count": 700}`, 700},
		{"environment over file", nil, map[string]string{"HEARKEN_MAX_COUNT": "600"}, `{"max-count": 700}`, 600},
		{"flag over environment", []string{"--max-count=500"}, map[string]string{"HEARKEN_MAX_COUNT": "600"}, `{"max-count": 700}`, 500},
		{"flag over file", []string{"--max-count", "500"}, nil, `{"max-count": 700}`, 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := load(t, row.args, row.env, row.file)
			if err != nil || c.MaxCount != row.want {
				t.Errorf("Load(%q, %v, %s).MaxCount = %d, %v, want %d", row.args, row.env, row.file, c.MaxCount, err, row.want)
			}
		})
	}
}

func TestLoad_FileNamedByEnvironment(t *testing.T) {
	_, err := load(t, nil, map[string]string{"HEARKEN_CONFIG": "absent.json"}, "")
	if err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("Load with HEARKEN_CONFIG=absent.json: error %v, want one that names --config", err)
	}
}

func TestLoad_Values(t *testing.T) {
	c, err := load(t, []string{"--insecure", "--trusted-proxies", "10.1.2.3/8, 192.0.2.7", "--base-url", "https://fhir.example.nhs.uk/fhir/"},
		map[string]string{"HEARKEN_LOG_LEVEL": "debug", "HEARKEN_CURSOR_LIFE": "90m"},
		`{"max-body": "2MiB", "cache-size": 1000, "referential-integrity": true, "unknown-parameters": "lenient", "zone": "Europe/Paris"}`)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	type seen struct {
		Insecure, Integrity    bool
		Proxies                []string
		Base, Unknown, Zone    string
		Level                  slog.Level
		Life                   time.Duration
		Body, Cache            int64
		DefaultListen, NHSRule string
	}
	got := seen{c.Insecure, c.ReferentialIntegrity, texts(c.TrustedProxies), c.BaseURL, c.UnknownParameters, c.Zone.String(),
		c.LogLevel, c.CursorLife, c.MaxBody, c.CacheSize, c.Listen, c.SyntheticNHSNumbers}
	want := seen{true, true, []string{"10.0.0.0/8", "192.0.2.7/32"}, "https://fhir.example.nhs.uk/fhir", config.Lenient, "Europe/Paris",
		slog.LevelDebug, 90 * time.Minute, 2 << 20, 1000, "127.0.0.1:8080", config.Auto}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

// Settings of a login from all three places, to the letter; the secret is shown nowhere.
func TestLoad_Login(t *testing.T) {
	c, err := load(t, []string{"--issuer", "https://a.example/", "--issuer=https://b.example", "--administrators=https://a.example/|ann,https://b.example|a|b"},
		map[string]string{"HEARKEN_INTROSPECT_CLIENT": "hearken", "HEARKEN_INTROSPECT_SECRET": "hunter2"},
		`{"claims": "cis2", "clock-skew": "5s", "origins": ["https://App.example:8443"]}`)
	if err != nil {
		t.Fatal(err)
	}
	type seen struct {
		Issuers, Origins       []string
		People                 []config.Person
		Claims, Client, Secret string
		Skew                   time.Duration
		Login                  bool
	}
	got := seen{c.Issuers, c.Origins, c.Administrators, c.Claims, c.IntrospectClient, c.IntrospectSecret, c.ClockSkew, c.Login()}
	want := seen{[]string{"https://a.example/", "https://b.example"}, []string{"https://app.example:8443"},
		[]config.Person{{Issuer: "https://a.example/", Subject: "ann"}, {Issuer: "https://b.example", Subject: "a|b"}}, "cis2", "hearken", "hunter2", 5 * time.Second, true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("settings", "config", c)
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the log shows the secret: %s", out.String())
	}
}

func texts(prefixes []netip.Prefix) (out []string) {
	for _, p := range prefixes {
		out = append(out, p.String())
	}
	return out
}

// Every bad value must be told with the name of its setting and where it was said, and all at once.
func TestLoad_BadValues(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		env  map[string]string
		file string
		want []string
	}{
		{"flag", []string{"--max-count=many"}, nil, "", []string{"max-count (flag)", `"many"`, "whole number"}},
		{"zero", []string{"--max-count=0"}, nil, "", []string{"max-count (flag)", "above zero"}},
		{"environment", nil, map[string]string{"HEARKEN_ZONE": "Europe/Londn"}, "", []string{"zone (environment)", "Europe/Londn"}},
		{"machine's own zone", []string{"--zone=Local"}, nil, "", []string{"zone (flag)"}},
		{"two at once", []string{"--max-body=1XB", "--log-format=xml"}, nil, "", []string{"max-body (flag)", "log-format (flag)", "text or json"}},
		{"listen without port", []string{"--listen=127.0.0.1"}, nil, "", []string{"listen (flag)", "port"}},
		{"base with query", []string{"--base-url=https://a/fhir?x=1"}, nil, "", []string{"base-url (flag)"}},
		{"base without scheme", []string{"--base-url=fhir.example"}, nil, "", []string{"base-url (flag)"}},
		{"proxies", []string{"--trusted-proxies=10.0.0.0/99"}, nil, "", []string{"trusted-proxies (flag)"}},
		{"negative time", []string{"--cursor-life=-1h"}, nil, "", []string{"cursor-life (flag)", "above zero"}},
		{"size overflow", []string{"--cache-size=99999999999GiB"}, nil, "", []string{"cache-size (flag)", "too large"}},
		{"file: wrong form", nil, nil, `{"max-count": "many", "insecure": "yes"}`, []string{"hearken.json", "max-count: not a whole number", "insecure: not true or false"}},
		{"file: value of the right form refused", nil, nil, `{"max-body": "1 furlong"}`, []string{"max-body (hearken.json)", "units"}},
		{"file: unknown key", nil, nil, `{"max-cuont": 3}`, []string{"hearken.json", "max-cuont"}},
		{"file: not JSON", nil, nil, `{"max-count": `, []string{"hearken.json", "not JSON"}},
		{"file: more than one value", nil, nil, `{} {}`, []string{"hearken.json", "not JSON"}},
		{"file: not an object", nil, nil, `[]`, []string{"hearken.json", "object"}},
		{"issuer without scheme", []string{"--issuer=login.example"}, nil, "", []string{"issuer (flag)", "issuers"}},
		{"claims of nobody", []string{"--claims=okta"}, nil, "", []string{"claims (flag)", "cis2"}},
		{"administrator without issuer", []string{"--administrators=ann"}, nil, "", []string{"administrators (flag)", "with a | between"}},
		{"an administrator without a name", []string{"--administrators==https://a|ann"}, nil, "", []string{"administrators (flag)", "NAME="}},
		{"some named", []string{"--issuer=https://a", "--administrators=jo=https://a|ann,https://a|bob"}, nil, "", []string{"say it of each"}},
		{"administrator of another issuer", []string{"--issuer=https://a", "--administrators=https://b|ann"}, nil, "", []string{"https://b is none"}},
		{"audience without issuer", []string{"--audience=https://a"}, nil, "", []string{"issuer: missing"}},
		{"two logins", []string{"--issuer=https://a", "--dev-login"}, nil, "", []string{"dev-login"}},
		{"certificate without key", []string{"--tls-cert=a.pem"}, nil, "", []string{"tls-cert", "tls-key"}},
		{"introspection without client", []string{"--issuer=https://a", "--introspect=https://a/i"}, nil, "", []string{"introspect-client"}},
		{"origin with a path", []string{"--origins=https://a/b"}, nil, "", []string{"origins (flag)"}},
		{"backups for nobody", []string{"--backup-folder=/b"}, nil, "", []string{"backup-folder", "age-recipient"}},
		{"backups of a temporary store", []string{"--backup-folder=/b", "--age-recipient=age1x", "--temporary"}, nil, "", []string{"backup-folder", "temporary"}},
		{"no log to keep heads of", []string{"--audit=off", "--audit-head-folder=/h"}, nil, "", []string{"audit: is off"}},
		{"pages", []string{"--default-count=10", "--max-count=5"}, nil, "", []string{"default-count", "max-count"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := load(t, row.args, row.env, row.file)
			if err == nil {
				t.Fatalf("Load(%q, %v, %s) succeeded, want an error", row.args, row.env, row.file)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Load(%q, %v, %s) = %q, want it to hold %q", row.args, row.env, row.file, err, want)
				}
			}
		})
	}
}

func TestConfig_LogValue(t *testing.T) {
	c, err := load(t, []string{"--max-count=500"}, map[string]string{"HEARKEN_ZONE": "UTC"}, `{"max-body": "2MiB"}`)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("settings", "config", c)
	for _, want := range []string{`config.max-count="500 (flag)"`, `config.zone="UTC (environment)"`, `config.max-body="2MiB (hearken.json)"`, `config.log-format=text`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("log of the configuration = %s, want it to hold %s", out.String(), want)
		}
	}
}

// Every setting can be said all three ways, and its default is a value it takes.
func TestSettings(t *testing.T) {
	help := config.Usage()
	for _, s := range config.Settings() {
		t.Run(s.Name, func(t *testing.T) {
			if !strings.Contains(help, "--"+s.Name) || !strings.Contains(help, s.Help) {
				t.Errorf("Usage() lacks --%s or its help", s.Name)
			}
			if len(s.Help) > 80 || strings.Contains(s.Help, "\n") {
				t.Errorf("help of %s is %d characters, want one line", s.Name, len(s.Help))
			}
			if s.Default == "" {
				return
			}
			if _, err := load(t, []string{fmt.Sprintf("--%s=%s", s.Name, s.Default)}, nil, ""); err != nil {
				t.Errorf("--%s=%s: %v", s.Name, s.Default, err)
			}
			if _, err := load(t, nil, map[string]string{s.Variable(): s.Default}, ""); err != nil {
				t.Errorf("%s=%s: %v", s.Variable(), s.Default, err)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	c := config.Defaults()
	if c.Listen != "127.0.0.1:8080" || c.Zone.String() != "Europe/London" || c.MaxBody != 64<<20 || c.Insecure {
		t.Errorf("Defaults() = %+v, want loopback, Europe/London, 64 MiB, secure", c)
	}
}

// Administrators of one name are one person; a subject may have any character, and an issuer too.
func TestLoad_AdministratorsNamed(t *testing.T) {
	c, err := load(t, []string{"--issuer=https://a/x=y", "--administrators=jo=https://a/x=y|ann,jo=https://a/x=y|a|b=c,sam=https://a/x=y|sam"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Person{{Issuer: "https://a/x=y", Subject: "ann", Name: "jo"}, {Issuer: "https://a/x=y", Subject: "a|b=c", Name: "jo"}, {Issuer: "https://a/x=y", Subject: "sam", Name: "sam"}}
	if diff := cmp.Diff(want, c.Administrators); diff != "" || c.People() != 2 {
		t.Errorf("Administrators (-want +got), %d people:\n%s", c.People(), diff)
	}
	if p, ok := c.Administrator("https://a/x=y", "ann"); !ok || p.Name != "jo" {
		t.Errorf("Administrator = %v, %v", p, ok)
	}
	if _, ok := c.Administrator("https://b", "ann"); ok {
		t.Error("an administrator of another issuer")
	}
	c, err = load(t, []string{"--issuer=https://a/x=y", "--administrators=https://a/x=y|ann,https://a/x=y|bob"}, nil, "")
	if err != nil || c.People() != 2 || c.Administrators[0].Name != "" {
		t.Errorf("not named: %v, %d people, %v", c.Administrators, c.People(), err)
	}
}
