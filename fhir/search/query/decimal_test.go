package query_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"hearken/fhir/search/query"
)

func decimal(t *testing.T, text string) query.Decimal {
	t.Helper()
	d, ok := query.ParseDecimal(text)
	if !ok {
		t.Fatalf("ParseDecimal(%q) failed", text)
	}
	return d
}

func TestParseDecimal(t *testing.T) {
	rows := []struct{ name, text, want string }{
		{"zero", "0", "0"},
		{"negative zero is zero", "-0.000", "0"},
		{"trailing zeros vanish", "1.00", "1"},
		{"leading zeros vanish", "007", "7"},
		{"fraction", "0.1000000000000000000001", "0.1000000000000000000001"},
		{"whole", "120", "120"},
		{"exponent", "5.40e-3", "0.0054"},
		{"capital exponent with plus", "1E+2", "100"},
		{"negative", "-12.5", "-12.5"},
		{"plus sign", "+3", "3"},
		{"tiny", "1.000000000000000000E-245", "1e-245"},
		{"huge", "-1.5E+245", "-1.5e245"},
		{"longest exponent", "1e15999", "1e15999"},
		{"far-off exponent, small number", "0.000001e15999", "1e15993"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := decimal(t, row.text).String(); got != row.want {
				t.Errorf("ParseDecimal(%q) = %s, want %s", row.text, got, row.want)
			}
		})
	}
}

func TestParseDecimal_Refused(t *testing.T) {
	for _, text := range []string{"", "-", ".5", "5.", "1e", "1e+-2", "e2", "1.2.3", "0x10", "1_000", "∞", " 1", "1 ",
		"NaN", "--1", "1e16001", "1e-16002", "1e9999999999999999999", strings.Repeat("1", 1025)} {
		if d, ok := query.ParseDecimal(text); ok {
			t.Errorf("ParseDecimal(%q) = %s, want refusal", text, d)
		}
	}
}

// randomNumber writes a number in one of the forms that are allowed, often close to another.
func randomNumber(r *rand.Rand) string {
	text := ""
	if r.IntN(2) == 0 {
		text = "-"
	}
	text += fmt.Sprint(r.IntN([]int{1, 2, 10, 1000, 1_000_000}[r.IntN(5)]))
	if n := r.IntN(8); n > 0 {
		text += "."
		for range n {
			text += string(rune('0' + r.IntN(3)*r.IntN(4)))
		}
	}
	if r.IntN(3) == 0 {
		text += fmt.Sprintf("e%d", r.IntN(21)-10)
	}
	return text
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("big.Rat cannot read %q", text)
	}
	return r
}

func TestDecimal_OrderIsThatOfNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, b := randomNumber(r), randomNumber(r)
		da, db := decimal(t, a), decimal(t, b)
		want := rational(t, a).Cmp(rational(t, b))
		if got := cmp.Compare(da, db); got != want {
			t.Fatalf("Compare(%s, %s) = %d, want %d", a, b, got, want)
		}
		if da != db && (strings.HasPrefix(string(da), string(db)) || strings.HasPrefix(string(db), string(da))) {
			t.Fatalf("one of %s and %s is a prefix of the other: %x, %x", a, b, da, db)
		}
		if again := rational(t, da.String()); again.Cmp(rational(t, a)) != 0 {
			t.Fatalf("ParseDecimal(%s).String() = %s, another number", a, da)
		}
		if strings.IndexByte(string(da), 0) >= 0 {
			t.Fatalf("ParseDecimal(%s) = %x, holds a zero byte", a, da)
		}
		if da <= query.MinDecimal || da >= query.MaxDecimal {
			t.Fatalf("ParseDecimal(%s) = %x, outside the ends of the number line", a, da)
		}
	}
}

func TestImplicitRange(t *testing.T) {
	rows := []struct{ text, low, high string }{
		{"100", "99.5", "100.5"},
		{"100.00", "99.995", "100.005"},
		{"1e2", "95", "105"},
		{"1.0e2", "95", "105"},
		{"1.00e2", "99.5", "100.5"},
		{"5.4", "5.35", "5.45"},
		{"5.40e-3", "0.005395", "0.005405"},
		{"2.0", "1.95", "2.05"},
		{"0", "-0.5", "0.5"},
		{"0.00", "-0.005", "0.005"},
		{"-5", "-5.5", "-4.5"},
		{"007", "6.5", "7.5"},
		{"0.8", "0.75", "0.85"},
	}
	for _, row := range rows {
		t.Run(row.text, func(t *testing.T) {
			low, high, ok := query.ImplicitRange(row.text)
			if !ok || low.String() != row.low || high.String() != row.high {
				t.Errorf("ImplicitRange(%s) = [%s, %s), %v, want [%s, %s)", row.text, low, high, ok, row.low, row.high)
			}
		})
	}
}

func TestImplicitRange_HoldsTheNumberInTheMiddle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		text := randomNumber(r)
		low, high, ok := query.ImplicitRange(text)
		if !ok {
			t.Fatalf("ImplicitRange(%s) failed", text)
		}
		sum := new(big.Rat).Add(rational(t, low.String()), rational(t, high.String()))
		if sum.Quo(sum, big.NewRat(2, 1)).Cmp(rational(t, text)) != 0 || low >= high {
			t.Fatalf("ImplicitRange(%s) = [%s, %s), not around it", text, low, high)
		}
	}
}

func TestApproximateRange(t *testing.T) {
	rows := []struct{ text, low, high string }{
		{"100", "89.5", "110.5"},
		{"5.4", "4.81", "5.99"},
		{"-20", "-22.5", "-17.5"},
		{"0", "-0.5", "0.5"},
	}
	for _, row := range rows {
		low, high, ok := query.ApproximateRange(row.text)
		if !ok || low.String() != row.low || high.String() != row.high {
			t.Errorf("ApproximateRange(%s) = [%s, %s), %v, want [%s, %s)", row.text, low, high, ok, row.low, row.high)
		}
	}
	if _, _, ok := query.ApproximateRange("x"); ok {
		t.Error("ApproximateRange(x) = ok, want refusal")
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, text := range []string{"0", "-1.50e-7", "123456789.987654321", "1e15999", "0.0000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := query.ParseDecimal(text)
		if !ok {
			return
		}
		again, ok := query.ParseDecimal(d.String())
		if !ok || again != d {
			t.Errorf("ParseDecimal(%q) = %s, read again %s, %v", text, d, again, ok)
		}
	})
}

func BenchmarkParseDecimal(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		query.ParseDecimal("120.75")
	}
}
