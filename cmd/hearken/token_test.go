package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the demo prints works when it is typed: the paramedic's token finds the plan, the newcomer's is
// refused, and nobody gets in without.
func TestToken_AtTheDemo(t *testing.T) {
	out, errs, stop, ended := demo(t, "--dev-login")
	printed := regexp.MustCompile(`--base (\S+) paramedic\)\n.*'(http\S+)'`).FindStringSubmatch(out.String())
	if printed == nil {
		t.Fatalf("the demo prints no way to log in: %s", out.String())
	}
	get := func(token string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, printed[2], nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck // only read from
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	for _, row := range []struct {
		person string
		status int
		finds  bool
	}{{"paramedic", 200, true}, {"newcomer", 403, false}, {"administrator", 200, false}, {"sample-backend", 200, true}, {"sample-dispatch", 200, false}} {
		code, token, errs := hearken(t, "", "token", "--base", printed[1], row.person)
		if code != exitDone {
			t.Fatalf("hearken token %s = %d %s", row.person, code, errs)
		}
		if status, body := get(token); status != row.status || strings.Contains(body, "Whitcombe") != row.finds {
			t.Errorf("as %s: %d %.300s, want %d and the plan %v", row.person, status, body, row.status, row.finds)
		}
	}
	if status, _ := get(""); status != 401 {
		t.Errorf("without a token: %d, want 401", status)
	}
	if code, _, errs := hearken(t, "", "token", "--base", printed[1], "nobody"); code != exitFaults || !strings.Contains(errs, "not open any more") {
		t.Errorf("hearken token nobody = %d %s", code, errs)
	}
	if code, _, _ := hearken(t, "", "token"); code != exitUsage {
		t.Errorf("hearken token = %d, want %d", code, exitUsage)
	}
	plan := t.TempDir() + "/note.json"
	if err := os.WriteFile(plan, []byte(`{"resourceType":"Practitioner","name":[{"family":"Newcome"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, token, _ := hearken(t, "", "token", "--base", printed[1], "gp")
	tokenFile, badFile := t.TempDir()+"/token", t.TempDir()+"/bad"
	for name, text := range map[string]string{tokenFile: token, badFile: "not a token"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, row := range map[string]struct {
		environment string
		flags       []string
		code        int
	}{
		"from the environment": {token, nil, exitDone},
		"from a file":          {"", []string{"--token-file", tokenFile}, exitDone},
		"the file counts":      {"nonsense", []string{"--token-file", tokenFile}, exitDone},
		"none":                 {"", nil, exitFaults},
		"one that is refused":  {"nonsense", nil, exitFaults},
		"no token at all":      {"", []string{"--token-file", badFile}, exitFaults},
		"no such file":         {"", []string{"--token-file", badFile + "x"}, exitFaults},
	} {
		var out, errs output
		p := &process{strings.NewReader(""), &out, &errs, func(name string) (string, bool) {
			if name != "HEARKEN_TOKEN" {
				return "", false
			}
			return row.environment, row.environment != ""
		}}
		code := run(t.Context(), p, append(append([]string{"import", "--base", printed[1]}, row.flags...), plan))
		told := out.String() + errs.String()
		if code != row.code {
			t.Errorf("%s: hearken import = %d %s, want %d", name, code, told, row.code)
		}
		if strings.Contains(told, strings.TrimSpace(token)) || strings.Contains(told, "not a token") {
			t.Errorf("%s: it tells the token: %s", name, told)
		}
	}
	stop()
	if code := <-ended; code != exitDone {
		t.Errorf("hearken demo ended with %d: %s", code, errs.String())
	}
}
