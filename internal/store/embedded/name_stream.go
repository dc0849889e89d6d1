package embedded

import "bytes"

// nameWalk goes over the names of one sort of a parameter: a sortStream is at the postings of one after the other.
type nameWalk struct {
	streams *sortStreams
	it      *iterator
	number  parameterNumber
	raw     []byte // the rank to start at, as names have it; nil for the first
	tie     []byte // the document to start after in the postings of that rank
	err     error
}

// openNames starts the streams of the tokens and of the local references of a parameter.
func (streams *sortStreams) openNames(t typeNumber, number parameterNumber, descending bool, rank, tie []byte) error {
	for _, sort := range []byte{nameToken, nameLink} {
		prefix := namePrefix(t, number, sort)
		w := &nameWalk{streams: streams, number: number}
		lower, upper := prefix, after(prefix)
		if rank != nil {
			w.raw, w.tie = rawRank(rank, descending), tie
			start := append(bytes.Clone(prefix), w.raw...)
			if descending {
				upper = after(start)
			} else {
				lower = start
			}
		}
		var err error
		if w.it, err = streams.iterator(lower, upper); err != nil {
			return err
		}
		s := &sortStream{names: w, t: t, prefix: len(prefix), backward: descending}
		streams.list = append(streams.list, s)
		s.nextName(true)
	}
	return nil
}

// rawRank is a rank without its class and escapes, ascending.
func rawRank(rank []byte, mirrored bool) []byte {
	value, _, _ := cutEscaped(rank)
	raw := bytes.Clone(value[1:])
	if mirrored {
		complementBytes(raw)
	}
	return raw
}

// nextNamed goes to the next document of a stream of names.
func (s *sortStream) nextNamed() {
	if s.backward {
		s.valid = s.it.Prev()
	} else {
		s.valid = s.it.Next()
	}
	if !s.settleNamed() {
		s.nextName(false)
	}
}

// nextName goes to the first document of the next name that has any, or of the first name.
func (s *sortStream) nextName(first bool) {
	w := s.names
	for {
		var valid bool
		switch {
		case first && s.backward:
			valid = w.it.Last()
		case first:
			valid = w.it.First()
		case s.backward:
			valid = w.it.Prev()
		default:
			valid = w.it.Next()
		}
		first, s.valid = false, false
		if !valid || w.streams.ctx.Err() != nil {
			w.err = w.streams.ctx.Err()
			return
		}
		if s.openName(); s.settleNamed() || w.err != nil {
			return
		}
	}
}

// openName goes to the postings of the name the walk is at.
func (s *sortStream) openName() {
	w, key := s.names, s.names.it.Key()
	suffix, family := hashSize, byte(familyEquality)
	if key[s.prefix-1] == nameLink {
		suffix, family = 1+4, familyReference
	}
	raw := key[s.prefix : len(key)-suffix]
	lower := append(parameterPrefix(family, s.t, w.number), key[len(key)-suffix:]...)
	upper := after(lower)
	if w.tie != nil && bytes.Equal(raw, w.raw) {
		if s.backward {
			upper = order.AppendUint32(bytes.Clone(lower), ^order.Uint32(w.tie))
		} else {
			lower = append(append(lower, w.tie...), 0)
		}
	}
	rank := append([]byte{sortRanked}, raw...)
	if s.backward {
		complementBytes(rank[1:])
	}
	s.rank = appendEscaped(s.rank[:0], rank)
	if s.it == nil {
		if s.it, w.err = w.streams.iterator(lower, upper); w.err != nil {
			return
		}
	} else {
		s.it.SetBounds(lower, upper)
	}
	if s.backward {
		s.valid = s.it.Last()
	} else {
		s.valid = s.it.First()
	}
}

// settleNamed reads the posting the stream is at, or the next that is not apart; false when there is none.
func (s *sortStream) settleNamed() bool {
	for s.valid && len(s.it.Value()) > 0 {
		if s.backward {
			s.valid = s.it.Prev()
		} else {
			s.valid = s.it.Next()
		}
	}
	if s.valid {
		s.d = lastDocument(s.it.Key())
	}
	return s.valid
}
