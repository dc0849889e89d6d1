package search

import (
	"strconv"
	"strings"

	"hearken/fhir/search/query"
)

// PageParameter names the parameter that carries where the next page begins; Request.PageValue makes its value. It is
// the store's cursor and, after a "~", the moment "ap" was reckoned from: a date that is approximately now would
// otherwise mean something else on each page, and the pages would not be of one search.
const PageParameter = "_page"

const momentMark = "~"

// PageValue is the value of PageParameter for the page that begins at a store's cursor.
func (r *Request) PageValue(cursor string) string {
	if r.moment == 0 {
		return cursor
	}
	return cursor + momentMark + strconv.FormatInt(r.moment, 36)
}

// page reads the value of PageParameter. A moment that is none is left in the cursor, for the store to refuse.
func (s *parse) page(pair Pair, _ string) bool {
	s.request.Query.Cursor, _ = cutMoment(pair.Value)
	return false
}

func cutMoment(value string) (cursor string, moment int64) {
	cursor, text, found := strings.Cut(value, momentMark)
	moment, err := strconv.ParseInt(text, 36, 64)
	if !found || err != nil || moment == 0 {
		return value, 0
	}
	return cursor, moment
}

// momentOf is the moment a page continues to reckon from; 0 on a first page.
func momentOf(pairs []Pair) int64 {
	for _, pair := range pairs {
		if pair.Name == PageParameter {
			_, moment := cutMoment(pair.Value)
			return moment
		}
	}
	return 0
}

// fromNow widens a period for "ap", by the moment of the first page.
func (s *parse) fromNow(p query.Period) query.Period {
	if s.moment == 0 && s.Now == nil {
		return p
	}
	if s.moment == 0 {
		s.moment = s.Now().UnixMicro()
	}
	s.approximated = true
	return approximate(p, s.moment)
}
