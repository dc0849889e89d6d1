package embedded

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// row is one match in its place: place sorts, by its bytes, as the rows do, and ends with the document.
type pageRow struct {
	t     typeNumber
	d     document
	place []byte
}

// rows are the rows of the page after the position, at most Count, and whether there are more. Documents that
// changed since the past state stand in the index where they belong now, and fresh ones where they did: they
// are sorted apart and merged in.
func (s *searching) rows(sets []typeSet) (rows []pageRow, more bool, err error) {
	if s.types == nil {
		return nil, false, nil
	}
	apart, rest, err := s.setApart(sets)
	if err != nil {
		return nil, false, err
	}
	take := func(row pageRow) bool {
		rows = append(rows, row)
		return len(rows) <= s.query.Count
	}
	o := ordering{searching: s, sets: rest}
	_, err = o.walk(0, union(rest), nil, s.position, func(row pageRow) bool {
		for len(apart) > 0 && bytes.Compare(apart[0].place, row.place) < 0 {
			if !take(apart[0]) {
				return false
			}
			apart = apart[1:]
		}
		return take(row)
	})
	for len(apart) > 0 && len(rows) <= s.query.Count {
		take(apart[0])
		apart = apart[1:]
	}
	if len(rows) > s.query.Count {
		return rows[:s.query.Count], true, err
	}
	return rows, false, err
}

// setApart takes the changed documents out of the sets and sorts those after the position.
func (s *searching) setApart(sets []typeSet) (apart []pageRow, rest []typeSet, err error) {
	for _, found := range sets {
		changed := s.changed(found.t)
		if len(s.query.Sort) == 0 {
			changed = nil // the index has no part in the order
		}
		if changed == nil {
			rest = append(rest, found)
			continue
		}
		rest = append(rest, typeSet{found.t, roaring.AndNot(found.set, changed)})
		sorted, err := s.sorted(0, typeSet{found.t, roaring.And(found.set, changed)}, nil, s.position)
		if err != nil {
			return nil, nil, err
		}
		apart = append(apart, sorted...)
	}
	slices.SortFunc(apart, compareRows)
	return apart, rest, nil
}

func compareRows(a, b pageRow) int { return bytes.Compare(a.place, b.place) }

// union is the documents of all types together: a document has one type.
func union(sets []typeSet) *roaring.Bitmap {
	if len(sets) == 1 {
		return sets[0].set
	}
	all := roaring.New()
	for _, found := range sets {
		all.Or(found.set)
	}
	return all
}

// sorted sorts documents by their forward records: the sort keys from level on, after head, then the document.
func (s *searching) sorted(level int, of typeSet, head, after []byte) ([]pageRow, error) {
	var rows []pageRow
	for it := of.set.Iterator(); it.HasNext(); {
		d := document(it.Next())
		place := bytes.Clone(head)
		if level < len(s.query.Sort) {
			f, err := s.record(of.t, d)
			if err != nil {
				return nil, err
			}
			for _, key := range s.query.Sort[level:] {
				if place, err = s.appendRank(place, f, key); err != nil {
					return nil, err
				}
			}
		}
		place = s.appendTie(place, d)
		if after == nil || bytes.Compare(place, after) > 0 {
			rows = append(rows, pageRow{of.t, d, place})
		}
	}
	return rows, nil
}

// appendTie ends a place with the document; ties of a descending sort are in descending order.
func (s *searching) appendTie(place []byte, d document) []byte {
	if s.tiesDescend() {
		d = ^d
	}
	return order.AppendUint32(place, uint32(d))
}

func (s *searching) tiesDescend() bool {
	n := len(s.query.Sort)
	return n > 0 && s.query.Sort[n-1].Descending
}

// missingRank is the place of documents without a value to sort by: after all that have one.
var missingRank = appendEscaped(nil, []byte{sortUnranked})

// appendRank appends the rank of a record for a sort key as it stands in S.
func (s *searching) appendRank(place []byte, f *forward, key query.SortKey) ([]byte, error) {
	rank, err := s.rank(f, key)
	if rank == nil || err != nil {
		return append(place, missingRank...), err
	}
	return appendEscaped(place, append([]byte{sortRanked}, rank...)), nil
}

// rank is the least rank of a record's values; nil without any.
func (s *searching) rank(f *forward, key query.SortKey) (least []byte, err error) {
	switch key.Parameter.Intrinsic {
	case query.IntrinsicID:
		least, _ = query.Rank(query.Token{Code: string(f.id)}, key.Descending)
		return least, nil
	case query.IntrinsicLastUpdated:
		at := f.lastUpdated * 1000
		least, _ = query.Rank(query.Period{Low: at, High: at}, key.Descending)
		return least, nil
	}
	p := s.sortParameter(f.t, key)
	if p == nil {
		return nil, nil
	}
	err = f.values(p.number, func(v query.Value) bool {
		rank, ok := query.Rank(v, key.Descending)
		if ok && (least == nil || bytes.Compare(rank, least) < 0) {
			least = rank
		}
		return true
	})
	return least, err
}

// sortParameter is the parameter of a type that a sort key means: in a search of several types, the
// one of the same code; nil when the type has none.
func (s *searching) sortParameter(t typeNumber, key query.SortKey) *parameter {
	if p := s.catalogue.find(key.Parameter); p != nil && p.t == t {
		return p
	}
	return s.catalogue.codes[typeCode{t, key.Parameter.Code}]
}
