package storetest

import (
	"fmt"
	"slices"
	"strings"

	"hearken/fhir"
	"hearken/fhir/search/query"
	"hearken/internal/store"
)

// pagingTests are the sentences on pages and cursors.
var pagingTests = []contractTest{
	{"pages hold every match once", func(b *bench) {
		b.start()
		for n := range 23 {
			b.put(patient(n), number(n%4))
		}
		for _, count := range []int{1, 5, 22, 23, 24} {
			for _, key := range [][]query.SortKey{nil, {b.sortKey("number", false)}, {b.sortKey("number", true)}} {
				q := patients(nil)
				q.Count, q.Sort = count, key
				got := b.found(q)
				expect(b, fmt.Sprintf("matches by pages of %d", count), len(got), 23)
				expect(b, "distinct matches", len(slices.Compact(sortedKeys(got))), 23)
			}
		}
	}},
	{"the sort decides, missing values come last either way", func(b *bench) {
		b.start()
		b.put(patient(1), number(2))
		b.put(patient(2))
		b.put(patient(3), number(1), number(9))
		b.put(patient(4), number(3))
		q := patients(nil)
		q.Sort = []query.SortKey{b.sortKey("number", false)}
		expect(b, "ascending", fmt.Sprint(b.found(q)), "[Patient/p003 Patient/p001 Patient/p004 Patient/p002]")
		q.Sort = []query.SortKey{b.sortKey("number", true)}
		expect(b, "descending", fmt.Sprint(b.found(q)), "[Patient/p003 Patient/p004 Patient/p001 Patient/p002]")
	}},
	{"tokens and references sort by their texts, whether a resource has one, several or none that sorts", func(b *bench) {
		b.start()
		token := func(system, code string) value { return value{"token", query.Token{System: system, Code: code}} }
		b.put(patient(1), token("s", "b"), linkTo("reference", plan("b")))
		b.put(patient(2), token("s", "c"), token("s", "a"), linkTo("reference", plan("c")), linkTo("reference", plan("a")))
		b.put(patient(3), value{"token", query.Display{Text: "words only"}})
		b.put(patient(4), token("r", "b"), value{"reference", query.Link{URL: "http://elsewhere.example/b"}})
		b.put(patient(5), token("s", "b"), linkTo("reference", plan("b")))
		b.put(patient(6), token("s", "z"), linkTo("reference", plan("z")))
		b.put(patient(6), token("s", "0"), token("s", "0"), linkTo("reference", plan("0"))) // another than before
		b.put(patient(7), token("s", "a"), token("s", "c"))
		b.put(patient(7), token("s", "c")) // one of two is left
		b.put(patient(8), token("s", "b"), linkTo("reference", plan("b")))
		b.delete(patient(8))
		for _, row := range []struct {
			code       string
			descending bool
			by         []string // what each patient is sorted by
			want       string
		}{
			{"token", false, []string{"b|s", "a", "-", "b|r", "b|s", "0", "c"}, "[0 a b|r b|s b|s c -]"},
			{"token", true, []string{"b|s", "c", "-", "b|r", "b|s", "0", "c"}, "[c c b|s b|s b|r 0 -]"},
			{"reference", false, []string{"b", "a", "-", "http", "b", "0", "-"}, "[0 a b b http - -]"},
			{"reference", true, []string{"b", "c", "-", "http", "b", "0", "-"}, "[http c b b 0 - -]"},
		} {
			for count := 1; count <= 8; count++ {
				q := patients(nil)
				q.Count, q.Sort = count, []query.SortKey{b.sortKey(row.code, row.descending)}
				found := b.found(q)
				var by []string
				for _, key := range found {
					by = append(by, row.by[key.ID[len(key.ID)-1]-'1'])
				}
				what := fmt.Sprintf("by %s, descending %t, pages of %d", row.code, row.descending, count)
				expect(b, what, fmt.Sprint(by), row.want)
				expect(b, what+": distinct", len(slices.Compact(sortedKeys(found))), 7)
			}
		}
		for code, want := range map[string]int{"b": 3, "c": 2, "a": 1, "z": 0, "": 0} {
			found := b.found(patients(query.Match{Parameter: b.world.Parameter("Patient", "token"), Test: query.TokenTest{Code: code, AnySystem: true}}))
			expect(b, fmt.Sprintf("with the code %q of any system", code), len(found), want)
		}
		expect(b, "without a token", len(b.found(patients(query.Missing{Parameter: b.world.Parameter("Patient", "token")}))), 0)
		expect(b, "without a reference", len(b.found(patients(query.Missing{Parameter: b.world.Parameter("Patient", "reference")}))), 2)
	}},
	{"rows are neither lost nor repeated when writers change what is paged", func(b *bench) {
		b.start()
		for n := range 40 {
			b.put(patient(n), number(n), value{"token", query.Token{Code: "in"}})
		}
		for _, descending := range []bool{false, true} {
			q := patients(b.token("token", "", "in"))
			q.Count, q.Sort = 4, []query.SortKey{b.sortKey("number", descending)}
			want := b.found(q)
			b.disturbed(q, want)
		}
	}},
	{"the total is that of the first page", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n))
		}
		q := patients(nil)
		q.Count = 4
		for page := range b.pages(q) {
			expect(b, "Total", page.Total, 10)
			b.put(patient(100 + page.Total))
			b.delete(patient(9))
		}
	}},
	{"a cursor survives re-opening", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n))
		}
		q := patients(nil)
		q.Count = 6
		first := b.mustSearch(q)
		b.put(patient(77))
		b.again()
		q.Cursor = first.Next
		got := append(keysOf(first.Matches), keysOf(b.mustSearch(q).Matches)...)
		expect(b, "matches", len(got), 10)
		expect(b, "one made since is among them", slices.Contains(got, patient(77)), false)
	}},
	{"a cursor of another query, or tampered with, is refused", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n), number(n))
		}
		q := patients(nil)
		q.Count = 3
		cursor := b.mustSearch(q).Next
		for what, change := range map[string]func(*query.Query){
			"another condition": func(q *query.Query) { q.Where = b.token("token", "", "a") },
			"another type":      func(q *query.Query) { q.Types = []fhir.Type{"Practitioner"} },
			"another sort":      func(q *query.Query) { q.Sort = []query.SortKey{b.sortKey("number", true)} },
			"a byte changed":    func(q *query.Query) { q.Cursor = flip(cursor, len(cursor)/2) },
			"the first byte":    func(q *query.Query) { q.Cursor = flip(cursor, 0) },
			"cut short":         func(q *query.Query) { q.Cursor = cursor[:len(cursor)/2] },
			"something else":    func(q *query.Query) { q.Cursor = "page=2" },
			"a history's":       func(q *query.Query) { q.Cursor = b.history(store.HistoryQuery{Count: 1}).Next },
		} {
			other := *q
			other.Cursor = cursor
			change(&other)
			_, err := b.search(&other)
			expectError(b, "Search() with "+what, err, store.ErrCursor)
		}
		q.Cursor = cursor
		expect(b, "matches of the page itself", len(b.mustSearch(q).Matches), 3)
	}},
	{"a cursor tells nothing of the values", func(b *bench) {
		b.start()
		for range 2 {
			b.put(patient(1), value{"string", query.Text{Text: "Alcantar"}})
			b.put(patient(2), value{"string", query.Text{Text: "Alcantar"}})
		}
		q := patients(nil)
		q.Count, q.Sort = 1, []query.SortKey{b.sortKey("string", false)}
		next := b.mustSearch(q).Next
		expect(b, "the name is in the cursor", strings.Contains(strings.ToLower(next), "alcantar"), false)
	}},
	{"the count may change from page to page", func(b *bench) {
		b.start()
		for n := range 10 {
			b.put(patient(n))
		}
		q := patients(nil)
		q.Count = 2
		first := b.mustSearch(q)
		q.Cursor, q.Count = first.Next, 100
		expect(b, "the rest", len(b.mustSearch(q).Matches), 8)
	}},
}

func number(n int) value { return value{"number", query.Number{Low: decimal(n), High: decimal(n)}} }

func (b *bench) sortKey(code string, descending bool) query.SortKey {
	return query.SortKey{Parameter: b.world.Parameter("Patient", code), Descending: descending}
}

// disturbed walks the pages while rows are moved to both ends, deleted, made and taken out of the condition,
// and wants what the first page promised.
func (b *bench) disturbed(q *query.Query, want []fhir.Key) {
	b.Helper()
	var got []fhir.Key
	n := 0
	for page := range b.pages(q) {
		got = append(got, keysOf(page.Matches)...)
		in := value{"token", query.Token{Code: "in"}}
		b.put(want[(n*7)%len(want)], number(1000+n), in)
		b.put(want[(n*11+3)%len(want)], number(-1000-n), in)
		b.put(want[(n*5+1)%len(want)], number(n))
		b.put(patient(500+n), number(n), in)
		b.delete(want[(n*3+2)%len(want)])
		n++
	}
	expect(b, "rows", fmt.Sprint(got), fmt.Sprint(want))
	for i := range 40 {
		b.put(patient(i), number(i), value{"token", query.Token{Code: "in"}})
	}
}

func flip(text string, at int) string {
	b := []byte(text)
	if b[at]++; b[at] > 'z' {
		b[at] = 'a'
	}
	return string(b)
}
