package smart_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hearken/internal/fhirtest"
	"hearken/internal/smart"
)

func TestParseClaims(t *testing.T) {
	got, err := smart.ParseClaims([]byte(` {"sub":"a\u0041","n":1.50,"t":true,"z":null,"l":["x",{"y":[]}],"o":{"sub":1}} `))
	want := smart.Claims{"sub": "aA", "n": json.Number("1.50"), "t": true, "z": nil,
		"l": []any{"x", map[string]any{"y": []any{}}}, "o": map[string]any{"sub": json.Number("1")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ParseClaims: %v, -want +got\n%s", err, diff)
	}
}

func TestParseClaims_Refused(t *testing.T) {
	for _, text := range []string{
		"", " ", "null", "1", `"a"`, "[]", "{", "}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a":1}x`, `{"a":1}{}`, `{"a":1} null`, "\ufeff{}",
		`{"a":1,"a":1}`, `{"a":1,"b":{"c":1,"c":2}}`, `{"aud":"x","\u0061ud":"y"}`, `{"a":[{"b":1,"b":1}]}`,
		"{\"a\":\"\xff\"}", `{"a":01}`, `{"a":+1}`, `{"a":NaN}`, `{"a" 1}`, `{"a":[1 2]}`, `{"a":[1,]}`, `{"a":'b'}`, "{\"a\":\"\n\"}", `{"a":1/**/}`,
		`{"a":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + "}",
		`{"a":` + strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000),
	} {
		if got, err := smart.ParseClaims([]byte(text)); err == nil {
			t.Errorf("ParseClaims(%.60q) = %v, want a refusal", text, got)
		}
	}
	if _, err := smart.ParseClaims([]byte(`{"a":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + "}")); err != nil {
		t.Errorf("16 levels are refused: %v", err)
	}
}

func TestParseClaims_Linear(t *testing.T) {
	for name, text := range map[string]func(n int) string{
		"members":  func(n int) string { return `{"a":[` + strings.Repeat(`{"b":1},`, n) + `1]}` },
		"a string": func(n int) string { return `{"a":"` + strings.Repeat(`\u0041`, n) + `"}` },
		"brackets": func(n int) string { return strings.Repeat(`[`, n) },
		"names": func(n int) string {
			var b strings.Builder
			for i := range n {
				b.WriteString(`,"` + strings.Repeat("a", i%50) + time.Duration(i).String() + `":1`)
			}
			return `{"x":1` + b.String() + `}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			fhirtest.Linear(t, 30, 5_000, func(n int) func() {
				claims := []byte(text(n))
				return func() { _, _ = smart.ParseClaims(claims) }
			})
		})
	}
}

func FuzzParseClaims(f *testing.F) {
	for _, text := range []string{`{"iss":"https://x","aud":["a","b"],"exp":1.5e9,"cnf":{"jkt":"x"}}`, `{"a":1,"a":2}`, `{"a":[[[{}]]]}`, `{"a":"\ud800"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := smart.ParseClaims([]byte(text))
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("ParseClaims(%q) = %v, though it is not JSON", text, c)
		}
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatalf("ParseClaims(%q) = %v, encoding/json says %v", text, c, err)
		}
		if diff := cmp.Diff(want, map[string]any(c)); diff != "" {
			t.Errorf("ParseClaims(%q): -encoding/json +got\n%s", text, diff)
		}
		for _, m := range smart.Mappings() {
			_, _ = m.Principal(c, nil)
		}
	})
}

func TestClaims_Time(t *testing.T) {
	for _, row := range []struct {
		text string
		want string // "" for no time
		ok   bool
	}{
		{`{}`, "", true},
		{`{"exp":0}`, "1970-01-01T00:00:00Z", true},
		{`{"exp":1700000000}`, "2023-11-14T22:13:20Z", true},
		{`{"exp":1700000000.5}`, "2023-11-14T22:13:20.5Z", true},
		{`{"exp":1.7e9}`, "2023-11-14T22:13:20Z", true},
		{`{"exp":253402300799}`, "9999-12-31T23:59:59Z", true},
		{`{"exp":253402300800}`, "", false},
		{`{"exp":1e400}`, "", false},
		{`{"exp":-1}`, "", false},
		{`{"exp":"1700000000"}`, "", false},
		{`{"exp":null}`, "", false},
		{`{"exp":true}`, "", false},
		{`{"exp":[1700000000]}`, "", false},
		{`{"EXP":1700000000}`, "", true},
	} {
		c, err := smart.ParseClaims([]byte(row.text))
		if err != nil {
			t.Fatal(err)
		}
		at, ok := c.Time("exp")
		got := ""
		if !at.IsZero() {
			got = at.Format(time.RFC3339Nano)
		}
		if got != row.want || ok != row.ok {
			t.Errorf("%s: Time = %s, %v; want %s, %v", row.text, got, ok, row.want, row.ok)
		}
	}
}
