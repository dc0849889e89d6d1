package interaction

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestPersonal compares with the same said as a regular expression, on texts that are mostly numbers.
func TestPersonal(t *testing.T) {
	want := regexp.MustCompile(`(^|[^0-9A-Za-z])([0-9]{9,}|[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4})($|[^0-9A-Za-z])`)
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "0123456789000000 -a/"
	found := 0
	for range 200_000 {
		text := make([]byte, random.IntN(24))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		got := personal(string(text))
		if got != want.MatchString(string(text)) {
			t.Fatalf("personal(%q) = %v", text, got)
		}
		if got {
			found++
		}
	}
	for _, text := range []string{"9990000018", "Patient/9990000018", "999 000 0018", "nhs|999-000-0018", "x 9990000018,"} {
		if !personal(text) {
			t.Errorf("personal(%q) = false", text)
		}
	}
	for _, text := range []string{"", "60e0b220813641a5ae46123456789012", "12345678", "2024-01-01T10:00:00", "999 000 00189", "a9990000018"} {
		if personal(text) {
			t.Errorf("personal(%q) = true", text)
		}
	}
	if found == 0 {
		t.Error("no text of all had a number: nothing was compared")
	}
}
