package query_test

import (
	"testing"

	"hearken/fhir/search/query"
)

func TestFold(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"folded already", "alcantar 12", "alcantar 12"},
		{"case", "McDONALD", "mcdonald"},
		{"accents", "Alcántar", "alcantar"},
		{"accents, decomposed", "Alca\u0301ntar", "alcantar"},
		{"Vietnamese", "Nguyễn Thị", "nguyen thi"},
		{"Polish", "Łukasz Błażej", "lukasz blazej"},
		{"Scandinavian", "Søren Æbelø Åse", "soren aebelo ase"},
		{"Turkish", "İnan Kılıç", "inan kilic"},
		{"German", "Strauß STRAẞE", "strauss strasse"},
		{"Greek", "Παπαδόπουλος", "παπαδοπουλοσ"},
		{"Cyrillic", "Йосиф Ёлкин", "иосиф елкин"},
		{"Welsh", "Siân Llŷr", "sian llyr"},
		{"apostrophe", "O'Brien", "obrien"},
		{"typographic apostrophe", "O’Brien", "obrien"},
		{"acute as apostrophe", "O´Brien", "obrien"},
		{"hyphen", "Smith-Jones", "smith jones"},
		{"full stop", "12 St. Mary's Rd.", "12 st marys rd"},
		{"spaces", "  de \t la\u00a0 Cruz\n", "de la cruz"},
		{"only punctuation", " -–! ", ""},
		{"ligature", "ﬁona", "fiona"},
		{"full width", "Ｓｍｉｔｈ", "smith"},
		{"Han", "王小明", "王小明"},
		{"Hangul", "김철수", "김철수"},
		{"not UTF-8", "a\xffb", "a b"},
		{"empty", "", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := query.Fold(row.in); got != row.want {
				t.Errorf("Fold(%q) = %q, want %q", row.in, got, row.want)
			}
		})
	}
}

func TestFold_DoesNotAllocateForFolded(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { query.Fold("alcantar of london 12") }); n != 0 {
		t.Errorf("Fold of a folded text allocates %v times, want 0", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, text := range []string{"Alcántar", "O’Brien", "ǅ ﬁ İ", " a  b ", "ẛ̣"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := query.Fold(text)
		if twice := query.Fold(once); twice != once {
			t.Errorf("Fold(Fold(%q)) = %q, want %q", text, twice, once)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, text := range map[string]string{"ascii": "Smith-Jones", "accents": "Alcántar", "folded": "alcantar"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				query.Fold(text)
			}
		})
	}
}
