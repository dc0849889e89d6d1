package fhirtest_test

import (
	"testing"

	"hearken/internal/careplan"
	"hearken/internal/fhirtest"
)

func TestNHSNumber(t *testing.T) {
	for _, row := range []struct {
		name string
		n    int
		want string
	}{
		{"first", 0, "9000000009"},
		{"second", 1, "9000000017"},
		{"third", 2, "9000000025"},
		{"fourth", 3, "9000000033"},
		{"last", fhirtest.NHSNumbers - 1, "9999999999"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := fhirtest.NHSNumber(row.n); got != row.want {
				t.Errorf("NHSNumber(%d) = %q, want %q", row.n, got, row.want)
			}
		})
	}
}

// Counting up digit by digit must give the same numbers, and no others.
func TestNHSNumber_PassesOverNoneAndNeverRepeats(t *testing.T) {
	n := 0
	for base := 900_000_000; n < 100_000; base++ {
		want, ok := withCheckDigit(base)
		if !ok {
			continue
		}
		got := fhirtest.NHSNumber(n)
		if got != want {
			t.Fatalf("NHSNumber(%d) = %q, want %q", n, got, want)
		}
		if parsed, err := careplan.ParseNHSNumber(got); err != nil || !parsed.Synthetic() {
			t.Fatalf("ParseNHSNumber(NHSNumber(%d)) = %v, %v, want a synthetic number", n, parsed, err)
		}
		n++
	}
}

func TestNHSNumber_OutOfRange(t *testing.T) {
	for _, n := range []int{-1, fhirtest.NHSNumbers} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NHSNumber(%d) returned, want a panic", n)
				}
			}()
			fhirtest.NHSNumber(n)
		}()
	}
}

// withCheckDigit is modulus 11 by trial: the digit that careplan accepts.
func withCheckDigit(base int) (string, bool) {
	var digits [10]byte
	for i := 8; i >= 0; i-- {
		digits[i] = byte('0' + base%10)
		base /= 10
	}
	for d := byte('0'); d <= '9'; d++ {
		digits[9] = d
		if _, err := careplan.ParseNHSNumber(string(digits[:])); err == nil {
			return string(digits[:]), true
		}
	}
	return "", false
}

func BenchmarkNHSNumber(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		fhirtest.NHSNumber(n)
		n = (n + 7919) % fhirtest.NHSNumbers
	}
}
