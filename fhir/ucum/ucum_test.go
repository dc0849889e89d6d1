package ucum_test

import (
	"testing"

	"github.com/cockroachdb/apd/v3"

	"hearken/fhir/ucum"
)

func TestValid(t *testing.T) {
	rows := []struct {
		code string
		want bool
	}{
		{"1", true}, {"%", true}, {"mg", true}, {"mg/dL", true}, {"mm[Hg]", true}, {"kg/m2", true},
		{"10*3/uL", true}, {"10*-6", true}, {"10^9/L", true}, {"MG", true}, {"{beats}/min", true}, {"/min", true},
		{"mL/min/{1.73_m2}", true}, {"[IU]/mL", true}, {"m[iU]/L", true}, {"Cel", true}, {"[degF]", true},
		{"B[10.nV]", true}, {"[m/s2/Hz^0.5]", true}, {"kg.m/s2", true}, {"(kg.m)/(s2.A)", true},
		{"cal_[15]", true}, {"a", true}, {"mo", true}, {"cd", true}, {"dag", true}, {"KiBy", true},
		{"12.mmol", true}, {"ug{creat}", true}, {"''", true}, {"[in_i'H2O]", true},
		{"", false}, {"mgs", false}, {"lbs", false}, {"kmin", false}, {"mg//dL", false},
		{"mg/", false}, {"(mg", false}, {"mg)", false}, {"{open", false}, {"m g", false}, {"m{é}", false},
		{"[s]", false}, {"0", false}, {"kkg", false}, {"mg.", false}, {"()", false}, {"m99", false},
		{"°C", false}, {"mm Hg", false}, {"{a}{b}", false},
	}
	for _, row := range rows {
		if got := ucum.Valid(row.code); got != row.want {
			t.Errorf("Valid(%q) = %v, want %v", row.code, got, row.want)
		}
	}
}

func TestConvert(t *testing.T) {
	rows := []struct{ value, from, to, want string }{
		{"4", "g", "mg", "4000"},
		{"1", "[in_i]", "cm", "2.54"},
		{"1", "[lb_av]", "kg", "0.45359237"},
		{"1", "[stone_av]", "kg", "6.35029318"},
		{"37", "Cel", "K", "310.15"},
		{"37", "Cel", "[degF]", "98.6"},
		{"98.6", "[degF]", "Cel", "37"},
		{"-40", "Cel", "[degF]", "-40"},
		{"0", "K", "Cel", "-273.15"},
		{"1", "wk", "d", "7"},
		{"1", "h", "s", "3600"},
		{"60", "/h", "/min", "1"},
		{"120", "mm[Hg]", "kPa", "15.99864"},
		{"1", "L", "cm3", "1000"},
		{"5.5", "mmol/L", "umol/mL", "5.5"},
		{"1", "m[iU]/mL", "[IU]/L", "1"},
		{"250", "10*3/uL", "10*9/L", "250"},
		{"50", "%", "1", "0.5"},
		{"1", "KiBy", "bit", "8192"},
		{"0.1000000000000000000001", "kg", "g", "100.0000000000000000001"},
		{"2", "J", "kg.m2/s2", "2"},
		{"180", "deg", "[pi].rad", "1"},
		{"7", "[pH]", "[pH]", "7"},
	}
	for _, row := range rows {
		got, err := ucum.Convert(decimal(t, row.value), row.from, row.to)
		if err != nil {
			t.Errorf("Convert(%s, %q, %q) = error %v, want %s", row.value, row.from, row.to, err, row.want)
		} else if got.Cmp(decimal(t, row.want)) != 0 {
			t.Errorf("Convert(%s, %q, %q) = %s, want %s", row.value, row.from, row.to, got, row.want)
		}
	}
}

func TestConvert_NotCommensurable(t *testing.T) {
	rows := []struct{ name, from, to string }{
		{"mass and length", "kg", "m"},
		{"two arbitrary units", "[IU]", "[CFU]"},
		{"amount and count", "mmol/L", "10*9/L"},
		{"pH and anything", "[pH]", "mol/L"},
		{"temperature in a product", "Cel/min", "K/min"},
		{"temperature squared", "Cel2", "K2"},
		{"unknown unit", "lbs", "kg"},
	}
	for _, row := range rows {
		if got, err := ucum.Convert(decimal(t, "1"), row.from, row.to); err == nil {
			t.Errorf("%s: Convert(1, %q, %q) = %s, want an error", row.name, row.from, row.to, got)
		}
		if ucum.Comparable(row.from, row.to) {
			t.Errorf("%s: Comparable(%q, %q) = true, want false", row.name, row.from, row.to)
		}
	}
}

func TestCanonical(t *testing.T) {
	rows := []struct{ value, code, want, base string }{
		{"1.5", "mg/dL", "15", "g.m-3"},
		{"1.50", "mg/dL", "15", "g.m-3"},
		{"1", "{score}", "1", "1"},
		{"3", "%", "0.03", "1"},
		{"36.6", "Cel", "309.75", "K"},
		{"72", "/min", "1.2", "s-1"},
		{"72", "{beats}/min", "1.2", "s-1"},
		{"5", "[IU]/mL", "5000000", "[iU].m-3"},
	}
	for _, row := range rows {
		got, base, err := ucum.Canonical(decimal(t, row.value), row.code)
		if err != nil {
			t.Errorf("Canonical(%s, %q) = error %v", row.value, row.code, err)
			continue
		}
		if got.Text('f') != row.want || base != row.base {
			t.Errorf("Canonical(%s, %q) = %s %s, want %s %s", row.value, row.code, got.Text('f'), base, row.want, row.base)
		}
	}
}

// The factor 1/60 has no finite form: both ways to write the same rate must round alike.
func TestCanonical_RoundsAlike(t *testing.T) {
	a, _, errA := ucum.Canonical(decimal(t, "1"), "/min")
	b, _, errB := ucum.Canonical(decimal(t, "60.000"), "/h")
	if errA != nil || errB != nil || a.Cmp(b) != 0 {
		t.Errorf("Canonical(1 /min) = %v (%v), Canonical(60 /h) = %v (%v), want the same", a, errA, b, errB)
	}
}

// Every unit is defined by others of the tables, and only by them.
func TestAtoms(t *testing.T) {
	for _, code := range ucum.AtomCodes() {
		if !ucum.Valid(code) {
			t.Errorf("Valid(%q) = false, want every symbol valid", code)
		}
		if !ucum.Comparable(code, code) {
			t.Errorf("Comparable(%q, itself) = false, want true", code)
		}
		if definition := ucum.DefinitionOf(code); !ucum.Valid(definition) {
			t.Errorf("%q is defined by %q, which is not valid", code, definition)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"mg/dL", "(kg.m)/(s2.A)", "10*-6", "{a}", "Cel/min", "[m/s2/Hz^0.5]", "/m64", "((((1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		_, err := ucum.Parse(code)
		if valid := ucum.Valid(code); valid != (err == nil) {
			t.Errorf("Valid(%q) = %v, Parse error %v: want them to agree", code, valid, err)
		}
		if err == nil && len(code) < 40 {
			one := apd.New(1, 0)
			if _, base, err := ucum.Canonical(one, code); err == nil && ucum.Valid(base) && !ucum.Comparable(code, base) {
				t.Errorf("Comparable(%q, %q) = false, want a unit comparable to its own base", code, base)
			}
		}
	})
}

func BenchmarkValid(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ucum.Valid("mL/min/{1.73_m2}")
	}
}

func BenchmarkCanonical(b *testing.B) {
	b.ReportAllocs()
	value := apd.New(55, -1)
	for b.Loop() {
		if _, _, err := ucum.Canonical(value, "mmol/L"); err != nil {
			b.Fatal(err)
		}
	}
}

func decimal(t *testing.T, text string) *apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
