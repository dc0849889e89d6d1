package careplan_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"hearken/internal/careplan"
)

func TestParseNHSNumber_Valid(t *testing.T) {
	for _, row := range []struct {
		name, in, want, format string
		synthetic              bool
	}{
		{"first of the test range", "9000000009", "9000000009", "900 000 0009", true},
		{"second of the test range", "9000000017", "9000000017", "900 000 0017", true},
		{"test range", "9000000025", "9000000025", "900 000 0025", true},
		{"test range", "9000000033", "9000000033", "900 000 0033", true},
		{"test range", "9111231130", "9111231130", "911 123 1130", true},
		{"UK Core's Richard Smith", "9912003888", "9912003888", "991 200 3888", true},
		{"999 series", "9990000018", "9990000018", "999 000 0018", true},
		{"999 series", "9990000026", "9990000026", "999 000 0026", true},
		{"999 series", "9990000034", "9990000034", "999 000 0034", true},
		{"999 series", "9990000042", "9990000042", "999 000 0042", true},
		{"check digit 0", "9990000050", "9990000050", "999 000 0050", true},
		{"end of the range", "9999999468", "9999999468", "999 999 9468", true},
		{"end of the range", "9999999476", "9999999476", "999 999 9476", true},
		{"spaced 3-3-4", "999 000 0018", "9990000018", "999 000 0018", true},
		{"white space round it", " \t9990000018\r\n", "9990000018", "999 000 0018", true},
		{"spaced, white space round it", "  999 000 0018 ", "9990000018", "999 000 0018", true},
		{"lowest of the first English range", "4000000004", "4000000004", "400 000 0004", false},
		{"highest of the first English range", "4999999994", "4999999994", "499 999 9994", false},
		{"lowest of the second English range", "6000000006", "6000000006", "600 000 0006", false},
		{"highest of the second English range", "7999999997", "7999999997", "799 999 9997", false},
		{"lowest CHI number", "0100000002", "0100000002", "010 000 0002", false},
		{"highest CHI number", "3112999991", "3112999991", "311 299 9991", false},
		{"lowest Health and Care number", "3200000007", "3200000007", "320 000 0007", false},
		{"highest Health and Care number", "3999999993", "3999999993", "399 999 9993", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			n, err := careplan.ParseNHSNumber(row.in)
			if err != nil {
				t.Fatalf("ParseNHSNumber(%q) error = %v, want none", row.in, err)
			}
			if got := n.String(); got != row.want {
				t.Errorf("ParseNHSNumber(%q) = %q, want %q", row.in, got, row.want)
			}
			if got := n.Format(); got != row.format {
				t.Errorf("Format(%q) = %q, want %q", row.in, got, row.format)
			}
			if got := n.Synthetic(); got != row.synthetic {
				t.Errorf("Synthetic(%q) = %t, want %t", row.in, got, row.synthetic)
			}
		})
	}
}

func TestParseNHSNumber_Refused(t *testing.T) {
	for _, row := range []struct {
		name, in string
		want     error
	}{
		{"empty", "", careplan.ErrNHSNumberForm},
		{"nine digits", "999000001", careplan.ErrNHSNumberForm},
		{"eleven digits", "99900000180", careplan.ErrNHSNumberForm},
		{"a letter", "99900O0018", careplan.ErrNHSNumberForm},
		{"a sign", "+990000018", careplan.ErrNHSNumberForm},
		{"digits of another script", "９９９００００018", careplan.ErrNHSNumberForm},
		{"hyphens", "999-000-0018", careplan.ErrNHSNumberForm},
		{"spaced 4-3-3", "9990 000 018", careplan.ErrNHSNumberForm},
		{"spaced once", "999 0000018", careplan.ErrNHSNumberForm},
		{"two spaces together", "999  0000018", careplan.ErrNHSNumberForm},
		{"a NUL in a space's place", "999\x00000\x000018", careplan.ErrNHSNumberForm},
		{"one digit changed", "9990000019", careplan.ErrNHSNumberCheckDigit},
		{"two neighbours swapped", "9900900018", careplan.ErrNHSNumberCheckDigit},
		{"UK Core's Baby Patient", "9912003890", careplan.ErrNHSNumberCheckDigit},
		{"base of the test range", "9000000000", careplan.ErrNHSNumberCheckDigit},
		{"all zeros passes the sum", "0000000000", careplan.ErrNHSNumberRange},
		{"all fives passes the sum", "5555555555", careplan.ErrNHSNumberRange},
		{"all eights passes the sum", "8888888888", careplan.ErrNHSNumberRange},
		{"below the CHI range", "0099999994", careplan.ErrNHSNumberRange},
		{"between the English ranges", "5000000005", careplan.ErrNHSNumberRange},
		{"above the English ranges", "8000000008", careplan.ErrNHSNumberRange},
	} {
		t.Run(row.name, func(t *testing.T) {
			n, err := careplan.ParseNHSNumber(row.in)
			if !errors.Is(err, row.want) {
				t.Fatalf("ParseNHSNumber(%q) error = %v, want %v", row.in, err, row.want)
			}
			if n != (careplan.NHSNumber{}) {
				t.Errorf("ParseNHSNumber(%q) = %v beside an error, want the zero value", row.in, n)
			}
		})
	}
}

// Where the nine digits give 10, no tenth digit makes a number.
func TestParseNHSNumber_NoCheckDigit(t *testing.T) {
	for _, nine := range []string{"999000000", "999000014", "999000028", "999000031"} {
		for d := '0'; d <= '9'; d++ {
			in := nine + string(d)
			if _, err := careplan.ParseNHSNumber(in); !errors.Is(err, careplan.ErrNHSNumberCheckDigit) {
				t.Errorf("ParseNHSNumber(%q) error = %v, want %v", in, err, careplan.ErrNHSNumberCheckDigit)
			}
		}
	}
}

// Modulus 11 is there to catch what people do when they type.
func TestParseNHSNumber_CatchesEverySlip(t *testing.T) {
	const number = "9111231130"
	try := func(slip []byte) {
		if string(slip) == number {
			return
		}
		if n, err := careplan.ParseNHSNumber(string(slip)); err == nil {
			t.Errorf("ParseNHSNumber(%q) = %v, want an error: it is a slip of %q", slip, n, number)
		}
	}
	for i := range number {
		for d := byte('0'); d <= '9'; d++ {
			slip := []byte(number)
			slip[i] = d
			try(slip)
		}
		if i > 0 {
			slip := []byte(number)
			slip[i-1], slip[i] = slip[i], slip[i-1]
			try(slip)
		}
	}
}

func TestNHSNumber_Zero(t *testing.T) {
	var zero careplan.NHSNumber
	if zero.String() != "" || zero.Format() != "" || zero.Synthetic() {
		t.Errorf("zero value = %q, %q, %t, want empty, empty, false", zero.String(), zero.Format(), zero.Synthetic())
	}
}

func TestNHSNumber_NotLogged(t *testing.T) {
	n, err := careplan.ParseNHSNumber("9990000018")
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"9990000019", "8888888888", "999000001x"} {
		if _, err := careplan.ParseNHSNumber(in); strings.Contains(err.Error(), in[:6]) {
			t.Errorf("ParseNHSNumber(%q) error = %q, want no digits of the number", in, err)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "subject", n)
	if strings.Contains(log.String(), "9990000018") {
		t.Errorf("slog wrote the number: %s", log.String())
	}
}

func FuzzParseNHSNumber(f *testing.F) {
	for _, in := range []string{"9990000018", "999 000 0018", " 4010232137", "0000000000", "9990000019", "", "999 000 00188", "９９９"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		n, err := careplan.ParseNHSNumber(in)
		if err != nil {
			if n != (careplan.NHSNumber{}) {
				t.Errorf("ParseNHSNumber(%q) = %v beside %v, want the zero value", in, n, err)
			}
			return
		}
		for _, written := range []string{n.String(), n.Format()} {
			if again, err := careplan.ParseNHSNumber(written); err != nil || again != n {
				t.Errorf("ParseNHSNumber(%q) = %v, %v, want what ParseNHSNumber(%q) gave: %v", written, again, err, in, n)
			}
		}
		if n.Synthetic() != (n.String()[0] == '9') {
			t.Errorf("Synthetic(%q) = %t, want true for 9xx and no others", n, n.Synthetic())
		}
	})
}

// The floor is one pass over the ten digits.
func BenchmarkParseNHSNumber(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := careplan.ParseNHSNumber("999 000 0018"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNHSNumberFloor(b *testing.B) {
	b.ReportAllocs()
	var sum int
	for b.Loop() {
		for _, c := range []byte("999 000 0018") {
			sum += int(c)
		}
	}
	_ = sum
}
