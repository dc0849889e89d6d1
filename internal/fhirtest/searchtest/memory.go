package searchtest

import (
	"bytes"
	"cmp"
	"iter"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"hearken/fhir"
	"hearken/fhir/element"
	"hearken/fhir/search"
	"hearken/fhir/search/query"
)

// Memory is the oracle as a Server: it keeps what was loaded in a slice and looks at all of it each time. It
// answers whole queries: conditions by search.Match, order by query.Rank, includes by following every
// reference.
type Memory struct {
	Registry  *search.Registry
	Parser    *search.Parser
	Extractor *search.Extractor

	documents []search.Document
	at        map[fhir.Key]int
}

// NewMemory makes an empty Memory that reads zone-less dates in the zone and "ap" at the time now.
func NewMemory(registry *search.Registry, zone *time.Location, now time.Time) *Memory {
	return &Memory{
		Registry:  registry,
		Parser:    &search.Parser{Registry: registry, Zone: zone, Now: func() time.Time { return now }},
		Extractor: &search.Extractor{Registry: registry, Zone: zone},
		at:        map[fhir.Key]int{},
	}
}

// Load stores resources, each a second after the one before.
func (m *Memory) Load(t *testing.T, resources []Resource) {
	t.Helper()
	for _, r := range resources {
		tree, faults := element.Parse(m.Registry.Set(), r.JSON, element.Limits{})
		if tree == nil {
			t.Fatalf("load %s: %v", r.Key, faults)
		}
		index, err := m.Extractor.Index(tree.Root())
		if err != nil {
			t.Fatalf("load %s: %v", r.Key, err)
		}
		second := time.Duration(len(m.documents)) * time.Second
		d := search.Document{Key: r.Key, Index: index, LastUpdated: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC).Add(second)}
		m.at[r.Key] = len(m.documents)
		m.documents = append(m.documents, d)
	}
}

// Search answers a request.
func (m *Memory) Search(t *testing.T, request string, lenient bool) Result {
	t.Helper()
	path, text, _ := strings.Cut(request, "?")
	parsed, err := m.Parser.Parse(targetOf(path), readPairs(t, text), search.Options{Lenient: lenient})
	if err != nil {
		return Result{Refused: true}
	}
	return m.Answer(parsed.Query)
}

// Answer evaluates a query, all pages of it.
func (m *Memory) Answer(q query.Query) Result {
	var matches []search.Document
	for _, d := range m.documents {
		if slices.Contains(q.Types, d.Key.Type) && search.Match(q.Where, d, m) {
			matches = append(matches, d)
		}
	}
	slices.SortStableFunc(matches, func(a, b search.Document) int { return compareBy(q.Sort, a, b) })
	result := Result{Total: len(matches)}
	if q.Count > 0 {
		for _, d := range matches {
			result.Matches = append(result.Matches, d.Key)
		}
		result.Included = m.includes(q, matches)
	}
	if q.Total == query.TotalNone {
		result.Total = -1
	}
	return result
}

// Current lists the resources of a type, for search.Match.
func (m *Memory) Current(t fhir.Type) iter.Seq2[fhir.Key, query.Index] {
	return func(yield func(fhir.Key, query.Index) bool) {
		for _, d := range m.documents {
			if d.Key.Type == t && !yield(d.Key, d.Index) {
				return
			}
		}
	}
}

// Lookup finds one resource, for search.Match.
func (m *Memory) Lookup(key fhir.Key) (search.Document, bool) {
	i, found := m.at[key]
	if !found {
		return search.Document{}, false
	}
	return m.documents[i], true
}

func compareBy(keys []query.SortKey, a, b search.Document) int {
	for _, key := range keys {
		ra, rb := rankOf(key, a), rankOf(key, b)
		switch {
		case ra == nil && rb == nil:
		case ra == nil:
			return 1
		case rb == nil:
			return -1
		default:
			if c := bytes.Compare(ra, rb); c != 0 {
				return c
			}
		}
	}
	return 0
}

// rankOf is the least rank of a resource's values for a key; nil when it has none.
func rankOf(key query.SortKey, d search.Document) (least []byte) {
	consider := func(v query.Value) {
		if rank, ok := query.Rank(v, key.Descending); ok && (least == nil || bytes.Compare(rank, least) < 0) {
			least = rank
		}
	}
	switch key.Parameter.Intrinsic {
	case query.IntrinsicID:
		consider(query.Token{Code: string(d.Key.ID)})
	case query.IntrinsicLastUpdated:
		consider(query.Moment(d.LastUpdated))
	}
	for _, entry := range d.Index.Entries {
		if entry.Parameter == key.Parameter {
			consider(entry.Value)
		}
	}
	return least
}

func targetOf(path string) search.Target {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	target := search.Target{Type: fhir.Type(last)}
	if last == "*" {
		target = search.Target{AllTypes: true}
	}
	if len(segments) == 3 {
		target.Compartment = fhir.Key{Type: fhir.Type(segments[0]), ID: fhir.ID(segments[1])}
	}
	return target
}

func readPairs(t *testing.T, text string) []search.Pair {
	t.Helper()
	var pairs []search.Pair
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		decoded, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if err := cmp.Or(errName, errValue); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if pair != "" {
			pairs = append(pairs, search.Pair{Name: decoded, Value: value})
		}
	}
	return pairs
}
