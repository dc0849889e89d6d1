package embedded

import (
	"bytes"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"hearken/fhir/search/query"
)

// ordering yields documents in the order of the sort keys. Few are sorted by their forward records; of many,
// the S family of the first key is walked, and documents of one rank are ordered by the next keys in the same way.
type ordering struct {
	*searching
	sets []typeSet
}

// yield takes the next row; it is false when no more are wanted.
type yield func(pageRow) bool

// walk yields the documents of set in the order of the keys from level on. head is the ranks of the keys
// before; after, unless nil, is a place without its head: rows up to it are left out. more is false when yield was.
func (o *ordering) walk(level int, set *roaring.Bitmap, head, after []byte, yield yield) (more bool, err error) {
	if level == len(o.query.Sort) {
		return o.walkTies(set, head, after, yield), nil
	}
	if set.GetCardinality() <= o.few() || o.query.Sort[level].Parameter.Code == query.AccessCode { // labels are in no order
		return o.walkFew(level, set, head, after, yield)
	}
	w := groupWalk{ordering: o, level: level, set: set, head: head, after: after, yield: yield}
	return w.run()
}

// walkTies yields documents in their own order.
func (o *ordering) walkTies(set *roaring.Bitmap, head, after []byte, yield yield) bool {
	if o.tiesDescend() {
		list := set.ToArray()
		slices.Reverse(list)
		for _, d := range list {
			if !o.yieldTie(document(d), head, after, yield) {
				return false
			}
		}
		return true
	}
	it := set.Iterator()
	if len(after) == 4 {
		it.AdvanceIfNeeded(order.Uint32(after))
	}
	for it.HasNext() {
		if !o.yieldTie(document(it.Next()), head, after, yield) {
			return false
		}
	}
	return true
}

func (o *ordering) yieldTie(d document, head, after []byte, yield yield) bool {
	place := o.appendTie(bytes.Clone(head), d)
	if after != nil && bytes.Compare(place[len(head):], after) <= 0 {
		return true
	}
	return yield(pageRow{o.typeOf(d), d, place})
}

// typeOf is the type of a document among the matches.
func (o *ordering) typeOf(d document) typeNumber {
	for _, found := range o.sets {
		if len(o.sets) == 1 || found.set.Contains(uint32(d)) {
			return found.t
		}
	}
	return 0
}

func (o *ordering) walkFew(level int, set *roaring.Bitmap, head, after []byte, yield yield) (bool, error) {
	if after != nil {
		after = slices.Concat(head, after)
	}
	var rows []pageRow
	for _, found := range o.sets {
		sorted, err := o.sorted(level, typeSet{found.t, roaring.And(found.set, set)}, head, after)
		if err != nil {
			return false, err
		}
		rows = append(rows, sorted...)
	}
	slices.SortFunc(rows, compareRows)
	for _, row := range rows {
		if !yield(row) {
			return false, nil
		}
	}
	return true, nil
}

// groupWalk walks the ranks of one sort key over many documents.
type groupWalk struct {
	*ordering
	level       int
	set         *roaring.Bitmap
	head, after []byte
	yield       yield
	group       *roaring.Bitmap // of one rank, where there are further keys
	rank        []byte
}

func (w *groupWalk) key() query.SortKey { return w.query.Sort[w.level] }

// run yields the documents that have a rank, then those that have none.
func (w *groupWalk) run() (more bool, err error) {
	rank, tie := cutPlace(w.after)
	if !bytes.Equal(rank, missingRank) {
		if more, err = w.ranked(rank, tie); err != nil || !more {
			return more, err
		}
		tie = nil
	}
	missing, err := w.missing()
	if err != nil {
		return false, err
	}
	return w.walk(w.level+1, missing, slices.Concat(w.head, missingRank), tie, w.yield)
}

// cutPlace parts the first rank of a place from what follows.
func cutPlace(place []byte) (rank, rest []byte) {
	end := bytes.Index(place, valueEnd)
	if end < 0 {
		return nil, nil
	}
	return place[:end+len(valueEnd)], place[end+len(valueEnd):]
}

func (w *groupWalk) ranked(rank, tie []byte) (more bool, err error) {
	last := w.level == len(w.query.Sort)-1
	streams, err := w.open(rank, tie, last)
	if err != nil {
		return false, err
	}
	more = true
	for more && err == nil {
		next := streams.least()
		if next == nil {
			break
		}
		if w.set.Contains(uint32(next.d)) {
			if last {
				more = w.yieldRanked(next)
			} else {
				more, err = w.collect(next, rank, tie)
			}
		}
		next.next()
	}
	if err == nil && more && !last {
		more, err = w.flush(rank, tie)
	}
	return more, firstError(err, streams.close())
}

// yieldRanked yields the document a stream is at, unless it is not after the place asked for.
func (w *groupWalk) yieldRanked(at *sortStream) bool {
	place := w.appendTie(slices.Concat(w.head, at.rank), at.d)
	if w.after != nil && bytes.Compare(place[len(w.head):], w.after) <= 0 {
		return true
	}
	return w.yield(pageRow{at.t, at.d, place})
}

// collect gathers the documents of one rank; a new rank lets the old group go on to the next key.
func (w *groupWalk) collect(next *sortStream, rank, tie []byte) (more bool, err error) {
	more = true
	if w.group != nil && !bytes.Equal(w.rank, next.rank) {
		more, err = w.flush(rank, tie)
	}
	if w.group == nil {
		w.group, w.rank = roaring.New(), bytes.Clone(next.rank)
	}
	w.group.Add(uint32(next.d))
	return more, err
}

func (w *groupWalk) flush(rank, tie []byte) (more bool, err error) {
	group := w.group
	w.group = nil
	if group == nil {
		return true, nil
	}
	if !bytes.Equal(w.rank, rank) {
		tie = nil
	}
	return w.walk(w.level+1, group, slices.Concat(w.head, w.rank), tie, w.yield)
}

// missing is the documents of the set without a rank.
func (w *groupWalk) missing() (*roaring.Bitmap, error) {
	missing := w.set
	if w.key().Parameter.Intrinsic != query.NotIntrinsic {
		return roaring.New(), nil
	}
	for _, found := range w.sets {
		p := w.sortParameter(found.t, w.key())
		if p == nil {
			continue
		}
		ranked, err := w.present(found.t, p.number, true)
		if err != nil {
			return nil, err
		}
		missing = roaring.AndNot(missing, ranked)
	}
	return missing, nil
}
