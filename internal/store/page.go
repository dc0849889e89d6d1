package store

import (
	"time"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// Page is one page of a search.
type Page struct {
	Matches  []Record
	Included []Record // each once, and none that is in Matches of this page
	Total    int      // matches in all as of the first page; -1 when not counted
	Next     string   // cursor of the next page; "" on the last
}

// HistoryQuery asks for versions of one resource, of a type or of everything
// (https://hl7.org/fhir/R4/http.html#history).
type HistoryQuery struct {
	Type   fhir.Type  // "" for the whole system
	ID     fhir.ID    // "" for the whole type
	Since  time.Time  // only versions at or after; zero for all
	At     time.Time  // only versions current at this moment; zero for all
	Until  time.Time  // with At: those current at some moment from At to before this; zero for At alone
	Where  query.Expr // what a version must satisfy (set by deciders), with the label its resource has now; nil means nothing
	Count  int
	Cursor string
}

// HistoryPage is one page of versions, newest first. For one instance Total counts all; otherwise it may be -1.
type HistoryPage struct {
	Records []Record
	Total   int
	Next    string
}
