package query_test

import (
	"bytes"
	"strings"
	"testing"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// ascending lists values of one sort, each group before the next and equal within.
func ascending(t *testing.T) map[string][][]query.Value {
	number := func(text string) query.Decimal { return decimal(t, text) }
	return map[string][][]query.Value{
		"text": {
			{query.Text{Text: ""}}, {query.Text{Text: "a"}, query.Text{Text: "Á"}}, {query.Text{Text: "a b"}},
			{query.Text{Text: "ab"}}, {query.Text{Text: "Alcántar"}, query.Text{Text: "ALCANTAR"}}, {query.Text{Text: "b"}},
		},
		"token": {
			{query.Token{Code: "a"}}, {query.Token{Code: "a", System: "s"}}, {query.Token{Code: "a\x00b"}},
			{query.Token{Code: "ab"}}, {query.Token{Code: "b"}},
		},
		"link":   {{query.Link{Key: fhir.Key{Type: "Group", ID: "9"}}}, {query.Link{Key: fhir.Key{Type: "Patient", ID: "1"}}}, {query.Link{URL: "urn:x"}}},
		"uri":    {{query.URI{URI: "http://a"}}, {query.URI{URI: "http://a/b"}}, {query.URI{URI: "http://b"}}},
		"period": {{query.Period{Low: query.MinTime, High: query.MinTime + 1}}, {query.Period{Low: -5, High: -4}}, {query.Period{Low: 7, High: 9}}, {query.Period{Low: 8, High: query.MaxTime}}},
		"number": {
			{query.Number{Low: query.MinDecimal, High: number("-90")}}, {query.Number{Low: number("-12.5"), High: number("-12.5")}},
			{query.Number{Low: number("0"), High: number("0")}}, {query.Number{Low: number("1.0"), High: number("1.00")}},
			{query.Number{Low: number("1.01"), High: number("1.01")}}, {query.Number{Low: number("2"), High: query.MaxDecimal}},
		},
		"quantity": {
			{query.Quantity{Low: number("1"), High: number("1"), Code: "kg"}, query.Quantity{Low: number("1"), High: number("1"), Code: "g"}},
			{query.Quantity{Low: number("12"), High: number("12"), Code: "g"}},
		},
	}
}

func TestRank_Order(t *testing.T) {
	for sort, groups := range ascending(t) {
		for _, descending := range []bool{false, true} {
			for i, group := range groups {
				for j, other := range groups {
					for _, a := range group {
						for _, b := range other {
							want := sign(i - j)
							if descending {
								want = -want
							}
							checkRank(t, sort, a, b, descending, want)
						}
					}
				}
			}
		}
	}
}

func checkRank(t *testing.T, sort string, a, b query.Value, descending bool, want int) {
	t.Helper()
	ra, okA := query.Rank(a, descending)
	rb, okB := query.Rank(b, descending)
	if !okA || !okB || bytes.Compare(ra, rb) != want {
		t.Errorf("%s: Rank(%v) against Rank(%v), descending %v = %d, want %d", sort, a, b, descending, bytes.Compare(ra, rb), want)
	}
	if want != 0 && (bytes.HasPrefix(ra, rb) || bytes.HasPrefix(rb, ra)) {
		t.Errorf("%s: one of Rank(%v), Rank(%v) is a prefix of the other", sort, a, b)
	}
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestRank_None(t *testing.T) {
	for _, v := range []query.Value{query.Display{Text: "a"}, query.TypedIdentifier{}, query.LinkIdentifier{},
		query.Composite{}, query.Text{Text: "a", Part: true}, nil} {
		if rank, ok := query.Rank(v, false); ok {
			t.Errorf("Rank(%T) = %x, want none", v, rank)
		}
	}
}

func TestRank_LongTextIsCut(t *testing.T) {
	rank, _ := query.Rank(query.Text{Text: strings.Repeat("a", 5000)}, false)
	if len(rank) > 300 {
		t.Errorf("Rank of a long text has %d bytes, want at most 300", len(rank))
	}
}
