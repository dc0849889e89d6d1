package embedded

import (
	"bytes"
	"slices"

	"hearken/fhir"
	"hearken/fhir/search/query"
)

// sortStream is the documents of one type in the order of one sort key, from one range of keys.
type sortStream struct {
	names    *nameWalk // where the order is that of names, and it is at the postings of one
	it       *iterator
	t        typeNumber
	prefix   int  // bytes before the rank
	backward bool // the keys are ascending, the order is not: ranks are mirrored
	byID     bool // the keys are of I
	valid    bool
	rank     []byte // as in a descending or ascending S key: class, rank, end
	d        document
}

type sortStreams struct {
	*reader
	list []*sortStream
}

// open starts the streams of every type: of the mirrored keys, backward if the sort is descending, of the keys
// that are for its direction alone, and of what is sorted by names. They start at rank, and with last after tie.
func (w *groupWalk) open(rank, tie []byte, last bool) (*sortStreams, error) {
	streams := &sortStreams{reader: w.reader}
	if !last {
		tie = nil
	}
	key := w.key()
	for _, found := range w.sets {
		if err := streams.openType(w, found.t, key, rank, tie); err != nil {
			return nil, firstError(err, streams.close())
		}
	}
	return streams, nil
}

func (streams *sortStreams) openType(w *groupWalk, t typeNumber, key query.SortKey, rank, tie []byte) error {
	if key.Parameter.Intrinsic == query.IntrinsicID {
		prefix := []byte{familyIdentity, byte(t)}
		s := &sortStream{t: t, prefix: len(prefix), backward: key.Descending, byID: true}
		return streams.start(s, prefix, after(prefix), idPosition(prefix, rank, key.Descending))
	}
	number := parameterLastUpdated
	if key.Parameter.Intrinsic == query.NotIntrinsic {
		p := w.sortParameter(t, key)
		if p == nil {
			return nil
		}
		number = p.number
	}
	own := byte(ascending)
	if key.Descending {
		own = descending
	}
	for _, direction := range []byte{mirrored, own} {
		prefix := append(sortPrefix(t, number, direction), sortRanked)
		s := &sortStream{t: t, prefix: len(prefix) - 1, backward: key.Descending && direction == mirrored}
		if err := streams.start(s, prefix, after(prefix), sortPosition(prefix, rank, tie, s.backward)); err != nil {
			return err
		}
	}
	if key.Parameter.Intrinsic != query.NotIntrinsic {
		return nil
	}
	return streams.openNames(t, number, key.Descending, rank, tie)
}

// sortPosition is the key to start at: forward the first one wanted, backward the first not wanted any more.
func sortPosition(prefix, rank, tie []byte, backward bool) []byte {
	if rank == nil {
		return nil
	}
	head := prefix[:len(prefix)-1]
	if !backward {
		key := slices.Concat(head, rank, tie)
		if tie != nil {
			key = append(key, 0)
		}
		return key
	}
	key := slices.Concat(head, mirrorRank(rank))
	if tie == nil {
		return after(key)
	}
	return order.AppendUint32(key, ^order.Uint32(tie))
}

// idPosition is sortPosition among the keys of I; the id of the rank itself is not left out, since a resource of
// another type may have it too.
func idPosition(prefix, rank []byte, backward bool) []byte {
	if rank == nil {
		return nil
	}
	key := append(slices.Clone(prefix), idOfRank(rank, backward)...)
	if backward {
		key = append(key, 0)
	}
	return key
}

// idOfRank undoes query.Rank of an id.
func idOfRank(rank []byte, mirrored bool) []byte {
	value, _, _ := cutEscaped(rank)
	value = bytes.Clone(value[1:])
	if mirrored {
		complementBytes(value)
	}
	id, _, _ := cutEscaped(value)
	return id
}

func complementBytes(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

// mirrorRank is the ascending form of a descending rank and the other way round.
func mirrorRank(rank []byte) []byte {
	value, _, _ := cutEscaped(rank)
	value = bytes.Clone(value)
	complementBytes(value[1:])
	return appendEscaped(nil, value)
}

func (streams *sortStreams) start(s *sortStream, lower, upper, position []byte) error {
	if position != nil && s.backward {
		upper = position
	} else if position != nil {
		lower = position
	}
	if bytes.Compare(lower, upper) >= 0 {
		return nil
	}
	it, err := streams.iterator(lower, upper)
	if err != nil {
		return err
	}
	s.it = it
	streams.list = append(streams.list, s)
	if s.backward {
		s.valid = it.Last()
	} else {
		s.valid = it.First()
	}
	s.settle()
	return nil
}

// next goes to the next document.
func (s *sortStream) next() {
	switch {
	case s.names != nil:
		s.nextNamed()
		return
	case s.backward:
		s.valid = s.it.Prev()
	default:
		s.valid = s.it.Next()
	}
	s.settle()
}

// settle reads the key the iterator is at.
func (s *sortStream) settle() {
	if !s.valid {
		return
	}
	key := s.it.Key()
	switch {
	case s.byID:
		s.settleID(fhir.ID(key[s.prefix:]))
		return
	case key[4] == descending:
		s.d = ^lastDocument(key)
	default:
		s.d = lastDocument(key)
	}
	s.rank = append(s.rank[:0], key[s.prefix:len(key)-4]...)
	if s.backward {
		s.rank = mirrorRank(s.rank)
	}
}

func (s *sortStream) settleID(id fhir.ID) {
	rank, _ := query.Rank(query.Token{Code: string(id)}, s.backward)
	s.rank = appendEscaped(nil, append([]byte{sortRanked}, rank...))
	identity, err := decodeIdentity(s.it.Value())
	s.d, s.valid = identity.d, err == nil
}

// least is the stream whose document comes first; nil when all are at their end.
func (streams *sortStreams) least() *sortStream {
	var least *sortStream
	for _, s := range streams.list {
		if s.valid && (least == nil || s.before(least)) {
			least = s
		}
	}
	return least
}

func (s *sortStream) before(other *sortStream) bool {
	if c := bytes.Compare(s.rank, other.rank); c != 0 {
		return c < 0
	}
	if s.backward || other.backward || s.it.Key()[0] == familySort && s.it.Key()[4] == descending {
		return s.d > other.d
	}
	return s.d < other.d
}

func (streams *sortStreams) close() (err error) {
	for _, s := range streams.list {
		if s.it != nil {
			err = firstError(err, streams.done(s.it))
		}
		if s.names != nil {
			err = firstError(err, s.names.err, streams.done(s.names.it))
		}
	}
	streams.list = nil
	return err
}
